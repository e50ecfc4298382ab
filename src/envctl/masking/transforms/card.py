"""Numbers of payment cards."""

from __future__ import annotations

import re
from typing import ClassVar, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from envctl.catalogue import Column, Family
from envctl.masking.key import Seed
from envctl.masking.parts.checks import luhn_digit, luhn_digits, luhn_filled
from envctl.masking.parts.digits import ONE, decimal, decimals, decimals_one, permuted, permuted_one, written
from envctl.masking.parts.shapes import Shaped, bare, bare_one, by_shape, put, put_one, shorter, taken
from envctl.masking.transforms.base import Block, Row, Transform

_LIKE = "[0-9](?:[ -]?[0-9]){11,18}"
_LONGEST = 37  # characters of what is taken for a number: 19 digits with something between each two
_ODD = 16  # digits of what becomes of other texts; hex digits, and 64 bits, where different ones stay different


class Card(Transform):
    """Another number with the same grouping and a check digit that is right (Luhn), or stars; the last digits stay.

    A number becomes the same however it is grouped. What is none (letters, fewer than 12 or more than 19 digits)
    becomes one of 16 digits of which nothing is kept. Two cards may become the same, if rarely, where `unique` is not
    said.
    """

    name: ClassVar[str] = "card"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    keep_last: int = Field(default=4, ge=0, le=4, description="Digits at the end that stay as they are.", examples=[0])
    style: Literal["luhn", "stars"] = Field(
        default="luhn",
        description="What stands for the others: digits that make a valid number, or stars (`****-****-****-1234`).",
        examples=["stars"],
    )

    unique: bool = Field(
        default=False,
        description="Whether different numbers stay different, as unique columns need it. A number whose check digit"
        " was wrong keeps a wrong one then, and a text that is no number becomes 16 hex digits.",
        examples=[True],
    )

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.unique and self.style == "stars":
            raise ValueError("cards in stars cannot be unique: many end alike")
        return self

    def distinct(self, column: Column) -> bool:
        """By a permutation of the digits, if asked for; of other texts by 64 bits where there is room for them."""
        return self.unique and shorter(_ODD, column) == _ODD

    def longest(self, column: Column) -> int | None:
        """The longest that is taken for a number; others are cut to fit into the column."""
        return shorter(_LONGEST, column)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Those of one shape at once."""
        way = Shaped(
            _LIKE,
            {"0": "[0-9]"},
            lambda part, shape: self._shaped(part, shape, block.seed),
            lambda value: self._shaped_one(value, block.seed),
            lambda other: self._odd(other, block),
        )
        return by_shape(bare(values, block.column), way)

    def _shaped(self, values: pl.Series, shape: str, seed: Seed) -> pl.Series:
        """Numbers of one shape."""
        digits, count = taken(values, shape, "0"), shape.count("0") - self.keep_last
        kept = digits.str.slice(count)
        if self.style == "stars":
            return put("*" * count + kept, shape, "0")
        lengths, every = (count - 1, self.keep_last), count + self.keep_last
        if not self.unique and every <= ONE:
            number = decimal(seed.digests(digits), count - 1) * 10 ** (self.keep_last + 1)
            whole = number + kept.cast(pl.Int64) if self.keep_last else number
            return put(written(luhn_filled(whole, every, self.keep_last), every), shape, "0")
        if not self.unique:
            made = decimals(seed.digests(digits), count - 1)
            return put(made + luhn_digits(made, kept, lengths).cast(pl.String) + kept, shape, "0")
        before, check = digits.str.slice(0, count - 1), digits.str.slice(count - 1, 1).cast(pl.Int64)
        made = permuted(before, count - 1, seed)
        check = (check + luhn_digits(made, kept, lengths) - luhn_digits(before, kept, lengths)) % 10
        return put(made + check.cast(pl.String) + kept, shape, "0")

    def _odd(self, values: pl.Series, block: Block) -> pl.Series:
        """What becomes of texts that are no numbers."""
        room = shorter(_ODD, block.column)
        if self.style == "stars":
            return pl.Series(["*" * room]).new_from_index(0, len(values))
        digests = block.seed.digests(values)
        if self.unique:
            return digests.str.slice(0, room)
        made, nothing = decimals(digests, _ODD - 1), pl.Series([""], dtype=pl.String)
        return (made + luhn_digits(made, nothing, (_ODD - 1, 0)).cast(pl.String)).str.slice(0, room)

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        value = bare_one(value, row.column)
        if re.fullmatch(_LIKE, value):
            return self._shaped_one(value, row.seed)
        room, digest = shorter(_ODD, row.column), row.seed.digest(value)
        if self.style == "stars":
            return "*" * room
        made = decimals_one(digest, _ODD - 1)
        return (digest if self.unique else f"{made}{luhn_digit(made, '')}")[:room]

    def _shaped_one(self, value: str, seed: Seed) -> str:
        digits = re.sub("[^0-9]", "", value)
        count = len(digits) - self.keep_last
        kept, shape = digits[count:], re.sub("[0-9]", "0", value)
        if self.style == "stars":
            return put_one("*" * count + kept, shape, "0")
        if not self.unique:
            made = decimals_one(seed.digest(digits), count - 1)
            return put_one(f"{made}{luhn_digit(made, kept)}{kept}", shape, "0")
        before, check = digits[: count - 1], int(digits[count - 1])
        made = permuted_one(before, seed)
        check = (check + luhn_digit(made, kept) - luhn_digit(before, kept)) % 10
        return put_one(f"{made}{check}{kept}", shape, "0")
