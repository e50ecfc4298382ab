"""What is remembered of masked values changes no result, and is bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.memo import Memo

BLOCKS = st.lists(st.lists(st.text(max_size=3), min_size=1, max_size=20), max_size=6)


def asked(counts: Counter[str]) -> Callable[[pl.Series], pl.Series]:
    """Something that masks, and counts what it was asked for."""

    def make(values: pl.Series) -> pl.Series:
        counts.update(values.to_list())
        return values + "!"

    return make


@given(BLOCKS, st.integers(0, 30))
def test_results_are_those_without_it(blocks: list[list[str]], most: int) -> None:
    """Whatever came before, and however little is remembered."""
    memo = Memo(most)
    for block in blocks:
        values = pl.Series(block, dtype=pl.String)
        assert [f"{value}!" for value in block] == memo.made(values, asked(Counter())).to_list()


@given(BLOCKS)
def test_no_value_is_masked_twice(blocks: list[list[str]]) -> None:
    """As long as all of them can be remembered."""
    memo, counts = Memo(), Counter[str]()
    for block in blocks:
        memo.made(pl.Series(block, dtype=pl.String), asked(counts))
    assert set(counts.values()) <= {1}


def test_it_gives_up_where_values_do_not_come_again() -> None:
    """All at once is cheaper then."""
    memo, counts = Memo(2), Counter[str]()
    for block in (["a", "b", "c"], ["d", "d"]):
        memo.made(pl.Series(block), asked(counts))
    assert 2 == counts["d"]


def test_it_learns_no_more_than_it_can_hold_but_keeps_what_helps() -> None:
    """What it knows is still looked up, and what is new is masked each time."""
    memo, counts = Memo(2), Counter[str]()
    for block in (["a", "a", "a", "b"], ["a", "b", "c"], ["a", "c", "c"]):
        memo.made(pl.Series(block), asked(counts))
    assert {"a": 1, "b": 1, "c": 2} == dict(counts)
