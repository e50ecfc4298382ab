"""Numbers that check themselves, and others that things and accounts are known by. None is given to anybody."""

from __future__ import annotations

from string import ascii_uppercase
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import Letters, digits, texts
from envctl.synthetic.generators.worded import longest
from envctl.synthetic.pools.places import country_code

_DIGITS, _ZERO = b"0123456789", 48  # and what the first of them is in ASCII
_DOUBLED = np.array([0, 2, 4, 6, 8, 1, 3, 5, 7, 9])
_MODULUS = 97  # of accounts (ISO 7064)
# What stands in accounts of a country before so many digits: banks that are none.
_ACCOUNTS = {
    "AT": ("00000", 11),
    "BE": ("000", 9),
    "CH": ("00000", 12),
    "DE": ("00", 16),
    "ES": ("0000", 16),
    "FR": ("0000000000", 13),
    "GB": ("TEST", 14),
    "IE": ("TEST", 14),
    "IT": ("X0000000000", 12),
    "NL": ("TEST", 10),
    "PL": ("00000000", 16),
    "PT": ("0000", 17),
}


class _Coded(Generator):
    """A text of a certain width for each number."""

    makes: ClassVar[frozenset[Family]] = frozenset({"text"})

    def width(self, field: Field) -> int:
        """Characters of each."""
        raise NotImplementedError

    def objection(self, field: Field) -> str | None:
        """It must have room, and must not have to be longer."""
        most, width = longest(field), self.width(field)
        if field.column.family == "integer":
            high = field.column.high
            return "holds no numbers that are so large" if high is not None and high < 10**width else None
        if width < field.limits.shortest or (most is not None and most < width):
            return f"does not hold the {width} characters of {self.name}"
        return None


class Sku(_Coded):
    """`KTA-48213`: letters and digits, by which a shop knows what it sells. Fewer of them in narrow columns."""

    name: ClassVar[str] = "sku"

    letters: int = Said(default=3, ge=0, le=6, description="How many letters.", examples=[2])
    digits: int = Said(default=5, ge=1, le=9, description="How many digits.", examples=[4])

    def _parts(self, field: Field) -> tuple[int, int]:
        """Letters and digits for which there is room; no letters without a hyphen and digits."""
        most = longest(field)
        if most is None or most > self.letters + self.digits:
            return self.letters, self.digits
        letters = min(self.letters, max(most - 2, 0) // 2)
        return letters, min(self.digits, most - letters - bool(letters))

    def width(self, field: Field) -> int:
        """Both and a hyphen."""
        letters, digits_ = self._parts(field)
        return letters + digits_ + bool(letters)

    def space(self, field: Field) -> int:
        """All there are."""
        letters, digits_ = self._parts(field)
        return int(len(ascii_uppercase) ** letters * 10**digits_)

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """By letters, then by digits."""
        letters, digits_ = self._parts(field)
        heads, tails = np.divmod(numbers, 10**digits_)
        tail = digits(tails, digits_, _DIGITS)
        if not letters:
            return texts([tail], len(numbers))
        return texts([digits(heads, letters, ascii_uppercase.encode()), b"-", tail], len(numbers))


class Ean(_Coded):
    """A number of goods with a check digit that is right, of those that every shop may use inside; 13 digits, or 12 or
    8 where there is no more room.
    """

    name: ClassVar[str] = "ean"
    makes: ClassVar[frozenset[Family]] = frozenset({"text", "integer"})

    def width(self, field: Field) -> int:
        """The most that there is room for."""
        most = longest(field)
        return next((width for width in (13, 12) if most is None or most >= width), 8)

    def space(self, field: Field) -> int:
        """Without the first and the last digit."""
        return int(10 ** (self.width(field) - 2))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Number and check digit."""
        width = self.width(field)
        first = b"4" if width == len("012345678905") else b"2"
        known = _beside(first, digits(numbers, width - 2, _DIGITS))
        made = texts([known, _checked(known)], len(numbers))
        return made.cast(pl.Int64) if field.column.family == "integer" else made


class Isbn(_Coded):
    """The number of a book with a check digit that is right: 13 digits, or 10 where there is no more room."""

    name: ClassVar[str] = "isbn"

    def width(self, field: Field) -> int:
        """The old form or the new one."""
        most = longest(field)
        return 10 if (most is not None and most < len("9780000000002")) or "10" in field.column.name else 13

    def space(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """English books."""
        return 10**8

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Number and check digit."""
        body = _beside(b"0", digits(numbers, 8, _DIGITS))
        if self.width(field) == len("0000000000"):
            weights = np.arange(10, 1, -1)
            missing = -((body.astype(np.int64) - _ZERO) @ weights) % 11
            return texts([body, np.frombuffer(b"0123456789X", np.uint8)[missing][:, None]], len(numbers))
        known = _beside(b"978", body)
        return texts([known, _checked(known)], len(numbers))


class Card(_Coded):
    """A number of a payment card with a check digit that is right, of a range (400000…) that is used for tests."""

    name: ClassVar[str] = "card"
    makes: ClassVar[frozenset[Family]] = frozenset({"text", "integer"})

    def width(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """As most have."""
        return 16

    def space(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """Of the range."""
        return 10**9

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Number and check digit."""
        known = _beside(b"400000", digits(numbers, 9, _DIGITS))
        made = texts([known, _luhn(known)], len(numbers))
        return made.cast(pl.Int64) if field.column.family == "integer" else made


class Iban(_Coded):
    """The number of a bank account in the locale's country, with check digits that are right, at a bank that is none.

    Of countries without such numbers a German one.
    """

    name: ClassVar[str] = "iban"

    def _account(self, field: Field) -> tuple[str, str, int]:
        code = country_code(field.locale)
        code = code if code in _ACCOUNTS else "DE"
        return (code, *_ACCOUNTS[code])

    def width(self, field: Field) -> int:
        """As the country has it."""
        _, bank, count = self._account(field)
        return len("DE00") + len(bank) + count

    def space(self, field: Field) -> int:
        """Of such a bank."""
        return int(10 ** self._account(field)[2])

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Country, check digits, bank and account."""
        code, bank, count = self._account(field)
        rest = (_counted(bank) * 10**count + numbers % _MODULUS) % _MODULUS  # of what stands before the country
        check = _MODULUS + 1 - (rest * 10**6 + _counted(f"{code}00")) % _MODULUS
        checks, accounts = digits(check, 2, _DIGITS), digits(numbers, count, _DIGITS)
        return texts([code.encode(), checks, bank.encode(), accounts], len(numbers))


def _counted(signs: str) -> int:
    """What is left of them, letters counted from 10 on, when they are divided as accounts are."""
    return int("".join(str(int(sign, 36)) for sign in signs)) % _MODULUS


def _luhn(known: Letters) -> Letters:
    """The check digit of cards: every second digit from it on is doubled, and of that the digits are added."""
    values = known.astype(np.int64)[:, ::-1] - _ZERO
    total = _DOUBLED[values[:, ::2]].sum(axis=1) + values[:, 1::2].sum(axis=1)
    check: Letters = (-total % 10 + _ZERO).astype(np.uint8)[:, None]
    return check


def _beside(head: bytes, tail: Letters) -> Letters:
    """The same before each."""
    return np.hstack([np.broadcast_to(np.frombuffer(head, np.uint8), (len(tail), len(head))), tail])


def _checked(known: Letters) -> Letters:
    """The check digit of numbers of goods: every second one from the right counts three times."""
    weights = np.array([3, 1] * known.shape[1])[: known.shape[1]][::-1]
    missing = -((known.astype(np.int64) - _ZERO) @ weights) % 10
    check: Letters = (missing + _ZERO).astype(np.uint8)[:, None]
    return check
