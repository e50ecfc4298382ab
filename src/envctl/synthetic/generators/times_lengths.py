"""How long something takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import ceil, floor
from typing import ClassVar, NamedTuple

import numpy as np
import polars as pl

from envctl.catalogue import Column, Family
from envctl.synthetic.base import Field, Generator, Impossible, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.numbers_types import Span
from envctl.synthetic.generators.times_days import DAY, NONE
from envctl.synthetic.generators.typed_letters import named

MONTH = 30 * DAY  # seconds, as the server has it when it compares intervals
_PART = re.compile(r"(-?[0-9]+) (year|mon|day)s? ?")
_CLOCK = re.compile(r"([-+]?)([0-9]+):([0-9]{2}):([0-9]{2}(?:\.[0-9]+)?)")
_MONTHS = {"year": 12, "mon": 1}
_MOST = (1 << 31) * 60  # seconds: 4000 years
_USUAL = 480  # minutes
_FEW = 24  # of longer units


class Unit(NamedTuple):
    """A word for so many seconds."""

    word: str
    seconds: int


_MINUTES = Unit("minutes", 60)
# What is shorter than the last word of its type an interval forgets.
_UNITS: Mapping[str, Unit] = {
    "year": Unit("years", 12 * MONTH),
    "month": Unit("months", MONTH),
    "day": Unit("days", DAY),
    "hour": Unit("hours", 3600),
}


class Spelled(NamedTuple):
    """An interval as the server keeps it."""

    months: int
    days: int
    seconds: Fraction


class Duration(Generator):
    """How long something takes: minutes, up to eight hours; as many of another unit as there are hours in a day where
    the column's type knows no minutes.
    """

    name: ClassVar[str] = "duration"
    makes: ClassVar[frozenset[Family]] = frozenset({"other"})

    def objection(self, field: Field) -> str | None:
        """Intervals only; some must be left."""
        if unit_of(field.column) is None:
            return f"{field.column.type} is no interval"
        return None if self.space(field) else "no interval is left between its limits"

    def space(self, field: Field) -> int:
        """As many units as there are between its limits."""
        return _units(field).size

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """From the shortest on."""
        return lengths(_units(field).nth(numbers), field.column)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Short ones are more frequent."""
        limit = min(self.space(field), _USUAL if unit_of(field.column) == _MINUTES else _FEW)
        drawn = rows.draws(field.column.name).fractions(rows.numbers)
        return self.nth(field, (drawn * drawn * limit).astype(np.int64))


def unit_of(column: Column) -> Unit | None:
    """What an interval is counted in; None for another type."""
    base = (column.base or column.type).removesuffix("[]")
    if not base.startswith("interval"):
        return None
    return _UNITS.get(base.rpartition(" ")[2], _MINUTES)


def lengths(units: Numbers, column: Column) -> pl.Series:
    """Intervals of so many of the column's units."""
    word = (unit_of(column) or _MINUTES).word
    made: pl.Series = pl.DataFrame({"n": units}).select(pl.concat_str("n", pl.lit(f" {word}"))).to_series()
    return made


def lasting(values: pl.Series) -> Numbers:
    """Intervals of whole units, as they are made here, in seconds; `NONE` for nulls and for others."""
    number = pl.col("t").str.extract(r"^(-?[0-9]+) [a-z]+$").cast(pl.Int64)
    word = pl.col("t").str.extract(r" ([a-z]+)$")
    known = {unit.word: unit.seconds for unit in (_MINUTES, *_UNITS.values())}
    whole = (number * word.replace_strict(known, default=None, return_dtype=pl.Int64)).fill_null(NONE)
    found: Numbers = values.cast(pl.String).to_frame("t").select(whole).to_series().to_numpy()
    return found


def spelled(text: str) -> Spelled | None:
    """An interval as Postgres writes it; None for another text."""
    months, days, seconds, rest = 0, 0, Fraction(0), text
    while found := _PART.match(rest):
        number, rest = int(found[1]), rest[found.end() :]
        months += number * _MONTHS.get(found[2], 0)
        days += number * (found[2] == "day")
    if rest and (clock := _CLOCK.fullmatch(rest)):
        seconds = int(clock[2]) * 3600 + int(clock[3]) * 60 + Fraction(clock[4])
        seconds, rest = -seconds if clock[1] == "-" else seconds, ""
    return None if rest or not text else Spelled(months, days, seconds)


def read_length(text: str, field: Field) -> Fraction:
    """An interval as Postgres writes it, in seconds, as long as it is when it is compared. Raises Impossible."""
    found = spelled(text)
    if found is None:
        raise Impossible(f"{named(field)}: its limit {text} is no interval")
    return found.months * MONTH + found.days * DAY + found.seconds


def _units(field: Field) -> Span:
    limits, unit = field.limits, (unit_of(field.column) or _MINUTES).seconds
    low = 1 if limits.low is None else ceil(read_length(limits.low, field) / unit)
    high = max(_MOST // unit, low) if limits.high is None else floor(read_length(limits.high, field) / unit)
    return Span.without(low, high, [floor(read_length(text, field) / unit) for text in limits.never])
