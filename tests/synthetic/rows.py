"""Rows of one table, as generators are given them: what is in other columns is said by the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from envctl.catalogue import Column, Family, Table
from envctl.synthetic.base import Field, Impossible, Limits
from envctl.synthetic.draws import Draws, Numbers


@dataclass(frozen=True)
class SomeRows:
    """Rows `numbers` of a table that hold `columns`; `parents` are those that they reference by these columns."""

    table: Table
    numbers: Numbers
    columns: Mapping[str, pl.Series] = field(default_factory=dict)
    parents: Mapping[tuple[str, ...], SomeRows] = field(default_factory=dict)
    seed: int = 1

    def draws(self, *names: str) -> Draws:
        """By the seed, the table and the names."""
        return Draws(self.seed, self.table.full, *names)

    def column(self, name: str) -> pl.Series:
        """What the test says."""
        if name not in self.columns:
            raise Impossible(f"there is no {name}")
        return self.columns[name]

    def parent(self, columns: Sequence[str]) -> SomeRows | None:
        """What the test says."""
        return self.parents.get(tuple(columns))


def rows(table: Table, count: int, first: int = 0, *, seed: int = 1, **columns: Sequence[object]) -> SomeRows:
    """So many rows."""
    numbers = np.arange(first, first + count, dtype=np.int64)
    return SomeRows(table, numbers, {name: pl.Series(name, values) for name, values in columns.items()}, seed=seed)


def table_of(name: str, *columns: Column | str) -> Table:
    """A table in the schema public; columns that are names alone are texts."""
    return Table("public", name, tuple(text(column) if isinstance(column, str) else column for column in columns))


def text(name: str, length: int | None = None) -> Column:
    """A column of text."""
    return Column(name, f"character varying({length})" if length else "text", "text", length=length)


def typed(name: str, kind: str, family: Family, low: int | None = None, high: int | None = None) -> Column:
    """A column of another type."""
    return Column(name, kind, family, low=low, high=high, base=kind)


def field_of(
    table: Table, name: str, limits: Limits | None = None, *, unique: bool = False, locale: str = "en_US"
) -> Field:
    """A column of a table that is to be filled; all moments lie before 2026."""
    column = table.column(name)
    assert column is not None
    return Field(table, column, limits or Limits(), unique, locale, 1767225600)
