"""Moments as whole seconds since 1970 in UTC, and hours at which people do things."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from envctl.catalogue import Family
from envctl.synthetic.draws import Draws, Numbers

DAY = 86400
NONE = -(1 << 62)  # where there is no moment: before all of them
_MICROSECONDS = 1_000_000
_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
_LENGTHS = (len("2026-01-01 00:00:00"), len("2026-01-01"))
# How much is going on in each hour of a day.
_HOURS = np.array([2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 13, 12, 11, 12, 12, 11, 11, 11, 12, 13, 13, 11, 7, 4], np.float64)
_ENDS = np.concatenate(([0.0], np.cumsum(_HOURS))) / _HOURS.sum()


def seconds(values: pl.Series) -> Numbers:
    """When something was, `NONE` for nulls and for what is no moment; of a part of a second its beginning."""
    if values.dtype == pl.String:
        values = _read(values)
    if values.dtype == pl.Date:
        found = values.cast(pl.Int64) * DAY
    elif isinstance(values.dtype, pl.Datetime):
        found = values.cast(pl.Datetime("us")).cast(pl.Int64) // _MICROSECONDS
    else:
        found = pl.repeat(NONE, len(values), dtype=pl.Int64, eager=True)
    whole: Numbers = found.fill_null(NONE).to_numpy()
    return whole


def moments(when: Numbers, family: Family) -> pl.Series:
    """As dates or timestamps; of a date's seconds only the day counts."""
    if family == "date":
        return pl.Series((when // DAY).astype(np.int32)).cast(pl.Date)
    return pl.Series(when * _MICROSECONDS).cast(pl.Datetime("us"))


def later(when: Numbers, family: Family) -> Numbers:
    """The first moment after each that a column of that family can say."""
    return (when // DAY + 1) * DAY if family == "date" else when + 1


def at_hours(when: Numbers, draws: Draws, rows: Numbers) -> Numbers:
    """The same days, at times that people are awake mostly."""
    return when - when % DAY + time_of_day(draws.fractions(rows))


def time_of_day(drawn: NDArray[np.float64]) -> Numbers:
    """Seconds since midnight."""
    return np.asarray(np.interp(drawn, _ENDS, np.arange(len(_ENDS)) * (DAY / len(_HOURS)))).astype(np.int64)


def gaps(mean: int, draws: Draws, rows: Numbers) -> Numbers:
    """How long something takes: mostly less than the mean, sometimes much longer."""
    return np.asarray(-mean * np.log1p(-draws.fractions(rows))).astype(np.int64)


def _read(texts: pl.Series) -> pl.Series:
    column = pl.col("t").str.replace("T", " ")
    tried = [
        column.str.slice(0, length).str.to_datetime(form, strict=False, time_unit="us")
        for form, length in zip(_FORMS, _LENGTHS, strict=True)
    ]
    return texts.to_frame("t").select(pl.coalesce(tried)).to_series()
