"""Numbers of telephones."""

from __future__ import annotations

import re
from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.key import Seed
from envctl.masking.parts.digits import MOST, permuted, permuted_one
from envctl.masking.parts.shapes import Shaped, bare, bare_one, by_kind, by_shape, put, put_one, shorter, taken
from envctl.masking.transforms.base import Block, Row, Transform

_BETWEEN = "[-+().,/ ]{0,3}"
_EXTENSION = r" ?(?:x|ext\.?|#) ?[0-9]"
_LIKE = "|".join(  # at most as many digits as can be permuted
    f"{_BETWEEN}(?:[0-9]{_BETWEEN}){{1,{MOST - more}}}" + (f"(?:{_EXTENSION}{{1,{more}}})" if more else "")
    for more in (0, 3, 5)
)
_LONGEST = 3 + MOST * (1 + 3)  # characters of what that matches
# Codes of countries by the numbering plan: those of one and two digits; all others have three. What is none is taken
# for one all the same, and how many digits there are decides alone whether there is a code: two numbers must not meet.
_CODE = r"(\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{1,3}))"
_LONGEST_CODE = 4
_INTERNATIONAL = r"\+(?:[0-9][^0-9]*){7,}"
_ODD = 16  # hex digits of what is made of other texts: 64 bits


class Phone(Transform):
    """Other digits in the same places: spaces, brackets, a leading `+` and an extension stay where they are.

    Each number gets one of its own, and the same one however it is punctuated. What does not look like a number of a
    telephone (words, more than 24 digits) becomes 16 hex digits.
    """

    name: ClassVar[str] = "phone"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    keep_country: bool = Field(
        default=True,
        description="Whether the country's code stays, of numbers of seven digits and more that start with `+`.",
        examples=[False],
    )

    def distinct(self, column: Column) -> bool:
        """By a permutation of the digits; where the column has no room for what becomes of other texts it is not."""
        return column.length is None or column.length >= _ODD

    def longest(self, column: Column) -> int | None:
        """The longest that is taken for a number; others are cut to fit into the column."""
        return shorter(_LONGEST, column)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Those of one shape at once."""
        way = Shaped(
            _LIKE,
            {"0": "[0-9]"},
            lambda part, shape: self._moved(part, shape, block.seed),
            lambda value: self.plain(value, Row(block.seed, block.column)),
            lambda other: block.seed.digests(other).str.slice(0, _room(block.column)),
        )
        return by_shape(bare(values, block.column), way)

    def _moved(self, values: pl.Series, shape: str, seed: Seed) -> pl.Series:
        """Numbers of one shape, with other digits."""
        if not self._international(shape):
            return _moved(values, shape, seed)
        heads = values.str.slice(0, _LONGEST_CODE)
        lengths = {head: str(code.end()) for head in heads.unique() if (code := re.match(_CODE, head))}  # a few
        return by_kind(
            values,
            heads.replace_strict(lengths, return_dtype=pl.String),
            lambda part, length: (
                part.str.slice(0, int(length)) + _moved(part.str.slice(int(length)), shape[int(length) :], seed)
            ),
            lambda value: self._moved_one(value, seed),
        )

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        value = bare_one(value, row.column)
        if re.fullmatch(_LIKE, value):
            return self._moved_one(value, row.seed)
        return row.seed.digest(value)[: _room(row.column)]

    def _moved_one(self, value: str, seed: Seed) -> str:
        code = re.match(_CODE, value) if self._international(value) else None
        start = code.end() if code else 0
        digits, shape = re.sub("[^0-9]", "", value[start:]), re.sub("[0-9]", "0", value[start:])
        return value[:start] + put_one(permuted_one(digits, seed), shape, "0")

    def _international(self, shape: str) -> bool:
        """Whether numbers of a shape have a code that stays."""
        return self.keep_country and re.fullmatch(_INTERNATIONAL, shape) is not None


def _moved(values: pl.Series, shape: str, seed: Seed) -> pl.Series:
    """Numbers of one shape, all of whose digits become others."""
    return put(permuted(taken(values, shape, "0"), shape.count("0"), seed), shape, "0")


def _room(column: Column) -> int:
    """How many hex digits are made of texts that are no numbers."""
    return shorter(_ODD, column)
