"""Aligned columns and the small words in them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.cli.columns import age, columns, width

NOW = datetime(2026, 1, 2, 12, 0, 0, tzinfo=UTC)


def test_columns_are_as_wide_as_they_must_be() -> None:
    """Each column takes the width of its widest cell; no blanks at the end; what is missing is a dash."""
    assert ["A     BB", "ccc   -", "d     東京"] == columns([("ccc", None), ("d", "東京")], ("A", "BB"))


@given(st.lists(st.text(), min_size=1))
def test_a_row_is_always_one_line(labels: list[str]) -> None:
    """Whatever a label holds, each row is one line and the second column starts at one place."""
    lines = columns((label, "|") for label in labels)
    assert all(line.isprintable() for line in lines)
    assert 1 == len({width(line) for line in lines})


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-01-02T12:00:00Z", "now"),
        ("2026-01-02T11:59:18.123456+00:00", "41 s"),
        ("2026-01-02T11:00:01Z", "59 min"),
        ("2026-01-02T06:00:00Z", "6 h"),
        ("2025-12-30T12:00:00+02:00", "3 d"),
        ("2026-01-02T13:00:00Z", "now"),
        ("2026-01-02T11:00:00", "1 h"),
        ("yesterday", "yesterday"),
        (None, "-"),
    ],
)
def test_age(moment: str | None, said: str) -> None:
    """An age in its largest unit; a clock that is ahead of ours makes no negative one."""
    assert said == age(moment, NOW)
