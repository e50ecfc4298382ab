"""Rows as COPY writes them in binary form."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.seeds.rows.binary import Broken, Row, rows

HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
END = struct.pack("!h", -1)
ROWS = st.lists(st.lists(st.none() | st.binary(max_size=9), max_size=3).map(tuple), max_size=5)


def written(some: list[Row]) -> bytes:
    """As Postgres writes them."""
    said = HEAD
    for row in some:
        said += struct.pack("!h", len(row))
        for value in row:
            said += struct.pack("!i", -1) if value is None else struct.pack("!i", len(value)) + value
    return said + END


@settings(max_examples=60, deadline=None)
@given(ROWS, st.integers(1, 30))
def test_rows_are_read_however_they_are_cut(some: list[Row], size: int) -> None:
    """Blocks end anywhere, in the header too, and nulls are no empty values."""
    text = written(some)
    assert some == list(rows(text[at : at + size] for at in range(0, len(text), size)))


@settings(max_examples=30, deadline=None)
@given(ROWS, st.data())
def test_half_an_answer_is_none(some: list[Row], data: st.DataObject) -> None:
    """Without its last two bytes at the latest it is broken: no row is missed in silence."""
    text = written(some)
    with pytest.raises(Broken):
        list(rows([text[: data.draw(st.integers(0, len(text) - 1))]]))


def test_what_is_no_copy_is_broken() -> None:
    """An error message is not read as rows."""
    with pytest.raises(Broken):
        list(rows([b"ERROR:  relation does not exist"]))
