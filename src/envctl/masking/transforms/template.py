"""Texts put together from other columns."""

from __future__ import annotations

import re
from typing import ClassVar

import polars as pl
from pydantic import Field, field_validator

from envctl.catalogue import Column, Family
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable

_UNLIMITED = 1 << 30  # characters that Postgres holds in a text
_PART = re.compile(r"(\{\{)|(\}\})|\{([^{}]+)\}|([^{}]+)|(.)", re.DOTALL)


class Template(Transform):
    """A text with the masked values of other columns of the same row in it; nothing where one is null."""

    name: ClassVar[str] = "template"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    text: str = Field(
        description="The text: `{column}` stands for the masked value of that column, `{{` and `}}` for braces. "
        "Cut to what the column holds.",
        examples=["{first_name} {last_name} <{email}>"],
    )

    @field_validator("text")
    @classmethod
    def _understood(cls, text: str) -> str:
        if any(odd for *_, odd in _PART.findall(text)) or "\0" in text:
            raise ValueError("a brace stands alone: write `{column}`, or `{{` and `}}` for braces themselves")
        return text

    @property
    def follows(self) -> tuple[str, ...]:
        """The columns that it names."""
        return tuple(dict.fromkeys(column for column, _ in self._parts() if column))

    def objection(self, column: Column) -> str | None:
        """It cannot be made of itself."""
        return "is named in its own template" if column.name in self.follows else None

    def longest(self, column: Column) -> int | None:
        """It is cut to what fits."""
        return column.length or _UNLIMITED

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """The parts, one after the other."""
        if missing := [name for name in self.follows if name not in block.masked.columns]:
            raise Unmaskable(f"the column {missing[0]} that its template names is not there")
        parts = [  # of values, as an odd name would be a pattern to polars
            pl.lit(block.masked[column]).fill_null("") if column else pl.lit(text, dtype=pl.String)
            for column, text in self._parts()
        ]
        whole: pl.Series = block.masked.select(pl.concat_str([pl.lit(""), *parts]).alias("text"))["text"]
        if len(whole) != len(values):  # a template without columns is one text
            whole = whole.new_from_index(0, len(values))
        there = pl.DataFrame({"value": values, "text": whole.str.slice(0, block.column.length)})
        return there.select(pl.when(pl.col("value").is_not_null()).then("text"))["text"].alias(values.name)

    def plain(self, value: str, row: Row) -> str:  # noqa: ARG002 – nothing of the value is in it
        """The same."""
        return "".join((row.masked[column] or "") if column else text for column, text in self._parts())[
            : row.column.length
        ]

    def _parts(self) -> list[tuple[str, str]]:
        """The column or else the text of each part."""
        return [
            (column, "{" if opened else "}" if closed else text)
            for opened, closed, column, text, _ in _PART.findall(self.text)
        ]
