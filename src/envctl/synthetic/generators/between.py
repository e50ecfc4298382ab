"""Moments between others, which may be far away from each other."""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np
import polars as pl
from pydantic import AfterValidator
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.related_paths import PATH, Path, own, value
from envctl.synthetic.generators.times_days import DAY, NONE, at_hours, moments, seconds
from envctl.units import parse_duration

_YEAR = 31_556_952  # seconds


def _duration(text: str) -> str:
    if parse_duration(text) is None:
        raise ValueError('is no length of time, such as "45m", "36h" or "30d"')
    return text


class Between(Generator):
    """When something happened between two other moments, at any time in between as likely as at any other; null where
    nothing is between them.
    """

    name: ClassVar[str] = "between"
    makes: ClassVar[frozenset[Family]] = frozenset({"date", "timestamp"})

    after: Path | None = Said(default=None, description=f"{PATH} Where it is null, `years` alone count.")
    before: Path | None = Said(
        default=None, description="The same; where it is null, it is before `until` of the data."
    )
    years: int = Said(default=5, ge=1, le=150, description="It is so many years ago at most.", examples=[10])
    within: Annotated[str, AfterValidator(_duration)] | None = Said(
        default=None, description="No longer after `after` than this.", examples=["45m", "30d"]
    )

    @property
    def reads(self) -> tuple[str, ...]:
        """Those that are of the row."""
        return own(self.after, self.before)

    def objection(self, field: Field) -> str | None:  # noqa: ARG002 – as the base says
        """`within` is from something on."""
        return "`within` says how long after what: write `after`" if self.within and self.after is None else None

    def space(self, field: Field) -> None:  # it depends on other columns
        """What it can be depends on the row."""

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Equally likely, and by day where it may be."""
        family, draws = field.column.family, rows.draws(field.column.name)
        step = DAY if family == "date" else 1
        began = self._said(self.after, field, rows, NONE)
        first = np.maximum(began, field.until - self.years * _YEAR)
        last = np.minimum(self._said(self.before, field, rows, field.until), field.until)
        if self.within is not None:
            last = np.minimum(last, began + int(parse_duration(self.within) or 0))
            first = began
        first, last = -(-first // step) * step, last // step * step
        made = first + ((last - first) * draws.fractions(rows.numbers)).astype(np.int64)
        by_day = at_hours(made, draws.of("hour"), rows.numbers)
        made = np.where((by_day >= first) & (by_day <= last), by_day, made)
        there = pl.Series((first <= last) & (began > NONE if self.within is not None else True))
        return pl.select(pl.when(there).then(moments(made, family))).to_series()

    def _said(self, path: str | None, field: Field, rows: Rows, otherwise: int) -> Numbers:
        if path is None:
            return np.full(len(rows.numbers), otherwise)
        found = seconds(value(path, field, rows))
        return np.where(found == NONE, otherwise, found)
