"""Intervals: how long something is, and points in time that much earlier or later, as Postgres counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from envctl.masking.conditions.literals import Problem

_SECOND = 1_000_000  # microseconds, as all below
_UNITS: Mapping[str, tuple[str, int]] = {
    **dict.fromkeys(("microsecond", "microseconds", "us"), ("microseconds", 1)),
    **dict.fromkeys(("millisecond", "milliseconds", "msec", "msecs", "ms"), ("microseconds", 1000)),
    **dict.fromkeys(("second", "seconds", "sec", "secs", "s"), ("microseconds", _SECOND)),
    **dict.fromkeys(("minute", "minutes", "min", "mins", "m"), ("microseconds", 60 * _SECOND)),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), ("microseconds", 3600 * _SECOND)),
    **dict.fromkeys(("day", "days", "d"), ("days", 1)),
    **dict.fromkeys(("week", "weeks", "w"), ("days", 7)),
    **dict.fromkeys(("month", "months", "mon", "mons"), ("months", 1)),
    **dict.fromkeys(("year", "years", "yr", "yrs", "y"), ("months", 12)),
}
_PART = re.compile(r"\s*([+-]?\d{1,6})\s*([a-z]+)(?=[\s\d+-]|$)", re.ASCII)
_CLOCK = re.compile(r"\s*([+-]?)(\d{1,6}):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?(?=\s|$)", re.ASCII)
_AGO = re.compile(r"\s+ago\s*$")
_FORM = "an interval is whole numbers and units: '30 days', '1 year 6 months', '12 hours'"


@dataclass(frozen=True)
class Span:
    """An interval. Months, days and the rest are counted apart, since none is always as many of another."""

    months: int = 0
    days: int = 0
    microseconds: int = 0

    def __neg__(self) -> Span:
        return Span(-self.months, -self.days, -self.microseconds)

    def __add__(self, other: Span) -> Span:
        return Span(self.months + other.months, self.days + other.days, self.microseconds + other.microseconds)

    def after(self, moment: pl.Expr) -> pl.Expr:
        """That much later: first months (31 January + 1 month is the last of February), then days."""
        for count, unit in ((self.months, "mo"), (self.days, "d"), (self.microseconds, "us")):
            moment = moment.dt.offset_by(f"{count}{unit}") if count else moment
        return moment


def span(text: str) -> Span:
    """What the text of an interval means. Raises Problem."""
    said = text.lower()
    ago = _AGO.search(said)
    rest, found = said[: ago.start()] if ago else said, dict.fromkeys(("months", "days", "microseconds"), 0)
    at = 0
    while at < len(rest.rstrip()):
        if clock := _CLOCK.match(rest, at):
            found["microseconds"] += _clock(clock)
            at = clock.end()
            continue
        part = _PART.match(rest, at)
        if part is None or part[2] not in _UNITS:
            raise Problem(_FORM)
        field, size = _UNITS[part[2]]
        found[field] += int(part[1]) * size
        at = part.end()
    if not at:
        raise Problem(_FORM)
    return -Span(**found) if ago else Span(**found)


def _clock(said: re.Match[str]) -> int:
    hours, minutes, seconds = (int(said[part] or 0) for part in (2, 3, 4))
    total = ((hours * 60 + minutes) * 60 + seconds) * _SECOND + int((said[5] or "").ljust(6, "0"))
    return -total if said[1] == "-" else total
