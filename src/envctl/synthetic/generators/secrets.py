"""What opens something elsewhere, and nothing here: keys, tokens and hashes by chance."""

from __future__ import annotations

from typing import ClassVar

import polars as pl
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Draws, Numbers
from envctl.synthetic.generators.typed_letters import HEX, Letters, digits, texts
from envctl.synthetic.generators.worded import MANY, longest

_SIXTEEN, _ELEVEN = 16, 11  # digits of 64 bits: hex digits, and signs of bcrypt
_SIGNS = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_BCRYPT, _BCRYPT_SIGNS = b"$2b$12$", 53  # what it begins with, and what follows


def _drawn(name: str, numbers: Numbers, count: int, alphabet: bytes, width: int) -> list[Letters]:
    """So many signs of chance: the first `width` are 64 bits that no other number has."""
    draws, parts = Draws(0, name), []
    for left in range(count, 0, -width):
        parts.append(digits(draws.bits(numbers), width, alphabet)[:, :left])
        draws = draws.of("more")
    return parts


class Token(Generator):
    """Hex digits by chance, no two the same: for keys, tokens and digests."""

    name: ClassVar[str] = "token"
    makes: ClassVar[frozenset[Family]] = frozenset({"text"})

    digits: int = Said(default=40, ge=16, le=256, description="How many.", examples=[64])

    def _count(self, field: Field) -> int:
        most = longest(field)
        return max(self.digits, field.limits.shortest) if most is None else min(self.digits, most)

    def objection(self, field: Field) -> str | None:
        """64 bits at least."""
        return f"is too narrow for {_SIXTEEN} hex digits" if self._count(field) < _SIXTEEN else None

    def space(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """The first 16 digits are 64 bits, which no two numbers share."""
        return MANY

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """64 bits of chance that no other number has, and more that may be anybody's."""
        return texts(_drawn(self.name, numbers, self._count(field), HEX, _SIXTEEN), len(numbers))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """By the seed."""
        return self.nth(field, rows.draws(field.column.name).below(rows.numbers, MANY))


class PasswordHash(Generator):
    """What looks like a bcrypt hash and belongs to no password, so that nobody can log in with one.

    For accounts that can be used set a hash of your own: `{ generate = "constant", value = "$2b$…" }`.
    """

    name: ClassVar[str] = "password_hash"
    makes: ClassVar[frozenset[Family]] = frozenset({"text"})

    def objection(self, field: Field) -> str | None:
        """It has a length of its own."""
        size, most = len(_BCRYPT) + _BCRYPT_SIGNS, longest(field)
        wrong = field.limits.shortest > size or (most is not None and most < size)
        return f"does not hold the {size} characters of a hash" if wrong else None

    def space(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """Its first signs are a number."""
        return MANY

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:  # noqa: ARG002 – as the base says
        """A number of 64 bits that no other has, in signs of bcrypt, and more."""
        signs = _drawn(self.name, numbers, _BCRYPT_SIGNS, _SIGNS, _ELEVEN)
        return texts([_BCRYPT, *signs], len(numbers))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """By the seed."""
        return self.nth(field, rows.draws(field.column.name).below(rows.numbers, MANY))
