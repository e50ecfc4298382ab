"""Edits of a stream."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.seeds.dumps.edits import Edit, edited

TEXT = bytes(range(97, 123))


@given(
    st.lists(st.integers(0, len(TEXT) - 1), max_size=8),
    st.lists(st.binary(max_size=3), min_size=4, max_size=4),
    st.lists(st.integers(0, len(TEXT)), max_size=6),
)
def test_blocks_do_not_matter(places: list[int], puts: list[bytes], cuts: list[int]) -> None:
    """Whatever blocks a stream comes in, the same bytes are replaced."""
    spans = list(zip(sorted(places)[::2], sorted(places)[1::2], strict=False))
    edits = [Edit(start, end, put) for (start, end), put in zip(spans, puts, strict=False)]
    expected, at = b"", 0
    for edit in edits:
        expected, at = expected + TEXT[at : edit.start] + edit.put, edit.end
    edges = [0, *sorted(cuts), len(TEXT)]
    blocks = [TEXT[a:b] for a, b in pairwise(edges)]
    assert expected + TEXT[at:] == b"".join(edited(blocks, edits))


@pytest.mark.parametrize(
    ("edit", "applies"),
    [
        (Edit(0, 1), True),
        (Edit(0, 1, if_role=b"bob"), True),
        (Edit(0, 1, if_role=b"ann"), False),
        (Edit(0, 1, unless_parameter="work_mem"), False),
        (Edit(0, 1, unless_parameter="news"), True),
    ],
)
def test_an_edit_may_depend_on_the_server(edit: Edit, applies: bool) -> None:
    """Some edits are for servers that have a role, or lack a parameter."""
    assert applies == edit.applies(frozenset({b"bob"}), frozenset({"work_mem"}))
