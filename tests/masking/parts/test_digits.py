"""Numbers of so many digits, exchanged by the key."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.key import Seed
from envctl.masking.parts.digits import MOST, decimals, decimals_one, permuted, permuted_one, written

SEED = Seed("word of the tests")


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_permutation(count: int) -> None:
    """All numbers of a length change places among themselves, and another key has another order."""
    all_of_them = pl.Series([f"{n:0{count}}" for n in range(10**count)])
    found = permuted(all_of_them, count, SEED)
    assert all_of_them.to_list() == sorted(found)
    assert found.to_list() != permuted(all_of_them, count, Seed("another")).to_list()
    assert found.to_list() != all_of_them.to_list()


@pytest.mark.parametrize("count", range(1, MOST + 1))
def test_no_two_become_the_same(count: int) -> None:
    """Of whatever length, at its borders too: many at once, few at once and one by one are the same."""
    step = max(10**count // 30_011, 1)
    values = pl.Series([f"{n:0{count}}" for n in range(0, 10**count, step)] + ["9" * count]).unique(maintain_order=True)
    seed = Seed(f"of {count} digits")  # one whose sums nobody has asked for yet
    few, many = permuted(values[:50], count, seed), permuted(values, count, seed)
    assert len(values) == many.n_unique()
    assert few.to_list() == many[:50].to_list() == [permuted_one(value, seed) for value in values[:50]]
    assert {count} == set(many.str.len_chars())
    assert many.str.contains("^[0-9]+$").all()


def test_neighbours_are_no_neighbours() -> None:
    """Numbers that follow each other become ones that have nothing to do with each other."""
    found = permuted(pl.Series([f"555{n:07}" for n in range(10_000)]), 10, SEED).cast(pl.Int64)
    steps = found.diff().drop_nulls()
    assert 9_990 < steps.n_unique()
    assert 4_500 < (steps > 0).sum() < 5_500


def test_digits_come_up_equally_often() -> None:
    """At each place of the results, all ten of them."""
    found = permuted(pl.Series([f"{n:09}" for n in range(20_000)]), 9, SEED)
    for at in range(9):
        counts = found.str.slice(at, 1).value_counts()["count"]
        assert 10 == len(counts)
        assert all(1_800 < count < 2_200 for count in counts)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(1, 48))
def test_decimals(value: str, count: int) -> None:
    """So many digits of a digest, the same in bulk, those of fewer being the first of more."""
    found = decimals_one(SEED.digest(value), count)
    assert count == len(found)
    assert found.isdecimal()
    assert [found] == decimals(SEED.digests(pl.Series([value])), count).to_list()
    assert decimals_one(SEED.digest(value), 48).startswith(found)


@pytest.mark.parametrize("digits", range(1, 19))
def test_written(digits: int) -> None:
    """Zeros stand in front of what has fewer digits."""
    values = [0, 1, 10**digits - 1, 10**digits // 3]
    assert [f"{value:0{digits}}" for value in values] == written(pl.Series(values), digits).to_list()
