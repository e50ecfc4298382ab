"""Numbers of so many digits, exchanged by the key."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.digits import MOST, decimals, decimals_one, permuted, permuted_one, written
from envctl.masking.key import Seed

SEED = Seed("word of the tests")


@pytest.mark.parametrize("digits", [1, 2, 3, 4])
def test_a_permutation(digits: int) -> None:
    """All numbers of a length change places among themselves, and another key has another order."""
    all_of_them = pl.int_range(10**digits, eager=True)
    found = permuted(all_of_them, digits, SEED)
    assert all_of_them.to_list() == sorted(found)
    assert found.to_list() != permuted(all_of_them, digits, Seed("another")).to_list()
    assert found.to_list() != all_of_them.to_list()


@pytest.mark.parametrize("digits", range(1, MOST + 1))
def test_no_two_become_the_same(digits: int) -> None:
    """Of whatever length, at its borders too: many at once, few at once and one by one are the same."""
    step = max(10**digits // 30_011, 1)
    values = (
        pl.Series([*range(0, 10**digits, step)][:30_000])
        .extend(pl.Series([10**digits - 1]))
        .unique(maintain_order=True)
    )
    seed = Seed(f"of {digits} digits")  # one whose sums nobody has asked for yet
    few, many = permuted(values[:50], digits, seed), permuted(values, digits, seed)
    assert len(values) == many.n_unique()
    assert few.to_list() == many[:50].to_list() == [permuted_one(value, digits, seed) for value in values[:50]]
    assert 0 <= min(many)
    assert max(many) < 10**digits


def test_null_is_null() -> None:
    """Of one digit and of more."""
    for digits in (1, 2, 10):
        assert [None, permuted_one(7, digits, SEED)] == permuted(pl.Series([None, 7]), digits, SEED).to_list()


def test_neighbours_are_no_neighbours() -> None:
    """Numbers that follow each other become ones that have nothing to do with each other."""
    found = permuted(pl.int_range(10_000, eager=True) + 5_550_000_000, 10, SEED)
    steps = found.diff().drop_nulls()
    assert 9_990 < steps.n_unique()
    assert 4_500 < (steps > 0).sum() < 5_500


def test_digits_come_up_equally_often() -> None:
    """At each place of the results, all ten of them."""
    found = written(permuted(pl.int_range(20_000, eager=True), 9, SEED), 9)
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


@pytest.mark.parametrize("digits", range(1, MOST + 1))
def test_written(digits: int) -> None:
    """Zeros stand in front of what has fewer digits."""
    values = [0, 1, 10**digits - 1, 10**digits // 3]
    assert [f"{value:0{digits}}" for value in values] == written(pl.Series(values), digits).to_list()
