"""Columns that can be compared with each other, counted in steps that all of them can say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import ceil, floor
from typing import Literal, Protocol

import numpy as np
import polars as pl

from envctl.synthetic.base import Field
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.numbers import Number
from envctl.synthetic.generators.numbers_types import scale_of
from envctl.synthetic.generators.numbers_usual import Usual, usual
from envctl.synthetic.generators.times import Moment, read_moment
from envctl.synthetic.generators.times_clock import read_clock, since_midnight, times
from envctl.synthetic.generators.times_days import DAY, NONE, moments, seconds
from envctl.synthetic.generators.times_lengths import MONTH, lasting, lengths, read_length, spelled, unit_of

Kind = Literal["number", "moment", "time", "interval"]
_MINUTE = 60
_FAR = 1 << 52  # steps: a double still tells all whole numbers apart
_LONGEST = (1 << 31) * _MINUTE  # seconds: 4000 years
_CENTURIES = 200 * 366 * DAY
_MINUTES = Usual(Decimal(1), Decimal(480), 2)
_MONTHS = (28 * DAY, 31 * DAY)  # seconds of the shortest and the longest


class _Reads(Protocol):
    def __call__(self, text: str, field: Field, *, up: bool) -> Fraction | int: ...


_READ: Mapping[str, _Reads] = {
    "moment": read_moment,
    "time": read_clock,
    "interval": lambda text, field, up: read_length(text, field),  # noqa: ARG005 – it is exact
}


@dataclass(frozen=True)
class Axis:
    """`step` is in seconds, or in ones."""

    kind: Kind
    step: Fraction

    def ends(self, field: Field) -> tuple[tuple[int, int], tuple[int, int]]:
        """The first and the last step that a column may say, and those of what it usually says."""
        if self.kind == "number":
            return _number_ends(field, self.step)
        limits, read = field.limits, _READ[self.kind]
        if self.kind == "moment":
            low, high = field.until - _CENTURIES, field.until + _CENTURIES
            soft = Moment(alone=True).window(field)
        elif self.kind == "time":
            low, high, soft = 0, DAY - 1, (0, DAY)
        else:
            low, high, soft = 0, _LONGEST, (_MINUTE, _LONGEST)
        first = low if limits.low is None else read(limits.low, field, up=True)
        last = high if limits.high is None else read(limits.high, field, up=False)
        hard = (ceil(first / self.step), floor(last / self.step))
        return hard, (max(hard[0], ceil(soft[0] / self.step)), min(hard[1], floor((soft[1] - 1) / self.step)))

    def usual(self, field: Field) -> tuple[int, int, float]:
        """Between which steps it mostly is, and how much nearer to the first."""
        if self.kind != "number":
            return int(_MINUTES.low), int(_MINUTES.high), _MINUTES.skew
        said = usual(field)
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
            scale = Number().scale(field)
            return scale.series(steps * int(self.step / Fraction(scale.unit)))
        when = steps * int(self.step)
        if self.kind == "interval":
            unit = unit_of(field.column)
            return lengths(when // (unit.seconds if unit else _MINUTE), field.column)
        return times(when) if self.kind == "time" else moments(when, field.column.family)

    def distance(self, text: str) -> tuple[Fraction, Fraction] | None:
        """The least and the most steps that an offset is: months are not all as long. None: it cannot be read."""
        if not text:
            return Fraction(0), Fraction(0)
        if self.kind != "number" and (said := spelled(text)) is not None:
            months = (MONTH, MONTH) if self.kind == "interval" else _MONTHS
            exact = said.days * DAY + said.seconds
            ends = sorted(said.months * month + exact for month in months)
            return ends[0] / self.step, ends[1] / self.step
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
        return Axis(kind, max(Fraction(Number().scale(field).unit) for field in fields))
    if kind == "moment":
        return Axis(kind, Fraction(DAY if any(field.column.family == "date" for field in fields) else 1))
    if kind == "interval":
        return Axis(kind, Fraction(max(unit.seconds for field in fields if (unit := unit_of(field.column)))))
    return None if kind is None else Axis(kind, Fraction(_MINUTE))


def _kind(field: Field) -> Kind | None:
    column = field.column
    if column.array:
        return None
    if unit_of(column) is not None:
        return "interval"
    families: Mapping[str, Kind] = {"date": "moment", "timestamp": "moment", "time": "time"}
    return families.get(column.family) or (None if scale_of(column) is None else "number")


def _number_ends(field: Field, step: Fraction) -> tuple[tuple[int, int], tuple[int, int]]:
    span, scale = Number().allowed(field), Number().scale(field)
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
    return {"moment": seconds, "time": since_midnight, "interval": lasting}[kind](values)
