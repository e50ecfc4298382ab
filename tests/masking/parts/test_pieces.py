"""Parts of texts in bulk."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.masking.parts.pieces import patched, replaced
from tests.masking.transforms.laws import texts


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.none(), texts(), st.from_regex(r"([a-z]{0,3}[0-9]{0,3}){0,4}", fullmatch=True)), max_size=8)
)
def test_pieces_are_replaced_where_they_are(values: list[str | None]) -> None:
    """What a pattern finds is replaced and all else stays, as Python's own does it."""
    found = replaced(pl.Series(values, dtype=pl.String), "[0-9]+", lambda pieces, _: "<" + pieces + ">")
    expected = [None if value is None else re.sub("([0-9]+)", r"<\1>", value) for value in values]
    assert expected == found.to_list()


def test_pieces_know_their_row() -> None:
    """Each piece comes with the number of the row that it is of."""
    values = pl.Series(["1a2", None, "b", "3"])
    found = replaced(values, "[0-9]", lambda pieces, rows: pieces + "@" + rows.cast(pl.String))
    assert ["1@0a2@0", None, "b", "3@3"] == found.to_list()


def test_what_stands_between() -> None:
    """What may not stand between pieces is refused, without being repeated."""
    assert ["x,x"] == replaced(
        pl.Series(["1,2"]), "[0-9]", lambda pieces, _: pieces.str.replace(".", "x"), between=","
    ).to_list()
    with pytest.raises(ValueError, match="between") as refused:
        replaced(pl.Series(["1,secret"]), "[0-9]", lambda pieces, _: pieces, between=",")
    assert "secret" not in str(refused.value)


def test_what_is_odd_goes_aside() -> None:
    """Only what was not done in bulk is done one by one, and null stays null."""
    values, quick = pl.Series(["a", "b", None, "c"]), pl.Series(["A", None, None, None], dtype=pl.String)
    assert ["A", "1b", None, "3c"] == patched(values, quick, lambda row, value: f"{row}{value}").to_list()
    assert ["A"] == patched(values[:1], quick[:1], lambda row, value: "never").to_list()
