"""Numbers come back in order, whatever of them was spilled, and by whatever threads they were added."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.proof.runs import PARTS, Columns, Runs

SCHEMA = {"hash": pl.UInt64, "length": pl.UInt16, "same": pl.Boolean}
ROWS = st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**16 - 1), st.booleans())


def columns(rows: list[tuple[int, int, bool]]) -> Columns:
    hashes, lengths, same = zip(*rows, strict=True) if rows else ((), (), ())
    return {
        "hash": np.array(hashes, np.uint64),
        "length": np.array(lengths, np.uint16),
        "same": np.array(same, np.bool_),
    }


@given(st.lists(st.lists(ROWS, max_size=30), max_size=8), st.integers(1, 60), st.sampled_from([1, 2, 16, PARTS]))
def test_all_rows_come_back_in_order(blocks: list[list[tuple[int, int, bool]]], limit: int, count: int) -> None:
    """Each once, with what belongs to it, in as many parts as are wanted."""
    runs = Runs(SCHEMA, limit, None)
    for block in blocks:
        runs.add(columns(block))
    rows = [row for block in blocks for row in block]
    assert len(rows) == runs.rows
    parts = list(runs.parts(count))
    assert count == len(parts)
    assert sorted(rows) == sorted(row for part in parts for row in part.rows())
    assert sorted(row[0] for row in rows) == [number for part in parts for number in part["hash"]]
    assert all(SCHEMA == part.schema for part in parts)


def test_little_stays_in_memory(tmp_path: Path) -> None:
    """And so nothing is written."""
    runs = Runs(SCHEMA, 10, tmp_path)
    runs.add(columns([(3, 1, True), (2, 1, False)]))
    assert not runs.spilled
    assert [2, 3] == next(runs.parts(1))["hash"].to_list()


@pytest.mark.parametrize("limit", [1_000, 50_000])
def test_threads_may_add_at_the_same_time(limit: int) -> None:
    """None waits for another to spill, and no row is lost."""
    runs = Runs(SCHEMA, limit, None)
    numbers = np.random.default_rng(1).permutation(np.arange(200_000, dtype=np.uint64) * np.uint64(2**40))
    blocks = np.split(numbers, 400)
    with ThreadPoolExecutor(8) as pool:
        for block in blocks:
            made = {"hash": block, "length": (block >> np.uint64(40)).astype(np.uint16), "same": block > 0}
            pool.submit(runs.add, made)
    found = pl.concat(runs.parts(PARTS))
    assert np.array_equal(np.sort(numbers), found["hash"].to_numpy())
    assert np.array_equal((found["hash"].to_numpy() >> np.uint64(40)).astype(np.uint16), found["length"].to_numpy())
