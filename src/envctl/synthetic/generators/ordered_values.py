"""The values of a column that CHECKs compare with others: chosen within what those before it leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, get_args

import numpy as np
import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.ordered_axes import Axis
from envctl.synthetic.generators.ordered_steps import Apart, Place
from envctl.synthetic.generators.times import Moment
from envctl.synthetic.generators.times_days import DAY, NONE, at_hours, gaps
from envctl.synthetic.generators.times_ranks import BIRTH, rank_of

_HOUR, _MONTH = 3600, 30 * DAY
_SHARE = 4  # what is above something else is so by up to such a part of what is usual


class Ordered(Generator):
    """A number or a moment within its limits, and as far from other columns as CHECKs say. No stack file names it."""

    name: ClassVar[str] = "ordered"
    makes: ClassVar[frozenset[Family]] = frozenset(get_args(Family))

    axis: Axis
    place: Place
    follows: tuple[str, ...] = ()  # moments that it comes after where it can, though nothing says that it must

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that are chosen before it."""
        compared = (apart.other for apart in (*self.place.above, *self.place.below))
        return tuple(dict.fromkeys((*compared, *self.follows)))

    def space(self, field: Field) -> None:
        """What it can be depends on the row."""

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Where it usually is, or a little above what it must be above."""
        low = self._ends(rows, self.place.above, up=True)
        high = np.maximum(self._ends(rows, self.place.below, up=False), low)
        if self.axis.kind == "moment":
            low, found = self._times(field, rows, low, high)
        else:
            found = self._usual(field, rows, low, high)
        over = found > high
        if over.any():
            drawn = rows.draws(field.column.name, "tight").fractions(rows.numbers)
            found = np.where(over, high - (np.minimum(high - low, self._near(field)) * drawn).astype(np.int64), found)
        return self.axis.write(np.maximum(found, low), field)

    def _near(self, field: Field) -> int:
        """How many steps below its highest a column is at most, where what is usual is above that."""
        if self.axis.kind == "moment":
            return int(_MONTH // self.axis.step)
        first, last, _ = self.axis.usual(field)
        return last - first

    def _ends(self, rows: Rows, aparts: Sequence[Apart], *, up: bool) -> Numbers:
        found: Numbers = np.full(len(rows.numbers), self.place.low if up else self.place.high)
        for apart in aparts:
            steps = self.axis.read(rows.column(apart.other), up=up)
            end = np.where(steps == NONE, found, steps + apart.distance)
            found = np.maximum(found, end) if up else np.minimum(found, end)
        return found

    def _times(self, field: Field, rows: Rows, low: Numbers, high: Numbers) -> tuple[Numbers, Numbers]:
        """From when on, and when: some time after what comes before it; else as moments are."""
        step, draws = int(self.axis.step), rows.draws(field.column.name)
        followed = [name for name in self.follows if rank_of(name).order > BIRTH]
        before = [self.axis.read(rows.column(name), up=True) for name in followed]
        known = np.maximum.reduce([np.full(len(low), NONE), *before])
        start = np.minimum(np.maximum(low, known), high)
        made = start * step + gaps(max(rank_of(field.column.name).gap, _HOUR), draws.of("gap"), rows.numbers)
        by_day = at_hours(made, draws.of("hour"), rows.numbers)
        soon = np.where(made // DAY > start * step // DAY, by_day, made) // step
        if any(rank_of(apart.other).order > BIRTH for apart in self.place.above):
            return start, soon
        alone = self.axis.read(Moment(alone=True).make(field, rows), up=True)  # nothing happens soon after one's birth
        return start, np.where(known == NONE, alone, soon)

    def _usual(self, field: Field, rows: Rows, low: Numbers, high: Numbers) -> Numbers:
        first, last, skew = self.axis.usual(field)
        start = np.maximum(low, np.where(first < high, first, high - (last - first)))
        end = np.minimum(np.maximum(last, start + (last - first) // _SHARE * bool(self.place.above)), high)
        drawn = rows.draws(field.column.name).fractions(rows.numbers) ** skew
        found: Numbers = start + np.minimum(((end - start + 1) * drawn).astype(np.int64), end - start)
        return found
