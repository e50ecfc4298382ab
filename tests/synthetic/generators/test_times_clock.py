"""Times of day."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from envctl.synthetic.base import Impossible, Limits
from envctl.synthetic.generators.times_clock import Clock, since_midnight
from envctl.synthetic.generators.times_days import NONE
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
    narrow = some.field_of(table, "c", Limits(low="08:00:00.5", high="08:00:01.50"))
    assert (1, "08:00:01") == (Clock().space(narrow), Clock().nth(narrow, np.arange(1))[0])
    with pytest.raises(Impossible, match=r"public\.t\.c: its limit noon is no time of day"):
        Clock().space(some.field_of(table, "c", Limits(low="noon")))


def test_times_are_read_as_they_are_written() -> None:
    """What is none, and null, is none."""
    assert [0, 86399, NONE, NONE] == list(since_midnight(pl.Series(["00:00:00", "23:59:59.9+02", "noon", None])))
