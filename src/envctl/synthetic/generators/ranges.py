"""Ranges and multiranges. Those that are told apart do not overlap either, so that an EXCLUDE lets them all be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import ClassVar, NamedTuple

import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers

_TYPE = re.compile(r"(int4|int8|num|date|ts|tstz)(multi)?range")
_DAY = 86400


class _Kind(NamedTuple):
    """How wide the places are that ranges lie in, how many there are, and of how many one is drawn."""

    width: int
    places: int
    drawn: int
    format: str = ""  # of moments; they lie before `Field.until`, the later the lower their number


_KINDS: Mapping[str, _Kind] = {
    "int4": _Kind(10, (1 << 31) // 10 - 1, 100),
    "int8": _Kind(10, 1 << 58, 100),
    "num": _Kind(10, 1 << 58, 100),
    "date": _Kind(_DAY, 700_000, 1800, "%Y-%m-%d"),
    "ts": _Kind(3600, 17_000_000, 43_000, "%Y-%m-%d %H:%M:%S"),
    "tstz": _Kind(3600, 17_000_000, 43_000, "%Y-%m-%d %H:%M:%S"),
}
_LONGEST = 14  # places that a drawn one covers at most


class Range(Generator):
    """A range of numbers, dates or moments, all before the end of time; as a multirange a single one."""

    name: ClassVar[str] = "range"
    makes: ClassVar[frozenset[Family]] = frozenset({"other"})

    def objection(self, field: Field) -> str | None:
        """Ranges that Postgres has itself."""
        return None if is_range(field) else f"{field.column.type} is no range that is known"

    def space(self, field: Field) -> int:
        """One in each place."""
        return _kind(field).places

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The whole of a place."""
        return _written(field, numbers, numbers)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Of a few places in a row."""
        draws, kind = rows.draws(field.column.name), _kind(field)
        last = draws.below(rows.numbers, kind.drawn)
        return _written(field, last + draws.of("length").below(rows.numbers, _LONGEST), last)


def is_range(field: Field) -> bool:
    """Whether it is one of those of Postgres."""
    return _TYPE.fullmatch(_base(field)) is not None


def _base(field: Field) -> str:
    return (field.column.base or field.column.type).removesuffix("[]")


def _kind(field: Field) -> _Kind:
    found = _TYPE.fullmatch(_base(field))
    return _KINDS[found[1] if found else "num"]


def _written(field: Field, far: Numbers, near: Numbers) -> pl.Series:
    """From one place to another, both covered."""
    kind = _kind(field)
    if kind.format:
        end = field.until // kind.width
        bounds = pl.DataFrame({"a": (end - far - 1) * kind.width, "b": (end - near) * kind.width}).select(
            (pl.all() * 1_000_000).cast(pl.Datetime("us")).dt.to_string(kind.format)
        )
    else:
        bounds = pl.DataFrame({"a": near * kind.width, "b": (far + 1) * kind.width})
    opening, closing = ("{[", ")}") if "multi" in _base(field) else ("[", ")")
    return bounds.select(
        pl.concat_str(pl.lit(opening), "a", pl.lit(","), "b", pl.lit(closing)).alias("made")
    ).to_series()
