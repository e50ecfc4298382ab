"""Columns that are the same as another one, or never."""

from __future__ import annotations

from typing import ClassVar, get_args

import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows

_ALL: frozenset[Family] = frozenset(get_args(Family))

_MANY = 1 << 31


class Same(Generator):
    """What another column of the row holds."""

    name: ClassVar[str] = "same"
    makes: ClassVar[frozenset[Family]] = _ALL

    column: str

    @property
    def reads(self) -> tuple[str, ...]:
        """That one."""
        return (self.column,)

    def space(self, field: Field) -> None:
        """What it can be depends on the row."""

    def make(self, field: Field, rows: Rows) -> pl.Series:  # noqa: ARG002
        """It."""
        return rows.column(self.column)


class Differing(Generator):
    """What the column would hold alone, but never what another column of the row does. No stack file names it."""

    name: ClassVar[str] = "differing"
    makes: ClassVar[frozenset[Family]] = _ALL

    column: str

    @property
    def reads(self) -> tuple[str, ...]:
        """That one."""
        return (self.column,)

    def objection(self, field: Field) -> str | None:
        """There must be two values."""
        space = _alone(field).space(field)
        return "it needs two values that differ" if space is not None and space <= 1 else None

    def space(self, field: Field) -> None:
        """What it can be depends on the row."""

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """One value, and where the other column has it, the next one: that differs from it."""
        alone = _alone(field)
        space = alone.space(field) or _MANY  # what has none has as many numbers
        drawn = rows.draws(field.column.name).below(rows.numbers, space)
        first, second = alone.nth(field, drawn), alone.nth(field, (drawn + 1) % space)
        other = rows.column(self.column).cast(first.dtype, strict=False)
        found: pl.Series = pl.select(pl.when(first.eq_missing(other)).then(second).otherwise(first)).to_series()
        return found


def _alone(field: Field) -> Generator:
    from envctl.synthetic.generators.typed import typed

    return typed(field)
