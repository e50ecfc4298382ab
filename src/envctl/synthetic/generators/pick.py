"""Values that a stack file lists, counts or says."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from math import fsum
from typing import Annotated, ClassVar, Self, get_args

import numpy as np
import polars as pl
from pydantic import Field as Said
from pydantic import model_validator

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.generators.worded import MANY, longest

Choice = Annotated[str, Said(pattern=r"^[^\x00]*$")] | bool | int | float
Weight = Annotated[float, Said(ge=0, le=1e9, strict=False)]

_ANY: frozenset[Family] = frozenset(get_args(Family))
_TRUE = frozenset({"t", "true", "yes", "on", "1"})
_BOOLEANS = _TRUE | {"f", "false", "no", "off", "0"}
_EXACT = r"^-?[0-9]{1,19}(?:\.([0-9]{1,12}))?$"
_MOST = 100_000  # values of a list: more is a table


class Pick(Generator):
    """One of the values listed; with `weights` some come more often than others."""

    name: ClassVar[str] = "pick"
    makes: ClassVar[frozenset[Family]] = _ANY

    choices: Annotated[tuple[Choice, ...], Said(strict=False)] = Said(
        alias="from",
        min_length=1,
        max_length=_MOST,
        description="What there is to pick from, as Postgres reads it.",
        examples=[["new", "paid"], [1, 2, 3]],
    )
    weights: Annotated[tuple[Weight, ...], Said(strict=False)] = Said(
        default=(),
        max_length=_MOST,
        description="How often each of them comes, compared with the others. Without it all as often.",
        examples=[[1, 9]],
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.weights and len(self.weights) != len(self.choices):
            raise ValueError(f"there are {len(self.choices)} values in `from` and {len(self.weights)} in `weights`")
        if self.weights and not fsum(self.weights):
            raise ValueError("all `weights` are 0, so that there is nothing to pick")
        return self

    def objection(self, field: Field) -> str | None:
        """They must be what the column takes."""
        return next((f"{why}: {choice!r}" for choice in self._offered() if (why := misfit(field, choice))), None)

    def space(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """Those that ever come."""
        return len(self._unlike())

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """In their order."""
        return as_typed(chosen(pl.Series(self._unlike(), dtype=pl.String), numbers), field)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """By their weights."""
        offered, draws = self._offered(), rows.draws(field.column.name)
        if self.weights:
            ends = np.cumsum(self.weights) / fsum(self.weights)
            places = np.searchsorted(ends, draws.fractions(rows.numbers), side="right").clip(max=len(offered) - 1)
        else:
            places = draws.below(rows.numbers, len(offered))
        return as_typed(chosen(pl.Series(offered, dtype=pl.String), places.astype(np.int64)), field)

    def _offered(self) -> tuple[str, ...]:
        """As Postgres reads them."""
        return tuple(_said(choice) for choice in self.choices)

    def _unlike(self) -> tuple[str, ...]:
        """Those that ever come, each once."""
        weighted = zip(self._offered(), self.weights or (1.0,) * len(self.choices), strict=True)
        return tuple(dict.fromkeys(value for value, weight in weighted if weight))


class Constant(Generator):
    """The same value in every row."""

    name: ClassVar[str] = "constant"
    makes: ClassVar[frozenset[Family]] = _ANY

    value: Choice = Said(description="The value, as Postgres reads it.", examples=["EUR", 0])

    def objection(self, field: Field) -> str | None:
        """The column must take it."""
        why = misfit(field, _said(self.value))
        return f"{why}: {_said(self.value)!r}" if why else None

    def space(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """Just it."""
        return 1

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """It."""
        return as_typed(pl.Series([_said(self.value)], dtype=pl.String), field).new_from_index(0, len(numbers))


class Sequence(Generator):
    """Numbers one after the other, by the row's number; in a column of text with a word before them."""

    name: ClassVar[str] = "sequence"
    makes: ClassVar[frozenset[Family]] = frozenset({"integer", "number", "text"})

    start: int = Said(default=1, ge=-MANY, le=MANY, description="The first row's.", examples=[1000])
    step: int = Said(default=1, ge=-(10**9), le=10**9, description="From one to the next; not 0.", examples=[10])
    prefix: str = Said(
        default="", max_length=100, pattern=r"^[^\x00]*$", description="What stands before it.", examples=["INV-"]
    )
    digits: int = Said(
        default=0, ge=0, le=18, description="Digits of each, zeros in front of it; for columns of text.", examples=[6]
    )

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if not self.step:
            raise ValueError("`step` is 0: for one and the same value there is `constant`")
        if self.digits and (self.start < 0 or self.step < 0):
            raise ValueError("`digits` are for numbers that are never below 0")
        return self

    def objection(self, field: Field) -> str | None:
        """The first must fit; what comes later may not, if there are too many rows."""
        if field.column.family != "text" and (self.prefix or self.digits):
            return "is a number, so that nothing can stand before it: take `prefix` and `digits` out"
        return None if self.space(field) else f"does not hold the first number, {self.start}"

    def distinct(self, field: Field) -> bool:  # noqa: ARG002 – as the base says
        """By the row's number."""
        return True

    def space(self, field: Field) -> int:
        """As many as the column has room for."""
        low, high = field.column.low, field.column.high
        if field.column.family == "text":
            most = longest(field)
            room = MANY if most is None else int("1" + "0" * max(0, min(18, most - len(self.prefix)))) - 1
            low, high = -(room // 10), room
        ends = ((-MANY if low is None else low), (MANY if high is None else high))
        if not ends[0] <= self.start <= ends[1]:
            return 0
        left = (ends[1] - self.start) // self.step if self.step > 0 else (self.start - ends[0]) // -self.step
        return min(left + 1, MANY // abs(self.step))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The numbers."""
        made = pl.Series(self.start + self.step * numbers)
        if field.column.family != "text":
            return made
        return self.prefix + made.cast(pl.String).str.zfill(self.digits)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """By the row's number."""
        return self.nth(field, rows.numbers)


def misfit(field: Field, value: str) -> str | None:
    """Why a column does not take a value, as far as its type and limits say; None where it does."""
    column, most = field.column, longest(field)
    if column.array:
        return None
    wrong = {
        f"holds {most} characters and not this": column.family == "text" and most is not None and len(value) > most,
        "has no such label": column.family == "enum" and value not in column.labels,
        "is true or false and not this": column.family == "boolean" and value.lower() not in _BOOLEANS,
        "holds no such number": column.family in {"integer", "number"} and not _is_number(field, value),
        "must not hold this, by a condition of the table": _refused(field, value),
    }
    return next((why for why, so in wrong.items() if so), None)


def _refused(field: Field, value: str) -> bool:
    """Whether a condition of the table says so, where texts are compared as they are written."""
    limits, family = field.limits, field.column.family
    if family not in {"text", "enum"}:
        return limits.empty
    unlisted = limits.values is not None and value not in limits.values
    return limits.empty or unlisted or value in limits.never or (family == "text" and len(value) < limits.shortest)


def _is_number(field: Field, value: str) -> bool:
    """Whether it is one that type and limits let in."""
    column, number = field.column, _decimal(value)
    if number is None or not number.is_finite():
        return False
    low, high = _decimal(field.limits.low), _decimal(field.limits.high)
    if (low is not None and number < low) or (high is not None and number > high):
        return False
    if column.family == "integer" and number != number.to_integral_value():
        return False
    before = int(number)  # limits of others are about what stands before the point
    return (column.low is None or column.low <= before) and (column.high is None or before <= column.high)


def _decimal(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _said(choice: Choice) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice)


def as_typed(values: pl.Series, field: Field) -> pl.Series:
    """Texts in the type that others, who calculate with them, expect."""
    family = field.column.family
    if field.column.array:
        return values
    if family == "integer":
        return values.cast(pl.Int64)
    if family == "boolean":
        return values.str.to_lowercase().is_in(list(_TRUE))
    if family == "number" and values.str.contains(_EXACT).all():
        places = values.str.extract(_EXACT).str.len_chars().max() or 0
        return values.cast(pl.Decimal(38, int(places)))  # type: ignore[arg-type]  # lengths are numbers
    return values
