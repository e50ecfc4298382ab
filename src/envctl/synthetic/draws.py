"""Chance that depends on a seed, on names and on the number of a row, and on nothing else.

Nothing is drawn one after the other: what a row gets does not depend on those before it. So any row can be made at any
time, in any process, and what references another row knows what is in it without having seen it.
"""

from __future__ import annotations

from hashlib import sha256
from math import isqrt

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
MOST = 1 << 62  # numbers that can be told apart: a bijection of more would not fit into 64 bits
_ROUNDS = 4  # of a Feistel network: each output bit depends on each input bit
_FRACTION = 53  # bits of a double's fraction
# SplitMix64, by Steele, Lea and Flood, "Fast splittable pseudorandom number generators" (2014).
_GOLDEN, _FIRST, _SECOND = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_S30, _S27, _S31, _S11, _S32 = (np.uint64(n) for n in (30, 27, 31, 11, 32))


class Draws:
    """Chance by rows. The same names with the same seed give the same draws, and others give others."""

    def __init__(self, seed: int, *names: str) -> None:
        said = "\0".join((str(seed), *names)).encode()
        self._key = np.uint64(int.from_bytes(sha256(said).digest()[:8], "big"))
        self._said = said

    def of(self, *names: str) -> Draws:
        """Further draws, of the same rows for something else."""
        further = Draws.__new__(Draws)
        further._said = b"\0".join((self._said, *(name.encode() for name in names)))
        further._key = np.uint64(int.from_bytes(sha256(further._said).digest()[:8], "big"))
        return further

    def bits(self, rows: Numbers) -> NDArray[np.uint64]:
        """64 bits for each row."""
        return _mixed(rows.astype(np.uint64), self._key)

    def fractions(self, rows: Numbers) -> NDArray[np.float64]:
        """A number for each row, 0 ≤ n < 1, all equally likely."""
        return (self.bits(rows) >> _S11).astype(np.float64) * 2.0**-_FRACTION

    def below(self, rows: Numbers, limit: int) -> Numbers:
        """A whole number for each row, 0 ≤ n < limit ≤ 2**63."""
        if limit <= 1 << 32:  # multiplying is quicker than dividing
            return ((self.bits(rows) >> _S32) * np.uint64(limit) >> _S32).astype(np.int64)
        return (self.bits(rows) % np.uint64(limit)).astype(np.int64)

    def shuffled(self, rows: Numbers, total: int) -> Numbers:
        """The numbers 0 ≤ n < total ≤ MOST in another order: a bijection of themselves."""
        half = np.uint64(max(isqrt(max(total, 1) - 1) + 1, 1))
        moved = self._round_about(rows.astype(np.uint64), half)
        while (out := np.flatnonzero(moved >= np.uint64(max(total, 1)))).size:  # who goes round comes back in
            moved[out] = self._round_about(moved[out], half)
        return moved.astype(np.int64)

    def unshuffled(self, numbers: Numbers, total: int) -> Numbers:
        """Where each of them was before `shuffled` moved it."""
        half = np.uint64(max(isqrt(max(total, 1) - 1) + 1, 1))
        moved = self._round_back(numbers.astype(np.uint64), half)
        while (out := np.flatnonzero(moved >= np.uint64(max(total, 1)))).size:
            moved[out] = self._round_back(moved[out], half)
        return moved.astype(np.int64)

    def _round_back(self, numbers: NDArray[np.uint64], half: np.uint64) -> NDArray[np.uint64]:
        left, right = numbers // half, numbers % half
        for turn in reversed(range(_ROUNDS)):
            left, right = (right + half - _mixed(left, self._key ^ np.uint64(turn)) % half) % half, left
        return left * half + right

    def _round_about(self, numbers: NDArray[np.uint64], half: np.uint64) -> NDArray[np.uint64]:
        left, right = numbers // half, numbers % half
        for turn in range(_ROUNDS):
            left, right = right, (left + _mixed(right, self._key ^ np.uint64(turn)) % half) % half
        return left * half + right


def _mixed(numbers: NDArray[np.uint64], key: np.uint64) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        z = numbers * _GOLDEN + key
        z = (z ^ (z >> _S30)) * _FIRST
        z = (z ^ (z >> _S27)) * _SECOND
        mixed: NDArray[np.uint64] = z ^ (z >> _S31)
        return mixed
