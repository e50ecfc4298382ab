"""Ranges have two ends in order, and those that differ do not overlap."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from envctl.synthetic.generators.ranges import Range
from tests.synthetic import rows as some

KINDS = ("int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange")


def ends(made: pl.Series) -> pl.DataFrame:
    """Both ends of each, as texts that are in the order of what they say if they are as long."""
    width = pl.all().str.len_chars().max()
    found = made.str.extract_groups(r"^\{?\[([^,]+),([^,]+)\)\}?$").struct.unnest()
    return found.select(pl.all().str.pad_start(32, "0")) if width is not None else found


@pytest.mark.parametrize("kind", [*KINDS, *(kind.replace("range", "multirange") for kind in KINDS)])
def test_ranges_of_all_kinds(kind: str) -> None:
    """Their ends are in order, and moments before the end of time; each nth begins where another ends, or later."""
    table = some.table_of("t", some.typed("c", kind, "other"))
    field = some.field_of(table, "c")
    made = ends(Range().make(field, some.rows(table, 500)))
    assert (made["1"] < made["2"]).all()
    assert 50 < made["1"].n_unique()
    if not kind.startswith(("int", "num")):
        assert (made["2"].str.strip_chars_start("0") <= "2026-01-01 00:00:00").all()
    each = ends(Range().nth(field, np.arange(1000))).sort("1")
    assert (each["2"].head(-1) <= each["1"].tail(-1)).all()


def test_other_types_are_refused() -> None:
    """Ranges that somebody declared are not known."""
    table = some.table_of("t", some.typed("c", "public.floatrange", "other"))
    assert "public.floatrange is no range that is known" == Range().objection(some.field_of(table, "c"))
