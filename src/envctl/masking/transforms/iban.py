"""International numbers of bank accounts."""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import ClassVar

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.key import Seed
from envctl.masking.parts.checks import account_check, account_checks
from envctl.masking.parts.digits import MOST, decimals, decimals_one, permuted, permuted_one
from envctl.masking.parts.shapes import Shaped, bare, bare_one, by_shape, put, put_one, runs, shorter, taken
from envctl.masking.transforms.base import Block, Row, Transform

_LIKE = "[A-Za-z]{2} ?[0-9]{2}(?: ?[A-Za-z0-9]){11,30}"
_CAPITALS = _LIKE.replace("A-Za-z", "A-Z")
_HEAD = 4  # characters before the account: the country and two digits that check the rest
_MOST = 34  # characters of a number
_LONGEST = 2 * _MOST  # with blanks
_ODD = 16  # hex digits of what becomes of other texts where different ones stay different: 64 bits
_TURNS = 24  # letters that are moved each by an amount of its own
_MARK = "\0letters "  # no value of Postgres holds a NUL: the amounts are the digest of none


class Iban(Transform):
    """A number of the same country and length, with check digits that are right; blanks stay, letters are capitals.

    Digits of the account become digits and letters letters. A number becomes the same with blanks or without. What is
    none becomes as many digits as it has characters, at most 34. Two accounts may become the same, if rarely, unless
    `unique` is said.
    """

    name: ClassVar[str] = "iban"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})

    unique: bool = Field(
        default=False,
        description="Whether different numbers stay different, as unique columns need it. A number whose check digits"
        " were wrong keeps wrong ones then; one in small letters, and a text that is none, becomes 16 hex digits.",
        examples=[True],
    )

    @property
    def _like(self) -> str:
        """What is taken for a number: two that differ in small letters alone would become the same."""
        return _CAPITALS if self.unique else _LIKE

    def distinct(self, column: Column) -> bool:
        """By a permutation of digits and letters, if asked for; of other texts by 64 bits where there is room."""
        return self.unique and shorter(_ODD, column) == _ODD

    def longest(self, column: Column) -> int | None:
        """As long as the value; where they stay different, other texts are cut to fit into the column."""
        return shorter(_LONGEST, column) if self.unique else None

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Those of one shape at once."""
        way = Shaped(
            self._like,
            {"0": "[0-9]", "A": "[A-Z]" if self.unique else "[A-Za-z]"},
            lambda part, shape: self._shaped(part.str.to_uppercase(), shape, block.seed),
            lambda value: self._shaped_one(value.upper(), block.seed),
            lambda other: self._odd(other, block),
        )
        return by_shape(bare(values, block.column), way)

    def _shaped(self, values: pl.Series, shape: str, seed: Seed) -> pl.Series:
        """Numbers of one shape."""
        whole, marks = taken(values, shape, "0A"), shape.replace(" ", "")[_HEAD:]
        country, account = whole.str.slice(0, 2), whole.str.slice(_HEAD)
        made = _moved(account, marks, seed) if self.unique else _others(seed.digests(whole), marks)
        length = len(marks) + marks.count("A")
        check = account_checks(country, made, length)
        if self.unique:
            was = whole.str.slice(2, 2).cast(pl.Int64)
            check = (check + was - account_checks(country, account, length)) % 100
        return put(country + check.cast(pl.String).str.zfill(2) + made, shape, "0A")

    def _odd(self, values: pl.Series, block: Block) -> pl.Series:
        """What becomes of texts that are no numbers of accounts."""
        digests = block.seed.digests(values)
        if self.unique:
            return digests.str.slice(0, shorter(_ODD, block.column))
        frame = pl.DataFrame({"value": values, "made": decimals(digests, _MOST)})
        length = pl.col("value").str.len_chars().clip(upper_bound=_MOST)
        found: pl.Series = frame.select(pl.col("made").str.slice(0, length))["made"]
        return found

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        value = bare_one(value, row.column)
        if re.fullmatch(self._like, value):
            return self._shaped_one(value.upper(), row.seed)
        digest = row.seed.digest(value)
        return digest[: shorter(_ODD, row.column)] if self.unique else decimals_one(digest, min(len(value), _MOST))

    def _shaped_one(self, value: str, seed: Seed) -> str:
        whole, shape = value.replace(" ", ""), re.sub("[A-Z]", "A", re.sub("[0-9]", "0", value))
        country, account, marks = whole[:2], whole[_HEAD:], shape.replace(" ", "")[_HEAD:]
        made = _moved_one(account, marks, seed) if self.unique else _others_one(seed.digest(whole), marks)
        check = account_check(country, made)
        if self.unique:
            check = (check + int(whole[2:_HEAD]) - account_check(country, account)) % 100
        return put_one(f"{country}{check:02}{made}", shape, "0A")


def _others(digests: pl.Series, marks: str) -> pl.Series:
    """Accounts of digests: as many digits and letters."""
    made = decimals(digests, len(marks))
    return _mixed(made, made.str.replace_many(list("0123456789"), list(ascii_uppercase[:10])), marks, apart=False)


def _others_one(digest: str, marks: str) -> str:
    made = decimals_one(digest, len(marks))
    return "".join(
        ascii_uppercase[int(digit)] if mark == "A" else digit for digit, mark in zip(made, marks, strict=True)
    )


def _moved(accounts: pl.Series, marks: str, seed: Seed) -> pl.Series:
    """Accounts whose digits are permuted; by those that they were, each letter is moved on in the alphabet."""
    nothing = pl.Series([""], dtype=pl.String).new_from_index(0, len(accounts))
    digits = taken(accounts, marks, "0") if "0" in marks else nothing
    letters = taken(accounts, marks, "A") if "A" in marks else nothing
    amounts, moved, count = decimals(seed.digests(_MARK + digits), 2 * _TURNS), nothing, marks.count("0")
    for at in range(marks.count("A")):
        place = letters.str.slice(at, 1).replace_strict(list(ascii_uppercase), range(26), return_dtype=pl.Int64)
        place = place + amounts.str.slice(at % _TURNS * 2, 2).cast(pl.Int64)
        moved = moved + pl.Series(list(ascii_uppercase)).gather(place % 26)
    parts = [permuted(digits.str.slice(at, MOST), min(MOST, count - at), seed) for at in range(0, count, MOST)]
    return _mixed(sum(parts[1:], parts[0]) if parts else nothing, moved, marks, apart=True)


def _moved_one(account: str, marks: str, seed: Seed) -> str:
    digits = "".join(sign for sign, mark in zip(account, marks, strict=True) if mark == "0")
    letters = [sign for sign, mark in zip(account, marks, strict=True) if mark == "A"]
    amounts = decimals_one(seed.digest(_MARK + digits), 2 * _TURNS)
    places = [ascii_uppercase.index(letter) + int(amounts[at % _TURNS * 2 :][:2]) for at, letter in enumerate(letters)]
    moved = iter(ascii_uppercase[place % 26] for place in places)
    parts = [permuted_one(digits[at : at + MOST], seed) for at in range(0, len(digits), MOST)]
    permuted_digits = iter("".join(parts))
    return "".join(next(moved) if mark == "A" else next(permuted_digits) for mark in marks)


def _mixed(digits: pl.Series, letters: pl.Series, marks: str, *, apart: bool) -> pl.Series:
    """Letters and digits, each where the marks say; `apart`: each series holds its own alone, else all places."""
    frame, parts, before = pl.DataFrame({"0": digits, "A": letters}), [], {"0": 0, "A": 0}
    for start, end, chosen in runs(marks, "A"):
        mark = "A" if chosen else "0"
        parts.append(pl.col(mark).str.slice(before[mark] if apart else start, end - start))
        before[mark] += end - start
    found: pl.Series = frame.select(pl.concat_str(parts).alias("account"))["account"]
    return found
