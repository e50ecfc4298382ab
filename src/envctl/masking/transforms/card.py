"""Numbers of payment cards."""

from __future__ import annotations

import re
from functools import cache
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.digits import decimals, decimals_one
from envctl.masking.key import Seed
from envctl.masking.shapes import Shaped, by_shape, put, put_one, taken
from envctl.masking.transforms.base import Block, Row, Transform

_LIKE = "[0-9](?:[ -]?[0-9]){11,18}"
_LONGEST = 37  # characters of what is taken for a number: 19 digits with something between each two
_ODD = 16  # digits of what becomes of other texts
_TOGETHER = 4  # digits whose Luhn sum is looked up together: an even number, so that all are weighed alike
_DOUBLED = "0246813579"  # what the doubled digits count, those of the result added


class Card(Transform):
    """Another number with the same grouping and a check digit that is right (Luhn), or stars; the last digits stay.

    A number becomes the same however it is grouped. What is none (letters, fewer than 12 or more than 19 digits)
    becomes one of 16 digits of which nothing is kept. Two cards may become the same, if rarely.
    """

    name: ClassVar[str] = "card"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    keep_last: int = Field(default=4, ge=0, le=4, description="Digits at the end that stay as they are.", examples=[0])
    style: Literal["luhn", "stars"] = Field(
        default="luhn",
        description="What stands for the others: digits that make a valid number, or stars (`****-****-****-1234`).",
        examples=["stars"],
    )

    def longest(self, column: Column) -> int | None:
        """The longest that is taken for a number; others are cut to fit into the column."""
        return _LONGEST if column.length is None else min(_LONGEST, column.length)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Those of one shape at once."""
        way = Shaped(
            _LIKE,
            {"0": "[0-9]"},
            lambda part, shape: self._shaped(part, shape, block.seed),
            lambda value: self._shaped_one(value, block.seed),
            lambda other: self._odd(other, block),
        )
        return by_shape(values, way)

    def _shaped(self, values: pl.Series, shape: str, seed: Seed) -> pl.Series:
        """Numbers of one shape."""
        digits, count = taken(values, shape, "0"), shape.count("0") - self.keep_last
        kept = digits.str.slice(count, self.keep_last)
        if self.style == "stars":
            return put("*" * count + kept, shape, "0")
        made = decimals(seed.digests(digits), count - 1)
        return put(made + _check(made + "0" + kept, self.keep_last) + kept, shape, "0")

    def _odd(self, values: pl.Series, block: Block) -> pl.Series:
        """What becomes of texts that are no numbers."""
        if self.style == "stars":
            return pl.Series(["*" * _ODD]).str.slice(0, block.column.length).new_from_index(0, len(values))
        made = decimals(block.seed.digests(values), _ODD - 1)
        return (made + _check(made + "0", 0)).str.slice(0, block.column.length)

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        if re.fullmatch(_LIKE, value):
            return self._shaped_one(value, row.seed)
        if self.style == "stars":
            return ("*" * _ODD)[: row.column.length]
        made = decimals_one(row.seed.digest(value), _ODD - 1)
        return (made + _check_one(f"{made}0", 0))[: row.column.length]

    def _shaped_one(self, value: str, seed: Seed) -> str:
        digits = re.sub("[^0-9]", "", value)
        count = len(digits) - self.keep_last
        kept, shape = digits[count:], re.sub("[0-9]", "0", value)
        if self.style == "stars":
            return put_one("*" * count + kept, shape, "0")
        made = decimals_one(seed.digest(digits), count - 1)
        return put_one(made + _check_one(f"{made}0{kept}", self.keep_last) + kept, shape, "0")


def luhn(digits: str) -> int:
    """The sum by Luhn, which is a multiple of ten for a valid number: every second digit from the right is doubled."""
    return sum(int(_DOUBLED[int(digit)] if at % 2 else digit) for at, digit in enumerate(reversed(digits)))


def _check_one(digits: str, behind: int) -> str:
    """The digit that makes a number valid when it takes the place of the 0 with so many digits behind it."""
    missing = -luhn(digits) % 10
    return str(_DOUBLED.index(str(missing))) if behind % 2 else str(missing)


def _check(digits: pl.Series, behind: int) -> pl.Series:
    """The same of many, all of one length."""
    length = int(digits.str.len_chars().max() or 0)  # type: ignore[arg-type]  # of lengths it is a number
    total = pl.Series([0], dtype=pl.Int64)
    for end in range(length, 0, -_TOGETHER):
        start = max(end - _TOGETHER, 0)
        total = total + _sums().gather(digits.str.slice(start, end - start).cast(pl.Int64))
    missing = -total % 10
    order = [_DOUBLED.index(str(digit)) if behind % 2 else digit for digit in range(10)]
    return pl.Series([str(digit) for digit in order], dtype=pl.String).gather(missing)


@cache
def _sums() -> pl.Series:
    """The sums by Luhn of all numbers of so many digits."""
    return pl.Series([luhn(str(n)) for n in range(10**_TOGETHER)], dtype=pl.Int64)
