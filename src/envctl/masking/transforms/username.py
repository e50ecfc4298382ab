"""What people log in as."""

from __future__ import annotations

from string import ascii_lowercase, digits
from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.key import number, numbers
from envctl.masking.transforms.base import Block, Row, Transform

_SIGNS = digits + ascii_lowercase
_LENGTHS = (7, 6)  # signs made of the first and of the second number of a digest: 67 bits together


class Username(Transform):
    """`u_` and 13 small letters and digits: short enough for a narrow column, long enough for no two to be the same."""

    name: ClassVar[str] = "username"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    prefix: str = Field(
        default="u_",
        pattern=r"^[A-Za-z0-9._-]*$",
        max_length=32,
        description="What each starts with, so that made-up ones are told from others.",
        examples=["user-"],
    )

    def distinct(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """By 67 bits of a keyed hash."""
        return True

    def digested(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """In small letters."""
        return True

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """Its two parts."""
        return len(self.prefix) + sum(_LENGTHS)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Signs chosen by a keyed hash."""
        digests, signs = block.seed.digests(values), pl.Series(list(_SIGNS), dtype=pl.String)
        found = pl.Series([self.prefix], dtype=pl.String)
        for at, length in enumerate(_LENGTHS):
            left = numbers(digests, len(_SIGNS) ** length, at=at)
            for _ in range(length):
                found, left = found + signs.gather(left % len(_SIGNS)), left // len(_SIGNS)
        return found

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        digest, found = row.seed.digest(value), self.prefix
        for at, length in enumerate(_LENGTHS):
            left = number(digest, len(_SIGNS) ** length, at=at)
            for _ in range(length):
                left, sign = divmod(left, len(_SIGNS))
                found += _SIGNS[sign]
        return found
