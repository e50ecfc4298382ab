"""Whole numbers change places."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.masking.parts.permute import TIERS, permuted, permuted_one
from tests.masking.transforms.laws import OTHER_KEY, SEED

ALL = st.integers(-(1 << 63), (1 << 63) - 1)
EDGES = [sign * (1 << bits) + by for bits in (0, 15, 31, 62) for sign in (1, -1) for by in (-1, 0, 1)]


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.sampled_from(EDGES), ALL), max_size=20))
def test_bulk_is_plain(values: list[int | None]) -> None:
    """What is done with columns is what is done with each number; null stays null."""
    expected = [None if value is None else permuted_one(value, SEED) for value in values]
    assert expected == permuted(pl.Series("n", values, dtype=pl.Int64), SEED).to_list()


def test_the_smallest_tier_as_a_whole() -> None:
    """All numbers that a smallint holds become all numbers that it holds."""
    every = pl.int_range(-(1 << 15), 1 << 15, eager=True)
    assert every.to_list() == permuted(every, SEED).sort().to_list()


@settings(deadline=None)
@given(ALL)
def test_where_a_number_goes(value: int) -> None:
    """It keeps its sign, and its size as far as the types of whole numbers tell sizes apart."""
    moved = permuted_one(value, SEED)
    assert (value < 0) == (moved < 0)
    sizes = [next(tier.bits for tier in TIERS if max(n, -1 - n) <= tier.last) for n in (value, moved)]
    assert sizes[0] == sizes[1]


@pytest.mark.parametrize("start", [0, 1 << 15, (1 << 31) - 50_000, 1 << 31, (1 << 63) - 100_000])
def test_no_two_become_one(start: int) -> None:
    """Neighbours stay apart, on both sides of a border too."""
    some = pl.int_range(start, start + 100_000 - 1, eager=True)
    assert len(some) == permuted(some, SEED).n_unique()


def test_numbers_are_spread() -> None:
    """Neighbours go anywhere: as many to the lower as to the upper half, and under another key elsewhere."""
    some = pl.int_range(1 << 15, (1 << 15) + 10_000, eager=True)
    moved = permuted(some, SEED)
    assert 4700 < (moved < 1 << 30).sum() < 5300
    assert 4700 < (moved % 2).sum() < 5300
    assert (moved == permuted(some, OTHER_KEY)).sum() < 5
