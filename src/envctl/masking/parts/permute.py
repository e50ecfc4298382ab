"""Whole numbers change places with others: a keyed bijection, so that keys stay unique and still join."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import polars as pl

from envctl.masking.key import Seed

_ROUNDS = 8
_TABLE_DIGITS = 4  # hex digits of a digest for each round: 16 bits, as wide as the halves of a narrow tier
_WIDE_DIGITS = 8
_NARROW = 32  # bits: the halves of such numbers are few enough for a table
_TABLES = 64  # kept at a time, of 1 MB each


class Tier(NamedTuple):
    """Whole numbers from `start` below 2**bits."""

    start: int
    bits: int

    @property
    def last(self) -> int:
        """The largest one."""
        return (1 << self.bits) - 1

    @property
    def halves(self) -> tuple[int, int]:
        """How many values the upper and the lower half of their bits can have."""
        return 1 << self.bits // 2, 1 << self.bits - self.bits // 2


# What a smallint, an integer and a bigint hold beyond the smaller one: a key is moved alike whatever type the column
# that refers to it is of, and fits there.
TIERS = (Tier(0, 15), Tier(1 << 15, 31), Tier(1 << 31, 63))


def permuted(numbers: pl.Series, seed: Seed) -> pl.Series:
    """Each number (Int64) moved within its tier; a negative one stays negative, null stays null."""
    upward = (
        pl.DataFrame({"n": numbers}).select(pl.when(pl.col("n") < 0).then(-1 - pl.col("n")).otherwise("n")).to_series()
    )
    moved = pl.repeat(None, len(numbers), dtype=pl.Int64, eager=True)
    for tier in TIERS:
        there = upward.is_between(tier.start, tier.last).fill_null(value=False).arg_true()
        if len(there):
            moved = moved.scatter(there, _walked(upward.gather(there), tier, seed))
    both = pl.DataFrame({"n": numbers, "moved": moved})
    signed: pl.Series = both.select(pl.when(pl.col("n") < 0).then(-1 - pl.col("moved")).otherwise("moved")).to_series()
    return signed.alias(numbers.name)


def permuted_one(value: int, seed: Seed) -> int:
    """The same of one number, in plain Python."""
    upward = -1 - value if value < 0 else value
    tier = next(tier for tier in TIERS if upward <= tier.last)
    moved = _shuffled_one(upward, tier, seed)
    while moved < tier.start:
        moved = _shuffled_one(moved, tier, seed)
    return -1 - moved if value < 0 else moved


def _walked(numbers: pl.Series, tier: Tier, seed: Seed) -> pl.Series:
    """Shuffled until all are of the tier again: what goes round in a circle comes back into it."""
    moved = _shuffled(numbers, tier, seed)
    while len(out := (moved < tier.start).arg_true()):
        moved = moved.scatter(out, _shuffled(moved.gather(out), tier, seed))
    return moved


def _shuffled(numbers: pl.Series, tier: Tier, seed: Seed) -> pl.Series:
    """A Feistel network on the bits of a number: whatever its rounds do, no two numbers become one."""
    upper, lower = tier.halves
    left, right = numbers // lower, numbers % lower
    for turn in range(_ROUNDS):
        if turn % 2:
            right = right ^ (_mixed(left, turn, tier, seed) % lower)
        else:
            left = left ^ (_mixed(right, turn, tier, seed) % upper)
    return left * lower + right


def _shuffled_one(value: int, tier: Tier, seed: Seed) -> int:
    upper, lower = tier.halves
    left, right = divmod(value, lower)
    for turn in range(_ROUNDS):
        if turn % 2:
            right ^= _mixed_one(left, turn, tier, seed) % lower
        else:
            left ^= _mixed_one(right, turn, tier, seed) % upper
    return left * lower + right


def _mixed(halves: pl.Series, turn: int, tier: Tier, seed: Seed) -> pl.Series:
    """What a round makes of one half to change the other with."""
    if tier.bits < _NARROW:
        return _table(seed, tier)[turn].gather(halves).cast(pl.Int64)
    said = f"permute {tier.bits} {turn} " + halves.cast(pl.String)
    return seed.digests(said).str.slice(0, _WIDE_DIGITS).str.to_integer(base=16, dtype=pl.Int64)


def _mixed_one(half: int, turn: int, tier: Tier, seed: Seed) -> int:
    if tier.bits < _NARROW:
        at = turn * _TABLE_DIGITS
        return int(seed.digest(f"permute {tier.bits} {half}")[at : at + _TABLE_DIGITS], 16)
    return int(seed.digest(f"permute {tier.bits} {turn} {half}")[:_WIDE_DIGITS], 16)


@lru_cache(maxsize=_TABLES)
def _table(seed: Seed, tier: Tier) -> tuple[pl.Series, ...]:
    """Of each round, what it makes of each half."""
    halves = pl.int_range(max(tier.halves), eager=True).cast(pl.String)
    digests = seed.digests(f"permute {tier.bits} " + halves)
    return tuple(
        digests.str.slice(turn * _TABLE_DIGITS, _TABLE_DIGITS).str.to_integer(base=16, dtype=pl.Int64).cast(pl.UInt16)
        for turn in range(_ROUNDS)
    )
