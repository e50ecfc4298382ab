"""Amounts that follow from others of their row."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar

import polars as pl
from pydantic import AfterValidator
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Impossible, Rows
from envctl.synthetic.checks.expressions import evaluated
from envctl.synthetic.checks.facts import Equal
from envctl.synthetic.generators.formula_parse import parse
from envctl.synthetic.generators.numbers_types import scale_of
from envctl.synthetic.generators.typed_letters import named


def _readable(text: str) -> str:
    parse(text)
    return text


class Formula(Generator):
    """What comes of other columns of the row, rounded as the column's type is. Null where one of them is."""

    name: ClassVar[str] = "formula"
    makes: ClassVar[frozenset[Family]] = frozenset({"integer", "number", "other"})

    formula: Annotated[str, AfterValidator(_readable)] = Said(
        max_length=1000,
        description="Numbers and columns (in double quotes where SQL needs them) with + - * / and parentheses, and "
        "`round(…, digits)`.",
        examples=["price * quantity", "round((net + tax) * 1.19, 2)"],
    )

    def objection(self, field: Field) -> str | None:
        """Numbers only, of columns that there are."""
        if scale_of(field.column) is None:
            return f"{field.column.type} is no number"
        for name in self.reads:
            column = field.table.column(name)
            if column is None:
                return f"there is no column {name} in {field.table.full}"
            if name == field.column.name or column.array or scale_of(column) is None:
                return f"{name} is no number that it could be made of"
        return None

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns in it."""
        return parse(self.formula).columns

    def space(self, field: Field) -> None:  # it depends on other columns
        """What it can be depends on the row."""

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Worked out exactly; where null is not allowed, 0 for it."""
        scale = scale_of(field.column)
        if scale is None:
            raise Impossible(f"{named(field)}: {field.column.type} is no number")
        found = evaluated(parse(self.formula), {name: rows.column(name) for name in self.reads})
        if len(found) != len(rows.numbers):  # of constants alone
            found = found.new_from_index(0, len(rows.numbers))
        if not field.column.nullable or field.limits.filled:
            found = found.fill_null(Decimal(0))
        found = found.round(scale.digits, mode="half_away_from_zero").clip(
            scale.low * scale.unit, scale.high * scale.unit
        )
        kinds: dict[str, pl.DataType] = {"integer": pl.Int64(), "float": pl.Float64()}
        return found.cast(kinds.get(scale.kind, pl.Decimal(38, scale.digits)))


def equals(fact: Equal) -> Formula:
    """What makes a column that a CHECK says is what comes of others."""
    return Formula(formula=str(fact.expression))
