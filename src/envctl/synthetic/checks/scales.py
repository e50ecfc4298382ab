"""How values of a type are ordered, and which is the next: numbers that stand for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from envctl.catalogue import Column, Family
from envctl.synthetic.checks import lengths
from envctl.synthetic.patterns import Unreadable

_NUMERIC = re.compile(r"numeric\((\d+)(?:,(-?\d+))?\)")
_USUAL = Decimal("0.01")  # the step where a type has none
_SECOND = Decimal(1_000_000)  # microseconds, as times of all sorts are counted
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Scale:
    """`read` and `write` are each other's opposite. Values are `step` apart; if `exact` there are none between."""

    read: Callable[[str], Decimal]
    write: Callable[[Decimal], str]
    step: Decimal
    exact: bool = True

    def low(self, text: str, *, open_: bool) -> Decimal:
        """The least value that is no less, or more."""
        value = self.read(text)
        if not self.exact:
            return value + self.step if open_ else value
        up = (value / self.step).to_integral_value(ROUND_CEILING) * self.step
        return up + self.step if open_ and up == value else up

    def high(self, text: str, *, open_: bool) -> Decimal:
        """The greatest value that is no more, or less."""
        value = self.read(text)
        if not self.exact:
            return value - self.step if open_ else value
        down = (value / self.step).to_integral_value(ROUND_FLOOR) * self.step
        return down - self.step if open_ and down == value else down


class _Single(Scale):
    """Of a `real`, which Postgres makes a double of where it compares it: ends are what is inside then, too."""

    def low(self, text: str, *, open_: bool) -> Decimal:
        """As the base says."""
        return _single(super().low(text, open_=open_), up=True)

    def high(self, text: str, *, open_: bool) -> Decimal:
        """As the base says."""
        return _single(super().high(text, open_=open_), up=False)


def _single(value: Decimal, *, up: bool) -> Decimal:
    """The nearest number that four bytes hold and that is no less, or no more; in the digits that it takes."""
    import numpy as np

    found = np.float32(value)
    if (Decimal(float(found)) < value) if up else (Decimal(float(found)) > value):
        found = np.nextafter(found, np.float32(np.inf if up else -np.inf))
    return Decimal(str(found))


def scale_of(column: Column) -> Scale | None:
    """That of a column's type; None where it has no order that is known."""
    if column.array:
        return None
    if column.base == "interval":
        return Scale(_length, _written_length, _SECOND, exact=False)
    return _of_number(column) if column.family == "number" else _FAMILIES.get(column.family)


def _of_number(column: Column) -> Scale:
    if (numeric := _NUMERIC.fullmatch(column.base)) is not None:
        return Scale(_number, _plain, Decimal(1).scaleb(-int(numeric[2] or 0)))
    return (_Single if column.base == "real" else Scale)(_number, _plain, _USUAL, exact=False)


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise Unreadable("a number") from None
    if not found.is_finite():
        raise Unreadable("a number without an end")
    return found


def _plain(value: Decimal) -> str:
    said = f"{value:f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def _date(text: str) -> Decimal:
    return Decimal((_parsed(text).date() - date(1970, 1, 1)) // _DAY)


def _moment(text: str) -> Decimal:
    return Decimal((_parsed(text) - _EPOCH) // timedelta(microseconds=1))


def _parsed(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("a point in time that is not between the years 1 and 9999") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _written_moment(value: Decimal) -> str:
    return (_EPOCH + timedelta(microseconds=int(value))).replace(tzinfo=None).isoformat(sep=" ")


def _time(text: str) -> Decimal:
    if text.startswith("24:00:00"):
        return Decimal(_DAY // timedelta(microseconds=1))
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise Unreadable("a time of day") from None
    since = timedelta(hours=found.hour, minutes=found.minute, seconds=found.second, microseconds=found.microsecond)
    return Decimal(since // timedelta(microseconds=1))


def _written_time(value: Decimal) -> str:
    if value >= _DAY // timedelta(microseconds=1):
        return "24:00:00"
    return (_EPOCH + timedelta(microseconds=int(value))).time().isoformat()


def _length(text: str) -> Decimal:
    return Decimal(lengths.microseconds(lengths.read(text)))


def _written_length(value: Decimal) -> str:
    return lengths.written(lengths.of_microseconds(int(value))) or "00:00:00"


_FAMILIES: Mapping[Family, Scale] = {
    "integer": Scale(_number, _plain, Decimal(1)),
    "date": Scale(_date, lambda value: (date(1970, 1, 1) + timedelta(days=int(value))).isoformat(), Decimal(1)),
    "timestamp": Scale(_moment, _written_moment, _SECOND, exact=False),
    "time": Scale(_time, _written_time, _SECOND, exact=False),
}
