"""Digits that check others: of payment cards (Luhn) and of bank accounts (ISO 7064, mod 97-10)."""

from __future__ import annotations

from functools import cache
from string import ascii_uppercase

import polars as pl

_TOGETHER = 16  # digits that are one number while they are summed
_SUMMED = 4  # of them, whose Luhn sum is looked up together: an even number, so that all are weighed alike
_DOUBLED = "0246813579"  # what the doubled digits count, those of the result added
_MODULUS, _RIGHT = 97, 98  # the digits are what is missing to a remainder of one
_CHUNK = 9  # digits divided at once: with the remainder before them they fit into 64 bits
_COUNTED = [str(10 + at) for at in range(len(ascii_uppercase))]  # what letters stand for


def luhn(digits: str) -> int:
    """The sum by Luhn, which is a multiple of ten for a valid number: every second digit from the right is doubled."""
    return sum(int(_DOUBLED[int(digit)] if at % 2 else digit) for at, digit in enumerate(reversed(digits)))


def luhn_digit(before: str, behind: str) -> int:
    """The digit that makes a valid number of those before and behind it."""
    missing = -luhn(f"{before}0{behind}") % 10
    return _DOUBLED.index(str(missing)) if len(behind) % 2 else missing


def luhn_digits(before: pl.Series, behind: pl.Series, lengths: tuple[int, int]) -> pl.Series:
    """The same of many that have the same lengths."""
    digits, total = before + "0" + behind, pl.Series([0], dtype=pl.Int64)
    for end in range(sum(lengths) + 1, 0, -_TOGETHER):
        start = max(end - _TOGETHER, 0)
        total = total + _summed(digits.str.slice(start, end - start).cast(pl.Int64), end - start)
    return _missing(total, lengths[1])


def luhn_filled(numbers: pl.Series, digits: int, behind: int) -> pl.Series:
    """Numbers of so many digits, at most 18, with the digit that makes them valid where a 0 has so many behind it."""
    filled: pl.Series = numbers + _missing(_summed(numbers, digits), behind) * 10**behind
    return filled


def _summed(numbers: pl.Series, digits: int) -> pl.Series:
    """The sums by Luhn of numbers of so many digits."""
    total, left = _sums().gather(numbers % 10**_SUMMED), numbers
    for _ in range(_SUMMED, digits, _SUMMED):
        left = left // 10**_SUMMED
        total = total + _sums().gather(left % 10**_SUMMED)
    return total


def _missing(total: pl.Series, behind: int) -> pl.Series:
    """The digit that makes a multiple of ten of a sum, where so many stand behind it."""
    order = [_DOUBLED.index(str(digit)) if behind % 2 else digit for digit in range(10)]
    return pl.Series(order, dtype=pl.Int64).gather(-total % 10)


@cache
def _sums() -> pl.Series:
    """The sums by Luhn of all numbers of so many digits."""
    return pl.Series([luhn(str(n)) for n in range(10**_SUMMED)], dtype=pl.Int64)


def remainder(account: str) -> int:
    """Of an account without blanks, in capitals: one where its check digits are right."""
    turned = account[4:] + account[:4]
    return int("".join(dict(zip(ascii_uppercase, _COUNTED, strict=True)).get(sign, sign) for sign in turned)) % _MODULUS


def account_check(country: str, account: str) -> int:
    """The number, 2–98, that stands as two digits between a country and an account."""
    return _RIGHT - remainder(f"{country}00{account}")


def account_checks(country: pl.Series, account: pl.Series, length: int) -> pl.Series:
    """The same of many, whose digits and letters are as many when each letter is counted as two digits."""
    counted = (account + country).str.replace_many(list(ascii_uppercase), _COUNTED) + "00"
    left = pl.Series([0], dtype=pl.Int64)
    for start in range(0, length + len("101000"), _CHUNK):
        size = min(_CHUNK, length + len("101000") - start)
        left = (left * 10**size + counted.str.slice(start, size).cast(pl.Int64)) % _MODULUS
    return _RIGHT - left
