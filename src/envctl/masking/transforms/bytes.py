"""Bytes."""

from __future__ import annotations

from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.transforms.base import Block, Row, Transform

_DIGEST = 32  # bytes
_PREFIX = "\\x"


class Bytes(Transform):
    """Other bytes, as many: a keyed hash over and over, so that nothing of a picture or a signature is left."""

    name: ClassVar[str] = "bytes"
    takes: ClassVar[frozenset[Family]] = frozenset({"bytes"})

    most: int = Field(
        default=1024,
        ge=1,
        le=1 << 20,
        description="Bytes of the longest result: a column of pictures need not stay as large as it was.",
        examples=[16, 4096],
    )

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """Two digits a byte."""
        return len(_PREFIX) + 2 * self.most

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """As many bytes as the value has."""
        digits = (values.str.len_bytes().cast(pl.Int64) - len(_PREFIX)).clip(0, 2 * self.most) // 2 * 2
        times = -(-int(digits.max() or 0) // (2 * _DIGEST))  # type: ignore[arg-type]
        frame = pl.DataFrame({"digest": block.seed.digests(values), "digits": digits})
        repeated = pl.concat_str([pl.lit(""), *[pl.col("digest")] * times])
        made = pl.lit(_PREFIX) + repeated.str.slice(0, pl.col("digits"))
        return frame.select(pl.when(pl.col("digest").is_not_null()).then(made)).to_series().alias(values.name)

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        digits = min(max(len(value.encode()) - len(_PREFIX), 0), 2 * self.most) // 2 * 2
        return _PREFIX + (row.seed.digest(value) * (digits // (2 * _DIGEST) + 1))[:digits]
