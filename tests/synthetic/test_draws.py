"""Chance by seed, name and row number."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.synthetic.draws import Draws


def numbers(count: int, first: int = 0) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Row numbers."""
    return np.arange(first, first + count, dtype=np.int64)


def test_a_row_gets_the_same_in_whatever_block_it_comes() -> None:
    """What a row draws depends on its number and on nothing else."""
    draws = Draws(7, "shop.orders", "status")
    whole = draws.below(numbers(1000), 50)
    parts = np.concatenate([draws.below(numbers(400), 50), draws.below(numbers(600, 400), 50)])
    assert whole.tolist() == parts.tolist()
    assert draws.below(numbers(1000)[::-1].copy(), 50).tolist() == whole[::-1].tolist()


def test_other_names_and_other_seeds_give_others() -> None:
    """Neither two columns nor two seeds draw the same, and names are not run together."""
    found = [
        Draws(1, "a", "b").bits(numbers(8)),
        Draws(2, "a", "b").bits(numbers(8)),
        Draws(1, "ab", "").bits(numbers(8)),
        Draws(1, "a").of("c").bits(numbers(8)),
    ]
    assert 4 == len({tuple(bits.tolist()) for bits in found})
    assert found[0].tolist() == Draws(1, "a").of("b").bits(numbers(8)).tolist()


def test_draws_are_spread_evenly() -> None:
    """Each of ten numbers comes about as often as the others, and fractions are half on average."""
    draws = Draws(3, "spread")
    counts = np.bincount(draws.below(numbers(100_000), 10), minlength=10)
    assert 9_500 < counts.min() <= counts.max() < 10_500
    assert 0.49 < draws.fractions(numbers(100_000)).mean() < 0.51
    assert {0} == set(draws.below(numbers(100), 1).tolist())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5000), st.integers(0, 2**32))
def test_shuffled_numbers_are_the_same_numbers_and_find_their_way_back(total: int, seed: int) -> None:
    """Shuffling is a bijection, and `unshuffled` undoes it."""
    draws, rows = Draws(seed, "shuffled"), numbers(total)
    moved = draws.shuffled(rows, total)
    assert rows.tolist() == sorted(moved.tolist())
    assert rows.tolist() == draws.unshuffled(moved, total).tolist()


def test_large_numbers_are_shuffled_too() -> None:
    """Up to 2**62 no two numbers become one, and none leaves the range."""
    draws, limit = Draws(1, "large"), 2**62
    moved = draws.shuffled(numbers(10_000), limit)
    assert 10_000 == len(set(moved.tolist()))
    assert (moved >= 0).all()
    assert (moved < limit).all()
    assert numbers(10_000).tolist() == draws.unshuffled(moved, limit).tolist()
