"""What is said of rows as they get in."""

from __future__ import annotations

import pytest

from envctl.ops.snapshots.pace import Pace


def test_it_says_table_rows_rate_and_time_left() -> None:
    """Once a second at most; the rate is that of all tables together."""
    said: list[str] = []
    now, share = 100.0, 0.0
    pace = Pace(said.append, lambda: share, lambda: now)
    pace("public.people", 1000)
    now, share = 100.5, 0.1
    pace("public.people", 5000)
    assert [] == said
    now, share = 102.0, 0.25
    pace("public.people", 20000)
    now, share = 104.0, 0.5
    pace("shop.orders", 4000)
    assert [
        "masking people: 20,000 rows, 10,000 a second, 25%, 6 s left",
        "masking shop.orders: 4,000 rows, 6,000 a second, 50%, 4 s left",
    ] == said


def test_it_says_what_is_done_with_them() -> None:
    """Before they are masked they may be chosen."""
    said: list[str] = []
    now = 0.0
    pace = Pace(said.append, lambda: None, lambda: now, "choosing rows of")
    pace("public.people", 1)
    now = 2.0
    pace("public.people", 100)
    assert ["choosing rows of people: 100 rows, 50 a second"] == said


@pytest.mark.parametrize("share", [None, 0.001])
def test_nobody_guesses_the_end_of_what_has_none(share: float | None) -> None:
    """As of a live server, or before enough was read."""
    said: list[str] = []
    now = 0.0
    pace = Pace(said.append, lambda: share, lambda: now)
    pace("public.people", 1)
    now = 2.0
    pace("public.people", 100)
    assert ["masking people: 100 rows, 50 a second"] == said
