"""Dates and timestamps on another day."""

from __future__ import annotations

import re
from typing import ClassVar, NamedTuple

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.key import number, numbers
from envctl.masking.parts.pieces import patched
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable

_DATE = 10  # characters of a date whose year has four digits
_TIME = r"(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2}){0,2})?)?"
_USUAL = rf"^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}{_TIME}$"
_ANY = re.compile(rf"([0-9]{{4,7}})-([0-9]{{2}})-([0-9]{{2}})({_TIME})( BC)?")
_ENDLESS = frozenset({"infinity", "-infinity"})
_FIRST, _LAST = -4713, 294276  # years of a timestamp; Postgres counts dates on to 5874897
_CYCLE, _CYCLE_YEARS = 146097, 400  # days after which the calendar starts again


class _Moment(NamedTuple):
    """A date by the number of its day, and the text of its time, which stays."""

    day: int
    time: str


class Shift(Transform):
    """A date or timestamp up to some days earlier or later, never the same day; the time of day stays.

    Dates that belong together keep their order and distance where they are shifted alike: name in `by` the column that
    says whose they are, and give columns of several tables the same `identity`. Infinity stays; so do eras: dates BC
    are shifted like others, and at the ends of what Postgres can hold it goes the other way.
    """

    name: ClassVar[str] = "shift"
    takes: ClassVar[frozenset[Family]] = frozenset({"date", "timestamp"})
    aspects: ClassVar[frozenset[str]] = frozenset({"by"})  # each table has its own name for whose dates they are

    days: int = Field(default=30, ge=1, le=36500, description="How far at most, either way.", examples=[7, 365])
    by: str | None = Field(
        default=None,
        min_length=1,
        description="The column whose original value says whose date it is: one shift for all of the same. "
        "Without it, and where it is null, the date itself decides.",
        examples=["customer_id"],
    )

    @property
    def reads(self) -> tuple[str, ...]:
        """The column that says whose it is."""
        return () if self.by is None else (self.by,)

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """A year can gain a digit, and a date its era: this many characters hold them all."""
        return len("294276-12-31 23:59:59.999999+15:59:59 BC")

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """By days, as polars counts them; unusual ones one by one."""
        whose = values if self.by is None else block.rows[self.by].alias("whose")
        frame = pl.DataFrame({"value": values, "whose": whose}).with_columns(pl.coalesce("whose", "value"))
        drawn = numbers(block.seed.digests(frame["whose"]), 2 * self.days)
        dates = pl.col("value").str.slice(0, _DATE).str.to_date("%Y-%m-%d", strict=False)
        away = pl.col("drawn") - self.days + (pl.col("drawn") >= self.days)
        shifted = (dates.cast(pl.Int64) + away).cast(pl.Int32).cast(pl.Date)
        usual = pl.col("value").str.contains(_USUAL) & (dates.dt.year() > 0) & shifted.dt.year().is_between(1, 9999)
        done = frame.with_columns(drawn.alias("drawn")).select(
            pl.when(usual).then(shifted.dt.strftime("%Y-%m-%d") + pl.col("value").str.slice(_DATE))
        )
        whose = frame["whose"]
        return patched(
            values, done.to_series().alias(values.name), lambda row, value: self._one(value, whose[row], block)
        )

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        whose = None if self.by is None else row.row[self.by]
        return self._one(value, value if whose is None else whose, row)

    def _one(self, value: str, whose: str, given: Block | Row) -> str:
        if value in _ENDLESS:
            return value
        moment = _read(value)
        drawn = number(given.seed.digest(whose), 2 * self.days)
        away = drawn - self.days + (drawn >= self.days)
        years = (_civil(moment.day + away)[0], _civil(moment.day - away)[0])
        if not _FIRST < years[0] < _LAST and _FIRST < years[1] < _LAST:
            away = -away
        return _written(moment._replace(day=moment.day + away))


def _read(value: str) -> _Moment:
    """A date as Postgres writes it."""
    found = _ANY.fullmatch(value)
    if found is None:
        raise Unmaskable("a value is no date as ISO 8601 and Postgres write it")
    year, month, day = (int(found[part]) for part in (1, 2, 3))
    moment = _Moment(_day_of(1 - year if found[5] else year, month, day), found[4])
    if _written(moment) != value:
        raise Unmaskable("a value is a day that no calendar has")
    return moment


def _written(moment: _Moment) -> str:
    year, month, day = _civil(moment.day)
    era = "" if year > 0 else " BC"
    return f"{year if year > 0 else 1 - year:04}-{month:02}-{day:02}{moment.time}{era}"


def _day_of(year: int, month: int, day: int) -> int:
    """The number of a day of the Gregorian calendar, in whatever year; the year before 1 is 0."""
    # Years that start in March have their leap day at the end.
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)  # noqa: PLR2004 – February
    cycle, rest = divmod(year, _CYCLE_YEARS)
    return cycle * _CYCLE + rest * 365 + rest // 4 - rest // 100 + (153 * month + 2) // 5 + day - 1


def _civil(number_of_day: int) -> tuple[int, int, int]:
    """Year, month and day of a number."""
    cycle, rest = divmod(number_of_day, _CYCLE)
    year = (rest - rest // 1460 + rest // 36524 - rest // 146096) // 365
    rest -= 365 * year + year // 4 - year // 100
    month = (5 * rest + 2) // 153
    day = rest - (153 * month + 2) // 5 + 1
    years, month = (0, month + 3) if month < 10 else (1, month - 9)  # noqa: PLR2004 – the months of the next year
    return cycle * _CYCLE_YEARS + year + years, month, day
