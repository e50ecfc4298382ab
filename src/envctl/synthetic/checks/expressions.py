"""Arithmetic over the columns of a row, exact as Postgres' numeric is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import polars as pl

from envctl.catalogue import written

Sign = Literal["+", "-", "*", "/"]
_DECIMAL = pl.Decimal(38, 12)


@dataclass(frozen=True)
class Constant:
    """A number."""

    value: Decimal

    @property
    def columns(self) -> tuple[str, ...]:
        """None."""
        return ()

    def of(self, columns: Mapping[str, pl.Series]) -> pl.Expr:  # noqa: ARG002 – as the others
        """It."""
        return pl.lit(self.value)

    def __str__(self) -> str:
        return f"{self.value:f}" if self.value >= 0 else f"({self.value:f})"


@dataclass(frozen=True)
class Ref:
    """What a column holds."""

    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """That one."""
        return (self.column,)

    def of(self, columns: Mapping[str, pl.Series]) -> pl.Expr:
        """Its values, as decimals."""
        return pl.lit(columns[self.column]).cast(_DECIMAL)

    def __str__(self) -> str:
        return written(self.column)


@dataclass(frozen=True)
class Arithmetic:
    """Two of them, added, subtracted, multiplied or divided."""

    sign: Sign
    left: Expression
    right: Expression

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of both."""
        return tuple(dict.fromkeys((*self.left.columns, *self.right.columns)))

    def of(self, columns: Mapping[str, pl.Series]) -> pl.Expr:
        """The result."""
        return _SIGNS[self.sign](self.left.of(columns), self.right.of(columns))

    def __str__(self) -> str:
        return f"({self.left} {self.sign} {self.right})"


@dataclass(frozen=True)
class Rounded:
    """One of them to so many digits after the point."""

    inner: Expression
    digits: int

    @property
    def columns(self) -> tuple[str, ...]:
        """Those of it."""
        return self.inner.columns

    def of(self, columns: Mapping[str, pl.Series]) -> pl.Expr:
        """The result: halves go away from zero, as Postgres rounds."""
        return self.inner.of(columns).round(self.digits, mode="half_away_from_zero")

    def __str__(self) -> str:
        return f"round({self.inner}, {self.digits})"


Expression = Constant | Ref | Arithmetic | Rounded
_SIGNS: Mapping[Sign, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
}


def evaluated(expression: Expression, columns: Mapping[str, pl.Series]) -> pl.Series:
    """What comes of it for each row of these columns of numbers; null where one of them is."""
    found: pl.Series = pl.select(expression.of(columns)).to_series()
    return found
