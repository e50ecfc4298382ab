"""Times of day."""

from __future__ import annotations

import re
from typing import ClassVar

import numpy as np
import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Impossible, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.numbers_types import Span
from envctl.synthetic.generators.times_days import DAY, NONE, time_of_day
from envctl.synthetic.generators.times_ranks import rank_of
from envctl.synthetic.generators.typed_letters import chosen, named

_CLOCK = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]*[1-9][0-9]*)?(?:\.?0*))?(?:[+-][0-9:]+)?")
_STEP = 300  # seconds between times that people say
_MORNING, _NOON, _NIGHT = 6 * 3600, 12 * 3600, 22 * 3600
_STARTED, _ENDED = 20, 70  # ranks


class Clock(Generator):
    """A time of day: what starts does so in the morning, what ends after noon; others when people are awake."""

    name: ClassVar[str] = "time"
    makes: ClassVar[frozenset[Family]] = frozenset({"time"})

    def objection(self, field: Field) -> str | None:
        """Some must be left."""
        return None if self.space(field) else "no time is left between its limits"

    def space(self, field: Field) -> int:
        """The seconds of a day."""
        return _span(field).size

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """From the earliest on."""
        return times(_span(field).nth(numbers))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """In steps of five minutes, but at the ends."""
        drawn, order = rows.draws(field.column.name).fractions(rows.numbers), rank_of(field.column.name).order
        if order == _STARTED:
            made = _MORNING + drawn * (_NOON - _MORNING)
        elif order >= _ENDED:
            made = _NOON + _STEP + drawn * (_NIGHT - _NOON - _STEP)
        else:
            made = time_of_day(drawn).astype(np.float64)
        span = _span(field)
        return times((made // _STEP * _STEP).astype(np.int64).clip(span.low, span.high))


def _span(field: Field) -> Span:
    limits = field.limits
    low = 0 if limits.low is None else read_clock(limits.low, field, up=True)
    high = DAY - 1 if limits.high is None else min(read_clock(limits.high, field), DAY - 1)
    return Span.without(low, high, [read_clock(text, field) for text in limits.never])


def read_clock(text: str, field: Field, *, up: bool = False) -> int:
    """A time as Postgres writes it, in seconds since midnight, rounded up or down. Raises Impossible."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise Impossible(f"{named(field)}: its limit {text} is no time of day")
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0) + (up and found[4] is not None)


def times(when: Numbers) -> pl.Series:
    """Seconds since midnight as texts."""
    hours, minutes, rest = when // 3600, when // 60 % 60, when % 60
    colon = pl.lit(":")
    frame = pl.DataFrame({"h": chosen(_TWO, hours), "m": chosen(_TWO, minutes), "s": chosen(_TWO, rest)})
    return frame.select(pl.concat_str("h", colon, "m", colon, "s")).to_series()


def since_midnight(values: pl.Series) -> Numbers:
    """Times of day in seconds; `NONE` for nulls and for what is none."""
    clock = pl.col("t").str.extract_groups(r"^([0-9]{2}):([0-9]{2}):([0-9]{2})").struct
    hours, minutes, rest = (clock.field(str(at)).cast(pl.Int64) for at in (1, 2, 3))
    whole = (hours * 3600 + minutes * 60 + rest).fill_null(NONE)
    found: Numbers = values.cast(pl.String).to_frame("t").select(whole).to_series().to_numpy()
    return found


_TWO = pl.Series([f"{n:02}" for n in range(60)])
