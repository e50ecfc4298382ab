"""Numbers of so many digits, exchanged by the key, each for one of its own: what was unique stays unique.

A Feistel network over the halves of a number in decimal digits: eight rounds, each adding to one half what HMAC
makes of the other. For halves that have few values the sums of all of them are kept, once a column has enough rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from envctl.masking.key import Seed, number, numbers

MOST = 24  # two halves of numbers below 2**40
_ROUNDS = 8
_SHARED = 4  # rounds that take their sums from one digest
_MARK = "\0digits "  # no value of Postgres holds a NUL: a sum is the digest of none
_MOST_KEPT = 1_000_000  # values of a half whose sums are kept
_PART = 12  # decimal digits made of one number of a digest
ONE = 18  # digits that one number holds
_WORTH = 2  # the sums of all halves are made once that part of as many values has been seen

_Numbers = npt.NDArray[np.signedinteger[Any]]
_seen: dict[tuple[str, int], int] = {}
_sums: dict[tuple[str, int], list[_Numbers]] = {}


def permuted(values: pl.Series, count: int, seed: Seed) -> pl.Series:
    """For each text of so many digits (at most 24), none null, another one of them, no two the same."""
    if count == 1:
        return pl.Series(_ten(seed), dtype=pl.String).gather(values.cast(pl.Int64))
    sums = _kept(len(values), count, seed)
    many, other = _halves(count)
    left, right = _cut(values, count)
    for turn in range(_ROUNDS):
        added = _added(right, count, turn, many, seed) if sums is None else np.take(sums[turn], right)
        left, right = right, (left + added) % many
        many, other = other, many
    if count <= ONE:
        return written(pl.Series(left * other + right), count)
    return written(pl.Series(left), count // 2) + written(pl.Series(right), count - count // 2)


def _cut(values: pl.Series, count: int) -> tuple[_Numbers, _Numbers]:
    """Both halves of each."""
    if count > ONE:
        left, right = values.str.slice(0, count // 2), values.str.slice(count // 2)
        return left.cast(pl.Int64).to_numpy(), right.cast(pl.Int64).to_numpy()
    whole, (_, many) = values.cast(pl.Int64).to_numpy(), _halves(count)
    return whole // many, whole % many


def _added(halves: _Numbers, count: int, turn: int, many: int, seed: Seed) -> _Numbers:
    """What a round adds, by the half that it is made of."""
    asked = _asked(count, turn) + pl.Series(halves).cast(pl.String)
    return numbers(seed.digests(asked), many, at=turn % _SHARED).to_numpy()


def permuted_one(value: str, seed: Seed) -> str:
    """The same of one."""
    count = len(value)
    if count == 1:
        return _ten(seed)[int(value)]
    many, other = _halves(count)
    left, right = int(value[: count // 2]), int(value[count // 2 :])
    for turn in range(_ROUNDS):
        added = number(seed.digest(f"{_asked(count, turn)}{right}"), many, at=turn % _SHARED)
        left, right = right, (left + added) % many
        many, other = other, many
    return f"{left:0{count // 2}}{right:0{count - count // 2}}"


def _halves(digits: int) -> tuple[int, int]:
    """How many values the left and the right half of a number have."""
    left = digits // 2
    return int("1" + "0" * left), int("1" + "0" * (digits - left))


def _asked(digits: int, turn: int) -> str:
    """What a half is put behind to ask for its sum: numbers of other lengths and later rounds have other ones."""
    return f"{_MARK}{digits} {turn // _SHARED} "


def _ten(seed: Seed) -> list[str]:
    """The ten digits in an order of the key's: a single one has no halves."""
    return sorted("0123456789", key=lambda digit: seed.digest(f"{_MARK}1 {digit}"))


def _kept(count: int, digits: int, seed: Seed) -> list[_Numbers] | None:
    """The sums of all halves, by round, if so many values have been seen that they are cheaper than one digest each."""
    half = max(_halves(digits))
    if half > _MOST_KEPT:
        return None
    column = (seed.digest(_MARK), digits)
    _seen[column] = _seen.get(column, 0) + count
    if column not in _sums and _seen[column] * _WORTH >= half:
        _sums[column] = _made(digits, seed)
    return _sums.get(column)


def _made(digits: int, seed: Seed) -> list[_Numbers]:
    """The sums that each round adds, by the half that they are made of."""
    found: dict[int, _Numbers] = {}
    left, right = _halves(digits)
    for first in range(0, _ROUNDS, _SHARED):
        for odd, (many, other) in enumerate(((left, right), (right, left))):
            digests = seed.digests(_asked(digits, first) + pl.int_range(other, eager=True).cast(pl.String))
            for at in range(odd, _SHARED, 2):
                found[first + at] = numbers(digests, many, at=at).cast(pl.Int32).to_numpy()
    return [found[turn] for turn in range(_ROUNDS)]


def written(values: pl.Series, digits: int) -> pl.Series:
    """Numbers with so many digits, at most ONE, zeros in front of them: what `zfill` does at twice the price."""
    return (values + int(f"1{'0' * digits}")).cast(pl.String).str.slice(1)


def decimals(digests: pl.Series, count: int) -> pl.Series:
    """So many decimal digits of each digest, at most 48."""
    found = pl.Series([""], dtype=pl.String)
    for at, start in enumerate(range(0, count, _PART)):
        some = min(_PART, count - start)
        part = written(_decimal(digests, some, at), some)
        found = found + part if start else part
    return found


def decimal(digests: pl.Series, count: int) -> pl.Series:
    """The number that those digits make, at most ONE of them."""
    found = _decimal(digests, min(_PART, count), 0)
    if count <= _PART:
        return found
    both: pl.Series = found * 10 ** (count - _PART) + _decimal(digests, count - _PART, 1)
    return both


def _decimal(digests: pl.Series, count: int, at: int) -> pl.Series:
    """So many digits, at most _PART, of one number of each digest."""
    found: pl.Series = numbers(digests, 10**_PART, at=at) // 10 ** (_PART - count)
    return found


def decimals_one(digest: str, count: int) -> str:
    """The same of one."""
    return "".join(f"{number(digest, 10**_PART, at=at):0{_PART}}" for at in range(-(-count // _PART)))[:count]
