"""No value at all."""

from __future__ import annotations

from typing import ClassVar, get_args

import polars as pl

from envctl.catalogue import Column, Family
from envctl.masking.transforms.base import Block, Row, Transform


class Null(Transform):
    """Null instead of every value, where the column allows it."""

    name: ClassVar[str] = "null"
    takes: ClassVar[frozenset[Family]] = frozenset(get_args(Family))
    gives_null: ClassVar[bool] = True

    def objection(self, column: Column) -> str | None:
        """A column may have to have values."""
        return None if column.nullable else "is NOT NULL"

    def distinct(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """Nulls are no two equal values to what keeps rows unique, unless it says NULLS NOT DISTINCT: not claimed."""
        return False

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """Nothing."""
        return 0

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:  # noqa: ARG002 – as the base says
        """As many nulls."""
        return pl.repeat(None, len(values), dtype=pl.String, eager=True).alias(values.name)

    def plain(self, value: str, row: Row) -> str | None:  # noqa: ARG002 – as the base says
        """Null."""
        return None
