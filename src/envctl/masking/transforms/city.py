"""Cities."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from envctl.catalogue import Column, Family
from envctl.masking.parts.pools import Locale, pool
from envctl.masking.parts.shapes import cut, cut_one, shorter
from envctl.masking.transforms.base import Block, Row, Transform


class City(Transform):
    """A city of the locale, by what the value was: several cities may become the same."""

    name: ClassVar[str] = "city"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    locale: Locale = "en_US"

    def longest(self, column: Column) -> int | None:
        """The longest of the locale; it is cut where the column has no room for it."""
        return shorter(pool("city", self.locale).longest, column)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Chosen by a keyed hash."""
        cities = pool("city", self.locale)
        return cut(cities.of(block.seed.digests(values)), block.column)

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        return cut_one(pool("city", self.locale).of_one(row.seed.digest(value)), row.column)
