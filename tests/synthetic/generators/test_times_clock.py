"""Times of day and intervals."""

from __future__ import annotations

import numpy as np
import pytest

from envctl.synthetic.base import Impossible, Limits
from envctl.synthetic.generators.times_clock import Clock, Duration, lasting, read_interval
from tests.synthetic import rows as some


def test_what_ends_does_so_after_what_starts() -> None:
    """By their names, without knowing each other."""
    names = ("opening_time", "start_time", "end_time")
    table = some.table_of("t", *(some.typed(name, "time without time zone", "time") for name in names))
    made = {name: Clock().make(some.field_of(table, name), some.rows(table, 2000)) for name in names}
    assert (made["start_time"] < made["end_time"]).all()
    assert made["opening_time"].n_unique() > 100


def test_times_are_within_their_limits() -> None:
    """Also those that all differ: there are as many as seconds."""
    table = some.table_of("t", some.typed("c", "time without time zone", "time"))
    field = some.field_of(table, "c", Limits(low="22:30:00", high="22:31:00+00", never=("22:30:01",)))
    assert {"22:30:00", "22:31:00"} >= set(Clock().make(field, some.rows(table, 100)))
    each = Clock().nth(field, np.arange(Clock().space(field))).to_list()
    assert ["22:30:00", "22:30:02"] == each[:2]
    assert (60, "22:31:00") == (len(set(each)), each[-1])
    with pytest.raises(Impossible, match=r"public\.t\.c: its limit noon is no time of day"):
        Clock().space(some.field_of(table, "c", Limits(low="noon")))


def test_intervals_are_within_their_limits() -> None:
    """In whole minutes."""
    table = some.table_of("t", some.typed("c", "interval", "other"))
    field = some.field_of(table, "c", Limits(low="00:00:01", high="1 day 00:02:00"))
    assert (24 * 60 + 2, "1 minutes") == (Duration().space(field), Duration().nth(field, np.arange(1))[0])
    assert all(0 < seconds <= 8 * 3600 for seconds in lasting(Duration().make(field, some.rows(table, 500))))
    assert "no interval is left between its limits" == Duration().objection(
        some.field_of(table, "c", Limits(high="-01:00:00"))
    )


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("01:02:03", 3723),
        ("2 days", 172800),
        ("-1 days +02:00:00", -79200),
        ("-00:00:10", -10),
        ("1 mon", None),
        ("", None),
    ],
)
def test_intervals_are_read(text: str, seconds: int | None) -> None:
    """As the server writes them; what has no exact length is not guessed."""
    assert seconds == read_interval(text)
