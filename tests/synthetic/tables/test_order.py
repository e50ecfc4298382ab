"""The order in which tables are made."""

from __future__ import annotations

import pytest

from envctl.catalogue import Catalogue
from envctl.synthetic.base import Impossible
from envctl.synthetic.tables.order import ordered
from envctl.synthetic.tables.targets import targets_of
from tests.synthetic.schemas import catalogue, references, table, whole


def names(found: Catalogue) -> tuple[list[str], set[tuple[str, str]]]:
    """The tables in their order, and what leads against it."""
    targets, against = ordered(targets_of(found))
    return [target.table.name for target in targets], set(against)


def test_those_that_are_referenced_come_first() -> None:
    """A child comes behind all of its parents, and behind itself it need not."""
    found = catalogue(
        table("lines", whole("id"), whole("order"), keys=[references("order", "orders")]),
        table("orders", whole("id"), whole("customer"), keys=[references("customer", "customers")]),
        table("customers", whole("id"), whole("friend", nullable=True), keys=[references("friend", "customers")]),
    )
    assert (["customers", "orders", "lines"], set()) == names(found)


def test_a_circle_is_opened_where_a_column_may_be_null() -> None:
    """The foreign key that may be filled later leads against the order."""
    found = catalogue(
        table("teams", whole("id"), whole("lead", nullable=True), keys=[references("lead", "people")]),
        table("people", whole("id"), whole("team"), keys=[references("team", "teams")]),
    )
    assert (["teams", "people"], {("shop.teams", "lead_fkey")}) == names(found)


def test_a_circle_is_opened_where_a_constraint_may_wait() -> None:
    """Else by one that is deferrable."""
    found = catalogue(
        table("teams", whole("id"), whole("lead"), keys=[references("lead", "people")]),
        table("people", whole("id"), whole("team"), keys=[references("team", "teams", deferrable=True)]),
    )
    assert (["people", "teams"], {("shop.people", "team_fkey")}) == names(found)


def test_a_circle_that_nothing_opens_is_refused_by_its_names() -> None:
    """No row could come first: tables and constraints are named."""
    found = catalogue(
        table("teams", whole("id"), whole("lead"), keys=[references("lead", "people")]),
        table("people", whole("id"), whole("team"), keys=[references("team", "teams")]),
        table("visits", whole("id"), whole("who"), keys=[references("who", "people")]),
    )
    with pytest.raises(
        Impossible, match=r"lead_fkey, team_fkey make a circle \(shop.teams → shop.people → shop.teams\)"
    ):
        names(found)
