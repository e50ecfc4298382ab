"""Dates and timestamps that follow each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field as Said
from pydantic import model_validator

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Impossible, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.times_days import DAY, NONE, at_hours, gaps, later, moments, seconds
from envctl.synthetic.generators.times_ranks import BIRTH, first_of, moments_of, rank_of
from envctl.synthetic.generators.typed_letters import named

_YEAR = 31_556_952  # seconds
_YEARS = 5  # in which everything happens that is not said otherwise
_CENTURY = 100 * _YEAR  # for days that all differ
_KEPT = 0.98  # of the time there is the last part is left to what follows
_SOON = 2 * DAY  # after what it belongs to something happens, taken together
_MONTH = 30 * DAY
_AGES = (18, 90)
_FAR = 1 << 40  # seconds: further away than any calendar goes

When = Annotated[datetime, Said(strict=False)]


class Moment(Generator):
    """When something happened: in the last five years, more of it lately, and mostly by day.

    The moments of a row are in the order that the names of its columns tell (created, paid, shipped, delivered, ended),
    and none is before the row that it belongs to. Who is born is 18 to 90 years old.
    """

    name: ClassVar[str] = "moment"
    makes: ClassVar[frozenset[Family]] = frozenset({"date", "timestamp"})

    after: str | None = Said(
        default=None,
        min_length=1,
        description="Another column of the row that it comes after, or `column.other`: what `other` holds in the row "
        "that `column` references.",
        examples=["created_at", "customer_id.created_at"],
    )
    before: str | None = Said(
        default=None, min_length=1, description="What it comes before, said alike.", examples=["closed_at"]
    )
    from_: When | None = Said(default=None, alias="from", description="The earliest.", examples=["2024-01-01"])
    to: When | None = Said(
        default=None, description="Before this; without it `until` of the data.", examples=["2025-06-30T12:00:00"]
    )
    min_age: int | None = Said(default=None, ge=0, le=150, description="Years it is ago at least.", examples=[18])
    max_age: int | None = Said(default=None, ge=0, le=150, description="Years it is ago at most.", examples=[65])
    alone: bool = Said(default=False, description="It has nothing to do with the row's other moments.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_age is not None and self.max_age is not None and self.min_age > self.max_age:
            raise ValueError("`min_age` is above `max_age`")
        if self.from_ is not None and self.to is not None and _stamp(self.from_) >= _stamp(self.to):
            raise ValueError("`from` is not before `to`")
        return self

    def objection(self, field: Field) -> str | None:
        """Something must be between its ends."""
        first, last = self.window(field)
        return (
            None
            if later(np.array([first - 1]), field.column.family)[0] < last
            else "no moment is left between its limits"
        )

    @property
    def reads(self) -> tuple[str, ...]:
        """Those that are named."""
        return tuple(name for name in (self.after, self.before) if name is not None and "." not in name)

    def space(self, field: Field) -> int:
        """As many seconds as there are between its ends, or days: if nothing is said, those of a century."""
        first, last = self.window(field, _usual(field))
        step = DAY if field.column.family == "date" else 1
        return max((last - 1) // step - -(-first // step) + 1, 0)

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The last one first."""
        _, last = self.window(field, _usual(field))
        step = DAY if field.column.family == "date" else 1
        return moments(((last - 1) // step - numbers) * step, field.column.family)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """After what comes before it, by as much as such things take."""
        first, last = self.window(field)
        draws, family = rows.draws(field.column.name), field.column.family
        floor, soon = self._floor(field, rows)
        if field.limits.high is not None:  # a condition counts more than what it would come after
            floor = np.where(floor < last - 1, floor, NONE)
        last -= _reserve(field) if last == field.until else 0
        end = np.full(len(rows.numbers), last) if self.before is None else self._said(self.before, field, rows, last)
        start = later(np.where(floor > NONE, np.maximum(floor, self._lowest(field) - 1), first - 1), family)
        room = np.maximum(end - start, 0) * _KEPT
        made = start + _whole(room * _spread(field, draws.fractions(rows.numbers)))
        if soon is not None:
            gap = gaps(soon, draws.of("gap"), rows.numbers)
            near = np.where(start + gap < end, start + gap, start + _whole(room * draws.fractions(rows.numbers)))
            made = np.where(floor > NONE, near, made)
        elif self.before is not None:
            made = np.maximum(end - 1 - gaps(_SOON, draws.of("gap"), rows.numbers), self._lowest(field))
        by_day = at_hours(made, draws.of("hour"), rows.numbers)
        made = np.where((made // DAY > start // DAY) & (by_day < end), by_day, made)
        return moments(made, family)

    def window(self, field: Field, usual: int = _YEARS * _YEAR) -> tuple[int, int]:
        """From when to when (which is not in it any more); `usual` is how long that is, if nothing is said."""
        birth = rank_of(field.column.name).order == BIRTH and self.min_age is None and self.max_age is None
        youngest, oldest = _AGES if birth and self.from_ is None and self.to is None else (self.min_age, self.max_age)
        low = None if field.limits.low is None else read_moment(field.limits.low, field, up=True)
        high = None if field.limits.high is None else read_moment(field.limits.high, field)
        ends = [field.until if self.to is None else _stamp(self.to)]
        ends += [] if youngest is None else [field.until - youngest * _YEAR]
        ends += [] if high is None else [high + 1]
        starts = [] if oldest is None else [field.until - oldest * _YEAR]
        starts += [] if self.from_ is None else [_stamp(self.from_)]
        starts += [] if low is None else [low]
        first, last = max(starts, default=min(ends) - usual), min(ends)
        if low is not None and first >= last:  # a condition counts more than that everything was before
            last = min([first + _MONTH, *([] if high is None else [high + 1])])
        return first, last

    def _lowest(self, field: Field) -> int:
        """Before which it must not be, whatever it follows."""
        named = self.from_ is not None or self.max_age is not None or field.limits.low is not None
        return self.window(field)[0] if named else -_FAR

    def _floor(self, field: Field, rows: Rows) -> tuple[Numbers, int | None]:
        """What it comes after, `NONE` where there is nothing, and how soon; None: at any time."""
        gap = rank_of(field.column.name).gap
        if self.after is not None:
            return self._said(self.after, field, rows, NONE), gap or _SOON
        nothing = np.full(len(rows.numbers), NONE)
        if rank_of(field.column.name).order == BIRTH or self.before is not None:
            return nothing, None
        earlier = [] if self.alone else earlier_of(field)
        later_ones = [name for name in earlier if rank_of(name).order > BIRTH]
        if later_ones:
            return np.maximum.reduce([seconds(rows.column(name)) - 1 for name in later_ones]), gap
        lived = [np.maximum(seconds(rows.column(name)), self.window(field)[0]) - 1 for name in earlier]
        parents, near = _parents(field, rows, self.window(field)[0])
        return np.maximum.reduce([nothing, *lived, *parents]), _SOON if near else None

    def _said(self, name: str, field: Field, rows: Rows, otherwise: int) -> Numbers:
        """What a column of this row, or of one that it references, holds."""
        column, _, other = name.partition(".")
        if not other:
            values = rows.column(column)
        elif (parent := rows.parent((column,))) is not None:
            values = parent.column(other)
        else:
            raise Impossible(
                f"{named(field)}: {name}: {column} does not reference another table, or not in each row (leave it out)"
            )
        found = seconds(values)
        return np.where(found == NONE, otherwise, found)


def read_moment(text: str, field: Field, *, up: bool = False) -> int:
    """A limit as Postgres writes it, in seconds, rounded up or down. Raises Impossible."""
    if text in {"infinity", "-infinity"}:
        return _FAR if text == "infinity" else -_FAR
    try:
        when = datetime.fromisoformat(text)
        return _stamp(when.replace(microsecond=0)) + (up and when.microsecond > 0)
    except ValueError:
        raise Impossible(f"{named(field)}: its limit {text} is no date of the years 1 to 9999") from None


def _usual(field: Field) -> int:
    return _CENTURY if field.column.family == "date" else _YEARS * _YEAR


def _stamp(when: datetime) -> int:
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def earlier_of(field: Field) -> list[str]:
    """The columns of the row that its own comes after, by their names."""
    found = [column.name for column in moments_of(field.table)]
    return found[: found.index(field.column.name)] if field.column.name in found else []


def _reserve(field: Field) -> int:
    """The time at the end that the row's later moments need, so that there is always room for one more."""
    found = moments_of(field.table)
    names = [column.name for column in found]
    behind = found[names.index(field.column.name) + 1 :] if field.column.name in names else ()
    return sum(DAY if column.family == "date" else 1 for column in behind)


def _parents(field: Field, rows: Rows, first: int) -> tuple[list[Numbers], bool]:
    """When the rows came to be that these belong to, and whether one of them is an event that they are a part of.

    Of people of whom only the birth is known, what happens after `first` is made.
    """
    found, near = list[Numbers](), False
    for key in field.table.foreign_keys:
        parent = rows.parent(key.columns)
        name = None if parent is None else first_of(parent.table)
        if parent is None or name is None:
            continue
        when = seconds(parent.column(name)) - 1
        born = rank_of(name).order == BIRTH
        found.append(np.maximum(when, first - 1) if born else when)
        near = near or (bool(parent.table.foreign_keys) and not born)
    return found, near


def _spread(field: Field, drawn: NDArray[np.float64]) -> NDArray[np.float64]:
    """People are of all ages; of what happens there is more and more."""
    return drawn if rank_of(field.column.name).order == BIRTH else np.sqrt(drawn)


def _whole(numbers: NDArray[np.float64]) -> Numbers:
    return numbers.astype(np.int64)
