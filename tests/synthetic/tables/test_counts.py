"""How many rows tables get."""

from __future__ import annotations

from typing import Any

import pytest

from envctl.catalogue import Unique
from envctl.shape import Shape, TableShape
from envctl.synthetic.base import Impossible
from envctl.synthetic.settings import Settings
from envctl.synthetic.tables.counts import Count, counted
from envctl.synthetic.tables.order import ordered
from envctl.synthetic.tables.targets import targets_of
from tests.synthetic.schemas import catalogue, references, table, whole, word

SHOP = catalogue(
    table("customers", whole("id"), *(word(f"about{n}") for n in range(5))),
    table("countries", whole("id"), word("name")),
    table("orders", whole("id"), whole("customer"), keys=[references("customer", "customers")]),
    table("lines", whole("id"), whole("order"), keys=[references("order", "orders")]),
    table(
        "profiles",
        whole("id"),
        whole("customer"),
        uniques=[Unique("one", ("customer",))],
        keys=[references("customer", "customers")],
    ),
)


def counts(shape: Shape | None = None, **said: Any) -> dict[str, Count]:
    """By the tables' names."""
    targets, against = ordered(targets_of(SHOP))
    found = counted(targets, against, Settings.model_validate(said), shape)
    return {name.removeprefix("shop."): count for name, count in found.items()}


def rows(**said: Any) -> dict[str, int]:
    """The rows alone."""
    return {name: count.rows for name, count in counts(**said).items()}


def test_children_are_more_than_their_parents_and_lists_are_short() -> None:
    """Without a word: a thousand, three for each of them, fewer of a list, one for each where that is the most."""
    assert {"customers": 1000, "countries": 50, "orders": 3000, "lines": 9000, "profiles": 1000} == rows()


def test_counts_are_what_is_said() -> None:
    """As a number, or per parent; what belongs to it follows."""
    said = rows(rows=100, counts={"customers": 10, "orders": {"per": "customers", "mean": 2.5}})
    assert (10, 25, 75) == (said["customers"], said["orders"], said["lines"])


def test_rows_per_parent_belong_to_that_parent() -> None:
    """The foreign key to it is the one that rows are shared out by, with the skew that is said."""
    said = counts(counts={"orders": {"per": "shop.customers", "skew": "high"}})["orders"]
    assert ("customer_fkey", "high", True) == (said.owner and said.owner.name, said.skew, said.said)


def test_an_example_says_how_many_there_are_and_settings_win() -> None:
    """The rows of the shape, where nothing else is said."""
    shape = Shape({"shop.customers": TableShape(77), "shop.countries": TableShape(5)})
    found = counts(shape, counts={"countries": 3})
    assert (77, 3, 231) == (found["customers"].rows, found["countries"].rows, found["orders"].rows)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"nothing": 1}, "counts: nothing: there is no such table"),
        ({"custmers": 1}, "did you mean customers"),
        (
            {"orders": {"per": "countries"}},
            "orders does not reference countries by a foreign key; those it does: shop.c",
        ),
        ({"orders": {"per": "customers", "mean": 1e6}, "customers": 10**9}, "at most 10,000,000,000 can be made"),
        ({"a.b.c": 1}, "is no name of a table"),
    ],
)
def test_what_cannot_be_is_said(said: Any, message: str) -> None:
    """A count of a table that is not there, or that does not belong to that parent, is an error that names it."""
    with pytest.raises(Impossible, match=message):
        counts(counts=said)


@pytest.mark.parametrize("said", [-1, 1.5, "many", 10**11, {"per": "customers", "mean": 0}, {"mean": 3}])
def test_absurd_counts_are_refused(said: Any) -> None:
    """Below zero, above what can be made, no number."""
    with pytest.raises(ValueError, match="counts"):
        Settings.model_validate({"counts": {"orders": said}})
