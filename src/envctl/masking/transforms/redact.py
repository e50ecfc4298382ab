"""Texts that nobody may read."""

from __future__ import annotations

from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.transforms.base import Block, Row, Transform


class Redact(Transform):
    """The same text instead of every value, or a `*` for each of its characters."""

    name: ClassVar[str] = "redact"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    text: str = Field(
        default="[redacted]",
        pattern=r"^[^\x00]*$",
        description="What stands there instead; cut to what the column holds.",
        examples=["***", ""],
    )
    stars: bool = Field(default=False, description="A `*` for each character, so that lengths stay.", examples=[True])

    def longest(self, column: Column) -> int | None:
        """As long as the text, as it fits."""
        return None if self.stars else len(self._text(column))

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Whatever it was."""
        pattern = "(?s)." if self.stars else "(?s)^.*$"
        return values.str.replace_all(pattern, "*" if self.stars else self._text(block.column).replace("$", "$$"))

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        return "*" * len(value) if self.stars else self._text(row.column)

    def _text(self, column: Column) -> str:
        return self.text[: column.length]
