"""Intervals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from envctl.synthetic.base import Impossible, Limits
from envctl.synthetic.generators.times_days import DAY, NONE
from envctl.synthetic.generators.times_lengths import Duration, Spelled, lasting, spelled
from tests.synthetic import rows as some


def test_intervals_are_within_their_limits() -> None:
    """In whole minutes; a month has 30 days, as for the server that compares them."""
    table = some.table_of("t", some.typed("c", "interval", "other"))
    field = some.field_of(table, "c", Limits(low="00:00:01", high="1 mon 1 day 00:02:00"))
    assert (31 * 24 * 60 + 2, "1 minutes") == (Duration().space(field), Duration().nth(field, np.arange(1))[0])
    assert all(0 < seconds <= 8 * 3600 for seconds in lasting(Duration().make(field, some.rows(table, 500))))
    below = some.field_of(table, "c", Limits(high="-01:00:00"))
    assert "no interval is left between its limits" == Duration().objection(below)
    with pytest.raises(Impossible, match=r"public\.t\.c: its limit long is no interval"):
        Duration().space(some.field_of(table, "c", Limits(low="long")))


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        ("interval year", "years"),
        ("interval day to hour", "hours"),
        ("interval(3)", "minutes"),
        ("interval day", "days"),
    ],
)
def test_no_more_is_said_than_the_type_keeps(kind: str, unit: str) -> None:
    """An interval of years forgets its minutes, so that all would be the same."""
    table = some.table_of("t", some.typed("c", kind, "other"))
    made = Duration().make(some.field_of(table, "c"), some.rows(table, 200))
    assert made.str.ends_with(f" {unit}").all()
    assert 20 <= made.n_unique()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("01:02:03.5", Spelled(0, 0, Fraction(7447, 2))),
        ("2 days", Spelled(0, 2, Fraction(0))),
        ("-1 days +02:00:00", Spelled(0, -1, Fraction(7200))),
        ("1 year -2 mons -00:00:10", Spelled(10, 0, Fraction(-10))),
        ("3 weeks", None),
        ("", None),
    ],
)
def test_intervals_are_read(text: str, said: Spelled | None) -> None:
    """As the server writes them."""
    assert said == spelled(text)


def test_what_is_made_is_read_back() -> None:
    """In seconds; what somebody else writes is not."""
    made = pl.Series(["5 minutes", "2 days", "01:00:00", None])
    assert [300, 2 * DAY, NONE, NONE] == list(lasting(made))
