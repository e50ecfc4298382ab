"""Addresses of mail."""

from __future__ import annotations

from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.transforms.base import Block, Row, Transform

_ID = 16  # hex digits: 64 bits, so that no two of a billion are expected to meet


class Email(Transform):
    """`user_<id>@example.com`: the same address always the same, whatever case it is written in is another one."""

    name: ClassVar[str] = "email"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    domain: str = Field(
        default="example.com",
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$",
        description="Where all of them lead to: a domain that is nobody's.",
        examples=["test.example"],
    )

    def distinct(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """By 64 bits of a keyed hash."""
        return True

    def digested(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """So are they."""
        return True

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """Its three parts."""
        return len("user_@") + _ID + len(self.domain)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """A keyed hash of the address."""
        made = pl.format(f"user_{{}}@{self.domain}", pl.col("digest").str.slice(0, _ID)).alias("made")
        return block.seed.digests(values).to_frame("digest").select(made)["made"]

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        return f"user_{row.seed.digest(value)[:_ID]}@{self.domain}"
