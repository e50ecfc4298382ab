"""UUIDs that name somebody or something."""

from __future__ import annotations

import re
from typing import ClassVar

import polars as pl

from envctl.catalogue import Column, Family
from envctl.masking.key import number, numbers
from envctl.masking.parts.shapes import bare, bare_one
from envctl.masking.transforms.base import Block, Row, Transform

_LONG, _SHORT = 36, 32  # characters with hyphens, and without
_WITHOUT = "[0-9A-Fa-f]{32}"
_VARIANTS = ("8", "9", "a", "b")


class Uuid(Transform):
    """A UUID as if drawn by chance (version 4); without hyphens where it had none, or where the column has no room."""

    name: ClassVar[str] = "uuid"
    takes: ClassVar[frozenset[Family]] = frozenset({"uuid", "text"})

    def distinct(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """By 122 bits of a keyed hash."""
        return True

    def digested(self, column: Column) -> bool:  # noqa: ARG002 – as the base says
        """In small letters."""
        return True

    def longest(self, column: Column) -> int | None:
        """With hyphens if there is room."""
        return _SHORT if _narrow(column) else _LONG

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Hex digits of a keyed hash."""
        values = bare(values, block.column)
        digests = block.seed.digests(values)
        variant = pl.Series(_VARIANTS, dtype=pl.String).gather(numbers(digests, len(_VARIANTS), at=3))
        parts = [digests.str.slice(0, 8), digests.str.slice(8, 4), "4" + digests.str.slice(12, 3)]
        parts += [variant + digests.str.slice(15, 3), digests.str.slice(18, 12)]
        short = pl.Series([_narrow(block.column)]) | values.str.contains(f"^{_WITHOUT}$")
        frame = pl.DataFrame({"short": short, **{str(at): part for at, part in enumerate(parts)}})
        one, other = (pl.concat_str(pl.exclude("short"), separator=between) for between in ("", "-"))
        found: pl.Series = frame.select(pl.when("short").then(one).otherwise(other).alias(values.name))[values.name]
        return found

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        value = bare_one(value, row.column)
        digest = row.seed.digest(value)
        variant = _VARIANTS[number(digest, len(_VARIANTS), at=3)]
        parts = digest[:8], digest[8:12], f"4{digest[12:15]}", variant + digest[15:18], digest[18:30]
        short = _narrow(row.column) or re.fullmatch(_WITHOUT, value) is not None
        return ("" if short else "-").join(parts)


def _narrow(column: Column) -> bool:
    return column.length is not None and column.length < _LONG
