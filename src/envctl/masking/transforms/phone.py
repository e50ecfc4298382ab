"""Numbers of telephones."""

from __future__ import annotations

import re
from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.digits import permuted, permuted_one
from envctl.masking.key import Seed, number, numbers
from envctl.masking.shapes import by_shape, digits_as_marks, put, put_one, taken
from envctl.masking.transforms.base import Block, Row, Transform

_BETWEEN = r"[-+().,/ ]*"
_EXTENSION = r"(?: ?(?:x|ext\.?|#) ?[0-9]{1,5})"
# At most 18 digits: what can be permuted.
_LIKE = rf"{_BETWEEN}(?:[0-9]{_BETWEEN}){{1,18}}|{_BETWEEN}(?:[0-9]{_BETWEEN}){{1,13}}{_EXTENSION}"
_LONGEST = 40  # characters of what is taken for a number
# Codes of countries by the numbering plan: those of one and two digits; all others have three. What is none is taken
# for one all the same, and how many digits there are decides alone whether there is a code: two numbers must not meet.
_CODE = r"^(\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{1,3}))"
_INTERNATIONAL = r"^\+(?:[0-9][^0-9]*){7,}$"
_HALF = 10  # digits made of one number of a digest
_ODD = 2 * _HALF  # digits of what is made of other texts: 66 bits


class Phone(Transform):
    """Other digits in the same places: spaces, brackets, a leading `+` and an extension stay where they are.

    Each number gets one of its own, and the same one however it is punctuated. What does not look like a number of a
    telephone (words, more than 18 digits) becomes 20 digits.
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
        return _LONGEST if column.length is None else min(_LONGEST, column.length)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Those of one shape at once."""
        like = values.str.contains(f"^(?:{_LIKE})$") & (values.str.len_chars() <= _LONGEST)
        frame = pl.DataFrame({"value": values, "like": like})
        code = pl.when(pl.col("value").str.contains(_INTERNATIONAL)).then(pl.col("value").str.extract(_CODE))
        frame = frame.with_columns(country=code.fill_null("") if self.keep_country else pl.lit(""))
        rest = frame.select(
            pl.when("like").then(pl.col("value").str.slice(pl.col("country").str.len_chars())).alias("rest")
        )["rest"]
        masked = by_shape(
            rest,
            digits_as_marks(rest),
            lambda part, shape: _moved(part, shape, block.seed),
            lambda value: _moved_one(value, block.seed),
        )
        found = frame["country"] + masked
        other = values.filter(~like)
        return found.scatter((~like).arg_true(), _odd(other, block)) if len(other) else found

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        if not re.fullmatch(_LIKE, value) or len(value) > _LONGEST:
            digest = row.seed.digest(value)
            return "".join(f"{number(digest, 10**_HALF, at=at):0{_HALF}}" for at in (0, 1))[: row.column.length]
        code = re.search(_CODE, value) if self.keep_country and re.search(_INTERNATIONAL, value) else None
        start = code.end() if code else 0
        return value[:start] + _moved_one(value[start:], row.seed)


def _moved(values: pl.Series, shape: str, seed: Seed) -> pl.Series:
    """Numbers of one shape, with other digits."""
    count = shape.count("0")
    moved = permuted(taken(values, shape, "0").cast(pl.Int64), count, seed)
    return put(moved.cast(pl.String).str.zfill(count), shape, "0")


def _moved_one(value: str, seed: Seed) -> str:
    digits = re.sub("[^0-9]", "", value)
    moved = permuted_one(int(digits), len(digits), seed)
    return put_one(f"{moved:0{len(digits)}}", re.sub("[0-9]", "0", value), "0")


def _odd(values: pl.Series, block: Block) -> pl.Series:
    """What becomes of texts that are no numbers."""
    digests = block.seed.digests(values)
    halves = [numbers(digests, 10**_HALF, at=at).cast(pl.String).str.zfill(_HALF) for at in (0, 1)]
    return (halves[0] + halves[1]).str.slice(0, block.column.length)
