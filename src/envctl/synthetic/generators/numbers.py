"""Numbers of any type: small and skewed where nothing is said of them, never outside of what they may be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import ClassVar, Self

import numpy as np
import polars as pl
from pydantic import Field as Said
from pydantic import model_validator

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Impossible, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.numbers_types import Scale, Span, read_number, scale_of
from envctl.synthetic.generators.numbers_usual import usual
from envctl.synthetic.generators.typed_letters import named

_FEWEST = 2  # different values, below which what is usual does not fit: then limits alone count
_MANY = 1000  # units above the lowest, where nothing usual fits
_FINEST = 9  # digits after the point


class Number(Generator):
    """A number, whole or with as many digits after the point as its type has.

    Where nothing is said, the column's name decides: a quantity is 1 to 20, a year one of the last 15. Small ones are
    more frequent.
    """

    name: ClassVar[str] = "number"
    makes: ClassVar[frozenset[Family]] = frozenset({"integer", "number", "other"})

    low: float | None = Said(default=None, strict=False, description="The lowest.", examples=[1, 0.5])
    high: float | None = Said(default=None, strict=False, description="The highest.", examples=[100])
    skew: float | None = Said(
        default=None,
        ge=0.1,
        le=10,
        strict=False,
        description="1: all are equally likely. Above it more of them are near the lowest, below it near the highest.",
        examples=[3],
    )
    digits: int | None = Said(
        default=None, ge=0, le=9, description="Digits after the point, if fewer than its type has.", examples=[2]
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("`low` is above `high`")
        return self

    def objection(self, field: Field) -> str | None:
        """Of the types that are nothing else only money is a number."""
        if scale_of(field.column) is None:
            return f"{field.column.type} is no number"
        return None if self.allowed(field).size else "no number is left between its limits"

    def space(self, field: Field) -> int:
        """All from the lowest on that is said, else from 1."""
        return min(self.allowed(field).size, 1 << 62)

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The lowest first."""
        return self.scale(field).series(self.allowed(field).nth(numbers))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Of those that are usual."""
        span, skew = self._usual(field)
        drawn = rows.draws(field.column.name).fractions(rows.numbers) ** skew
        places = np.minimum((drawn * span.size).astype(np.int64), span.size - 1)
        return self.scale(field).series(span.nth(places))

    def scale(self, field: Field) -> Scale:
        """What it is counted in there. Raises Impossible where the column holds no numbers."""
        scale = scale_of(field.column, self.digits)
        if scale is None:
            raise Impossible(f"{named(field)}: {field.column.type} is no number")
        low, high = self._ends(field)
        if not scale.free or self.digits is not None or low is None or high is None:
            return scale
        while (high - low) / scale.unit < _MANY and scale.digits < _FINEST:  # else there would be too few
            scale = replace(scale, digits=scale.digits + 1)
        return scale

    def allowed(self, field: Field) -> Span:
        """What limits, the type and these settings let it be, in units of its scale; from 1 on where none of them names
        a lowest.
        """
        scale, low, high = self.scale(field), *self._ends(field)
        highest = scale.high if high is None else min(scale.below(high), scale.high)
        if low is None:
            lowest = next((start for start in (1, 0) if start <= highest), scale.low)
        else:
            lowest = max(scale.above(low), scale.low)
        never = (scale.exactly(value) for text in field.limits.never if (value := read_number(text, field)) is not None)
        return Span.without(lowest, highest, [units for units in never if units is not None])

    def _ends(self, field: Field) -> tuple[Decimal | None, Decimal | None]:
        """The lowest and the highest that anybody names."""
        limits = field.limits
        lows = [None if limits.low is None else read_number(limits.low, field), _decimal(self.low)]
        highs = [None if limits.high is None else read_number(limits.high, field), _decimal(self.high)]
        return (
            max((low for low in lows if low is not None), default=None),
            min((high for high in highs if high is not None), default=None),
        )

    def _usual(self, field: Field) -> tuple[Span, float]:
        allowed, scale, said = self.allowed(field), self.scale(field), usual(field)
        if self.low is not None and self.high is not None:
            return allowed, 1.0 if self.skew is None else self.skew
        lowest = scale.low if self._ends(field)[0] is None else allowed.low
        low, high = max(scale.above(said.low), lowest), min(scale.below(said.high), allowed.high)
        span = Span.without(low, high, allowed.never)
        if span.size < _FEWEST:
            span = Span.without(allowed.low, min(allowed.high, allowed.low + _MANY * 10**scale.digits), allowed.never)
        return span, said.skew if self.skew is None else self.skew


def _decimal(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(value))
