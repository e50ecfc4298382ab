"""International numbers of bank accounts."""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import ClassVar

import polars as pl

from envctl.catalogue import Column, Family
from envctl.masking.digits import decimals, decimals_one
from envctl.masking.key import Seed
from envctl.masking.shapes import Shaped, by_shape, put, put_one, runs, taken
from envctl.masking.transforms.base import Block, Row, Transform

_LIKE = "[A-Za-z]{2} ?[0-9]{2}(?: ?[A-Za-z0-9]){11,30}"
_HEAD = 4  # characters before the account: the country and two digits that check the rest
_MOST = 34  # characters of a number
_LETTERS = "BCDFGHKLMN"  # one for each digit: what letters of an account become
_TEN = list("0123456789")
_MODULUS, _RIGHT = 97, 98  # ISO 7064: the check digits are what is missing to a remainder of one
_CHUNK = 9  # digits divided at once: with the remainder before them they fit into 64 bits


class Iban(Transform):
    """A number of the same country and length, with check digits that are right; blanks stay, letters are capitals.

    Digits of the account become digits and letters letters. A number becomes the same with blanks or without. What is
    none becomes as many digits as it has characters, at most 34. Two accounts may become the same, if rarely.
    """

    name: ClassVar[str] = "iban"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    def longest(self, column: Column) -> int | None:  # noqa: ARG002 – it depends on the values alone
        """As long as the value."""
        return None

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Those of one shape at once."""
        way = Shaped(
            _LIKE,
            {"0": "[0-9]", "A": "[A-Za-z]"},
            lambda part, shape: _shaped(part.str.to_uppercase(), shape, block.seed),
            lambda value: _shaped_one(value.upper(), block.seed),
            lambda other: _odd(other, block),
        )
        return by_shape(values, way)

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        if re.fullmatch(_LIKE, value):
            return _shaped_one(value.upper(), row.seed)
        return decimals_one(row.seed.digest(value), min(len(value), _MOST))


def remainder(account: str) -> int:
    """That of ISO 7064 (mod 97-10), which is one for a valid number."""
    turned = account[_HEAD:] + account[:_HEAD]
    return int("".join(_value(sign) for sign in turned)) % _MODULUS


def _value(sign: str) -> str:
    """A letter as the number that it counts, A as 10."""
    return sign if sign in _TEN else str(ascii_uppercase.index(sign) + 10)


def _shaped_one(value: str, seed: Seed) -> str:
    bare, shape = value.replace(" ", ""), re.sub("[A-Z]", "A", re.sub("[0-9]", "0", value))
    made = decimals_one(seed.digest(bare), len(bare) - _HEAD)
    signs = (
        _LETTERS[int(digit)] if sign not in _TEN else digit for digit, sign in zip(made, bare[_HEAD:], strict=True)
    )
    account = "".join(signs)
    check = _RIGHT - remainder(f"{bare[:2]}00{account}")
    return put_one(f"{bare[:2]}{check:02}{account}", shape, "0A")


def _shaped(values: pl.Series, shape: str, seed: Seed) -> pl.Series:
    """Numbers of one shape."""
    bare, marks = taken(values, shape, "0A"), shape.replace(" ", "")
    made = decimals(seed.digests(bare), len(marks) - _HEAD)
    country, account = bare.str.slice(0, 2), _lettered(made, marks[_HEAD:], list(_LETTERS))
    counted = _lettered(made, marks[_HEAD:], [_value(letter) for letter in _LETTERS])
    counted = counted + country.str.replace_many(list(ascii_uppercase), [_value(letter) for letter in ascii_uppercase])
    check = _RIGHT - _rest(counted + "00", len(marks) - _HEAD + marks[_HEAD:].count("A") + len("101000"))
    return put(country + check.cast(pl.String).str.zfill(2) + account, shape, "0A")


def _lettered(made: pl.Series, marks: str, letters: list[str]) -> pl.Series:
    """Digits, and where letters belong what stands for the digit there."""
    digits = pl.col(made.name)
    parts = [
        part.str.replace_many(_TEN, letters) if chosen else part
        for start, end, chosen in runs(marks, "A")
        for part in [digits.str.slice(start, end - start)]
    ]
    found: pl.Series = made.to_frame().select(pl.concat_str(parts).alias(made.name))[made.name]
    return found


def _rest(digits: pl.Series, length: int) -> pl.Series:
    """The remainder of long numbers, all of one length."""
    left = pl.Series([0], dtype=pl.Int64)
    for start in range(0, length, _CHUNK):
        size = min(_CHUNK, length - start)
        left = (left * 10**size + digits.str.slice(start, size).cast(pl.Int64)) % _MODULUS
    return left


def _odd(values: pl.Series, block: Block) -> pl.Series:
    """What becomes of texts that are no numbers of accounts."""
    frame = pl.DataFrame({"value": values, "made": decimals(block.seed.digests(values), _MOST)})
    length = pl.col("value").str.len_chars().clip(upper_bound=_MOST)
    found: pl.Series = frame.select(pl.col("made").str.slice(0, length))["made"]
    return found
