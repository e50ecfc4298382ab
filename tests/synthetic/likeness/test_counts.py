"""Some customers of an example have more orders than others; so have those that are made up."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from envctl.catalogue import Column, ForeignKey, Table
from envctl.seeds.shapes.limits import limits
from envctl.shape import ColumnShape, Shape, TableShape
from envctl.synthetic.likeness.counts import skew_of
from envctl.synthetic.settings import Settings
from envctl.synthetic.tables.counts import counted
from envctl.synthetic.tables.slots import SKEWS, Slots
from envctl.synthetic.tables.targets import Target


def like(skew: str, parents: int = 2000) -> ColumnShape:
    """A column that references them so unevenly."""
    slots = Slots(20 * parents, parents, SKEWS[skew])
    each = np.diff(slots.before(np.arange(parents + 1)))
    counts = Counter(each[each > 0].tolist())
    return ColumnShape(distinct=int((each > 0).sum()), repeats=limits(counts))


@pytest.mark.parametrize("skew", ["none", "low", "high"])
def test_what_is_made_with_a_skew_is_seen_to_have_it(skew: str) -> None:
    """By how many rows reference the same parent."""
    assert skew == skew_of(like(skew), 2000)


def test_parents_without_rows_count_too() -> None:
    """Few that have all rows are a large skew, even if these few are alike."""
    assert "high" == skew_of(ColumnShape(distinct=300, repeats=(5, 5, 5)), 2000)


def test_what_is_not_known_is_not_guessed() -> None:
    """And where each row has another parent, none has more than others."""
    assert None is skew_of(ColumnShape(), 2000)
    assert None is skew_of(ColumnShape(distinct=3), 3)
    assert "none" == skew_of(ColumnShape(distinct="all"), 2000)


def test_rows_are_counted_as_in_an_example() -> None:
    """As many, and as unevenly; what is said of a table counts more."""
    column = (Column("customer", "integer", "integer"),)
    key = ForeignKey("fk", ("customer",), "public.customers", ("id",))
    customers = Table("public", "customers", (Column("id", "integer", "integer"),), ("id",))
    tables = (customers, Table("public", "orders", column, foreign_keys=(key,)))
    shape = Shape(
        {"public.customers": TableShape(2000), "public.orders": TableShape(40_000, {"customer": like("high")})}
    )
    targets = tuple(map(Target, tables))
    found = counted(targets, frozenset(), Settings(counts={"customers": 7}), shape)
    assert (7, 40_000, "high") == (
        found["public.customers"].rows,
        found["public.orders"].rows,
        found["public.orders"].skew,
    )
