"""Keyed hashes: of texts as hex digits, of whole numbers as other whole numbers."""

from __future__ import annotations

import re
from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.parts.permute import permuted, permuted_one
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable

_ENOUGH = 16  # hex digits: 64 bits
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_LARGEST = (1 << 63) - 1
_LONGEST = len(str(-1 - _LARGEST))


class Hash(Transform):
    """Texts become hex digits of a keyed hash. Whole numbers change places with others of the same sign and width:
    keys stay unique and still join, whatever integer type the referring column is of. A sequence that counts on will
    meet the moved numbers one day: keys that say nothing of anybody are better kept.
    """

    name: ClassVar[str] = "hash"
    takes: ClassVar[frozenset[Family]] = frozenset({"text", "integer"})

    length: int = Field(
        default=_ENOUGH,
        ge=4,
        le=64,
        description="Hex digits of a text's hash. Below 16 two may be the same. It says nothing to numbers.",
        examples=[32],
    )

    def distinct(self, column: Column) -> bool:
        """Numbers by a bijection, texts by 64 bits."""
        return column.family == "integer" or self.length >= _ENOUGH

    def digested(self, column: Column) -> bool:
        """Texts are, where they are distinct."""
        return column.family != "integer" and self.length >= _ENOUGH

    def longest(self, column: Column) -> int | None:
        """Its digits."""
        return _LONGEST if column.family == "integer" else self.length

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Hashed or moved."""
        if block.column.family != "integer":
            return block.seed.digests(values).str.slice(0, self.length)
        numbers = values.cast(pl.Int64, strict=False)
        if numbers.null_count() > values.null_count():
            raise Unmaskable("a value is no whole number of 64 bits")
        return permuted(numbers, block.seed).cast(pl.String)

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        if row.column.family != "integer":
            return row.seed.digest(value)[: self.length]
        if not _WHOLE.fullmatch(value) or not -1 - _LARGEST <= int(value) <= _LARGEST:
            raise Unmaskable("a value is no whole number of 64 bits")
        return str(permuted_one(int(value), row.seed))
