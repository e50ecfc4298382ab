"""Columns that can be compared with each other, counted in steps that all of them can say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import ceil, floor
from typing import Literal

import numpy as np
import polars as pl

from envctl.synthetic.base import Field
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.numbers import Number
from envctl.synthetic.generators.numbers_types import Scale, scale_of
from envctl.synthetic.generators.numbers_usual import Usual, usual
from envctl.synthetic.generators.times import Moment, read_moment
from envctl.synthetic.generators.times_clock import lasting, read_clock, read_length, times
from envctl.synthetic.generators.times_days import DAY, NONE, moments, seconds

Kind = Literal["number", "moment", "time", "interval"]
_MINUTE = 60
_FAR = 1 << 52  # steps: a double still tells all whole numbers apart
_CENTURIES = 200 * 366 * DAY
_MINUTES = Usual(Decimal(1), Decimal(480), 2)
_UNITS = (
    ("year", Fraction(365), Fraction(366)),
    ("mon", Fraction(28), Fraction(31)),
    ("day", Fraction(1), Fraction(1)),
)
_PART = re.compile(r"(-?[0-9]+) (year|mon|day)s? ?")
_CLOCK = re.compile(r"(-?)([0-9]+):([0-9]{2}):([0-9]{2}(?:\.[0-9]+)?)")


@dataclass(frozen=True)
class Axis:
    """`step` is in seconds, or in ones."""

    kind: Kind
    step: Fraction

    def ends(self, field: Field) -> tuple[tuple[int, int], tuple[int, int]]:
        """The first and the last step that a column may say, and those of what it usually says."""
        if self.kind == "number":
            return _number_ends(field, self.step)
        limits = field.limits
        if self.kind == "moment":
            low, high = field.until - _CENTURIES, field.until + _CENTURIES
            read, soft = read_moment, Moment(alone=True).window(field)
        elif self.kind == "time":
            low, high, read, soft = 0, DAY - 1, read_clock, (0, DAY)
        else:
            low, high, read, soft = 0, _FAR, read_length, (_MINUTE, _FAR)
        low = low if limits.low is None else read(limits.low, field)
        high = high if limits.high is None else read(limits.high, field)
        hard = (ceil(low / self.step), floor(high / self.step))
        return hard, (max(hard[0], ceil(soft[0] / self.step)), min(hard[1], floor((soft[1] - 1) / self.step)))

    def usual(self, field: Field) -> tuple[int, int, float]:
        """Between which steps it mostly is, and how much nearer to the first."""
        said = usual(field) if self.kind == "number" else _MINUTES
        return floor(Fraction(said.low) / self.step), ceil(Fraction(said.high) / self.step), said.skew

    def read(self, values: pl.Series, *, up: bool) -> Numbers:
        """In steps, rounded up or down; `NONE` for nulls."""
        if self.kind == "number":
            found = values.cast(pl.Float64).fill_null(NONE).to_numpy()
            exact = np.where(found == NONE, 0, found / float(self.step)).round(6)
        else:
            found = _seconds(values, self.kind)
            exact = np.where(found == NONE, 0, found / float(self.step))
        return np.where(found == NONE, NONE, (np.ceil(exact) if up else np.floor(exact))).astype(np.int64)

    def write(self, steps: Numbers, field: Field) -> pl.Series:
        """As a column says it."""
        if self.kind == "number":
            scale = scale_of(field.column) or Scale("integer", 0, 0)
            return scale.series(steps * int(self.step / Fraction(scale.unit)))
        when = steps * int(self.step)
        if self.kind == "interval":
            return pl.DataFrame({"n": when // _MINUTE}).select(pl.concat_str("n", pl.lit(" minutes"))).to_series()
        return times(when) if self.kind == "time" else moments(when, field.column.family)

    def distance(self, text: str) -> tuple[Fraction, Fraction] | None:
        """The least and the most steps that an offset is: months are not all as long. None: it cannot be read."""
        if not text:
            return Fraction(0), Fraction(0)
        if self.kind != "number" and (found := _interval(text)) is not None:
            return found[0] / self.step, found[1] / self.step
        try:
            number = Fraction(Decimal(text)) * (DAY if self.kind == "moment" else 1)
        except InvalidOperation:
            return None
        return number / self.step, number / self.step


def axis_of(fields: Sequence[Field]) -> Axis | None:
    """What all of them can be compared by; None where they cannot."""
    kinds = {_kind(field) for field in fields}
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind == "number":
        scales = [scale_of(field.column) for field in fields]
        return Axis(kind, max(Fraction(scale.unit) for scale in scales if scale is not None))
    if kind == "moment":
        return Axis(kind, Fraction(DAY if any(field.column.family == "date" for field in fields) else 1))
    return None if kind is None else Axis(kind, Fraction(_MINUTE))


def _kind(field: Field) -> Kind | None:
    column = field.column
    if column.array:
        return None
    if (column.base or column.type).startswith("interval"):
        return "interval"
    families: Mapping[str, Kind] = {"date": "moment", "timestamp": "moment", "time": "time"}
    return families.get(column.family) or (None if scale_of(column) is None else "number")


def _number_ends(field: Field, step: Fraction) -> tuple[tuple[int, int], tuple[int, int]]:
    span, scale = Number().allowed(field), scale_of(field.column) or Scale("integer", 0, 0)
    unit = Fraction(scale.unit)
    first = scale.low if field.limits.low is None else span.low
    low, soft, high = (
        ceil(first * unit / step),
        ceil(span.low * unit / step),
        floor(span.high * unit / step),
    )
    low, high = max(low, -_FAR), min(high, _FAR)
    return (low, high), (max(soft, low), high)


def _seconds(values: pl.Series, kind: Kind) -> Numbers:
    return seconds(values) if kind == "moment" else lasting(values)


def _interval(text: str) -> tuple[Fraction, Fraction] | None:
    """An interval as Postgres writes it, in seconds: the least and the most."""
    least = most = Fraction(0)
    rest = text
    while found := _PART.match(rest):
        number, rest = int(found[1]), rest[found.end() :]
        shortest, longest = next((low, high) for unit, low, high in _UNITS if unit == found[2])
        least += min(number * shortest, number * longest) * DAY
        most += max(number * shortest, number * longest) * DAY
    if rest and (clock := _CLOCK.fullmatch(rest)):
        moved = int(clock[2]) * 3600 + int(clock[3]) * 60 + Fraction(clock[4])
        moved = -moved if clock[1] else moved
        return least + moved, most + moved
    return None if rest else (least, most)
