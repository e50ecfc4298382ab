"""What numbers a type holds, counted in whole units of its last digit, so that nothing of them is ever rounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from typing import Literal

import polars as pl

from envctl.catalogue import Column
from envctl.synthetic.base import Field, Impossible
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import named

_NUMERIC = re.compile(r"numeric\(([0-9]+),(-?[0-9]+)\)")
_MOST = 1 << 62  # units, of the largest types: more of them are not needed to make a number
_PLACES = 18  # digits after the point that fit beside those units into a decimal of polars
_USUAL = 2  # digits after the point where the type has no limit
_SINGLE, _DOUBLE = 1 << 23, 1 << 52  # units of a float that are all told apart


@dataclass(frozen=True)
class Scale:
    """`digits` after the point; `low` and `high` are in units, each of them `times` 10**-digits."""

    kind: Literal["integer", "decimal", "float"]
    low: int
    high: int
    digits: int = 0
    times: int = 1
    free: bool = False  # the type has no last digit: more of them can be said

    @property
    def unit(self) -> Decimal:
        """What a unit is worth."""
        return Decimal(self.times).scaleb(-self.digits)

    def above(self, value: Decimal) -> int:
        """The lowest number of units that is no less."""
        return int((value / self.unit).to_integral_value(ROUND_CEILING))

    def below(self, value: Decimal) -> int:
        """The highest number of units that is no more."""
        return int((value / self.unit).to_integral_value(ROUND_FLOOR))

    def exactly(self, value: Decimal) -> int | None:
        """How many units it is."""
        found = self.below(value)
        return found if found * self.unit == value else None

    def series(self, units: Numbers) -> pl.Series:
        """The numbers themselves."""
        if self.kind == "integer" or not self.digits:
            return pl.Series(units * self.times)
        if self.kind == "float":
            return pl.Series(units / 10**self.digits)
        exact = pl.col("n").cast(pl.Decimal(38, self.digits)) * pl.lit(Decimal(1).scaleb(-self.digits))
        made: pl.Series = pl.DataFrame({"n": units}).select(exact).to_series()
        return made


@dataclass(frozen=True)
class Span:
    """Whole numbers from `low` to `high`, both among them, but for some."""

    low: int
    high: int
    never: tuple[int, ...] = ()  # in their order, all between the two

    @classmethod
    def without(cls, low: int, high: int, never: Sequence[int]) -> Span:
        """Of those left out only the ones between the two matter."""
        return cls(low, high, tuple(sorted({n for n in never if low <= n <= high})))

    @property
    def size(self) -> int:
        """How many there are."""
        return max(self.high - self.low + 1 - len(self.never), 0)

    def nth(self, numbers: Numbers) -> Numbers:
        """One for each number, counted from 0 on."""
        found = self.low + numbers
        for never in self.never:
            found = found + (found >= never)
        return found


def scale_of(column: Column, digits: int | None = None) -> Scale | None:
    """What its type holds, with fewer digits after the point where so many are said; None where it is no number."""
    scale = _scale(column)
    if scale is None or digits is None or digits >= scale.digits:
        return scale
    fewer = 10 ** (scale.digits - digits)
    return replace(scale, digits=digits, low=-(-scale.low // fewer), high=scale.high // fewer)


def _scale(column: Column) -> Scale | None:
    base = (column.base or column.type).removesuffix("[]")
    if found := _NUMERIC.fullmatch(base):
        return _numeric(int(found[1]), int(found[2]))
    if base in {"real", "double precision"}:
        most = _SINGLE if base == "real" else _DOUBLE
        return Scale("float", -most, most, _USUAL, free=True)
    if column.family not in {"integer", "number"} and base != "money":
        return None
    kind: Literal["integer", "decimal"] = "integer" if column.family == "integer" else "decimal"
    if column.high is None:
        return Scale(kind, -_MOST, _MOST, 0 if kind == "integer" else _USUAL, free=base == "numeric")
    # How many digits there are after the point nobody knows, where it is a domain.
    return Scale(kind, max(column.low or 0, -_MOST), min(column.high, _MOST))


def _numeric(precision: int, digits: int) -> Scale:
    most = min(10**precision - 1, _MOST)
    if digits < 0:
        return Scale("decimal", -most, most, 0, 10**-digits) if -digits < _PLACES else Scale("decimal", 0, 0)
    if digits > _PLACES:
        most = (10**precision - 1) // 10 ** (digits - _PLACES)
    return Scale("decimal", -min(most, _MOST), min(most, _MOST), min(digits, _PLACES))


def read_number(text: str, field: Field) -> Decimal | None:
    """A limit as Postgres writes it; None where it is no limit: infinity. Raises Impossible."""
    try:
        found = Decimal(text.replace("$", "").replace(",", ""))
    except InvalidOperation:
        raise Impossible(f"{named(field)}: its limit {text} is no number") from None
    return found if found.is_finite() else None
