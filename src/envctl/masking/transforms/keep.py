"""Values that stay, because somebody said so."""

from __future__ import annotations

from typing import ClassVar, get_args

import polars as pl

from envctl.catalogue import Column, Family
from envctl.masking.transforms.base import Block, Row, Transform


class Keep(Transform):
    """Every value as it is: whoever lists a column so has looked at what is in it."""

    name: ClassVar[str] = "keep"
    takes: ClassVar[frozenset[Family]] = frozenset(get_args(Family))

    def distinct(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """As distinct as they were."""
        return True

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – as the base says
        """As long as they were."""
        return None

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:  # noqa: ARG002 – as the base says
        """Themselves."""
        return values

    def plain(self, value: str, row: Row) -> str:  # noqa: ARG002 – as the base says
        """Itself."""
        return value
