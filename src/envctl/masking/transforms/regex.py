"""Texts of a form that a pattern describes."""

from __future__ import annotations

from typing import ClassVar

import polars as pl
from pydantic import Field, field_validator

from envctl.catalogue import Column, Family
from envctl.masking.parts.choices import Drawn, DrawnBulk
from envctl.masking.parts.patterns import BadPattern, parsed
from envctl.masking.transforms.base import Block, Row, Transform

_LONGEST = 1000  # characters of a pattern and of what it describes: more is a text
_ENOUGH = 64  # bits


class Regex(Transform):
    """A text that matches a regular expression; the same one for the same value.

    Literals, sets, `\\d`, `\\w`, `\\s`, `.`, groups, alternatives and repetitions are understood; what is repeated
    without an end is repeated at most eight times more than it must be. Values stay distinct where the pattern leaves
    64 bits to choose, as `[A-Z0-9]{13}` does.
    """

    name: ClassVar[str] = "regex"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    pattern: str = Field(
        max_length=_LONGEST,
        description="What all results match from their first to their last character.",
        examples=[r"[A-Z]{3}-\d{4}", "(basic|pro)-[0-9a-f]{8}"],
    )

    @field_validator("pattern")
    @classmethod
    def _understood(cls, pattern: str) -> str:
        if parsed(pattern).longest > _LONGEST:
            raise BadPattern(f"describes texts of more than {_LONGEST} characters")
        return pattern

    def distinct(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """Where two values hardly ever get the same."""
        return parsed(self.pattern).bits >= _ENOUGH

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """Of what the pattern describes."""
        return parsed(self.pattern).longest

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Every choice that the pattern leaves is made by a keyed hash of the value."""
        drawn = DrawnBulk(block.seed, values)
        made = pl.select(parsed(self.pattern).bulk(drawn)) if len(values) else values.to_frame()
        return made.to_series()

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        return parsed(self.pattern).plain(Drawn(row.seed, value))
