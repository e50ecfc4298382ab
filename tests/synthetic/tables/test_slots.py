"""Rows shared out among those of another table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.synthetic.draws import Draws
from envctl.synthetic.tables.references import Beside, Each, Owned, Relative, Tree
from envctl.synthetic.tables.slots import SKEWS, Slots
from tests.synthetic.test_draws import numbers


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000), st.integers(1, 700), st.sampled_from(sorted(SKEWS.values())))
def test_every_child_has_one_parent_and_both_sides_agree(children: int, parents: int, skew: float) -> None:
    """What `before` says of parents is what `parent` says of children, and bounds are kept."""
    slots = Slots(children, parents, skew)
    counts = np.bincount(slots.parent(numbers(children)), minlength=parents)
    assert np.diff(slots.before(numbers(parents + 1))).tolist() == counts.tolist()
    assert slots.most >= counts.max(initial=0)
    assert slots.least <= counts.min(initial=children)


def test_a_few_parents_have_much() -> None:
    """With a high skew the first tenth has about a third of all, and without any all have as many."""
    assert 310 <= Slots(1000, 100, SKEWS["high"]).before(numbers(1, 10))[0] <= 320
    assert {10} == set(np.bincount(Slots(1000, 100, SKEWS["none"]).parent(numbers(1000))).tolist())


def test_less_skew_where_no_parent_may_have_so_many() -> None:
    """The most that a parent has is what is asked for at most, as long as all children find room."""
    slots = Slots(1000, 100, 2.0).within(12)
    assert slots is not None
    assert slots.most <= 12
    assert Slots(1000, 100, 2.0).within(9) is None


def owned(children: int, parents: int, name: str = "owned") -> Owned:
    """Rows that belong to parents."""
    return Owned(Slots(children, parents, 1.25), Draws(1, name))


def test_rows_of_one_parent_are_counted_without_gaps() -> None:
    """Each parent's rows have the ordinals 0, 1, 2 …"""
    way, rows = owned(500, 40), numbers(500)
    by_parent: dict[int, list[int]] = {}
    for parent, ordinal in zip(way.parents(rows).tolist(), way.ordinals(rows).tolist(), strict=True):
        by_parent.setdefault(parent, []).append(ordinal)
    assert all(list(range(len(found))) == sorted(found) for found in by_parent.values())


def test_a_child_is_found_from_its_parent() -> None:
    """`children` gives rows that have just that parent."""
    way = owned(500, 40)
    parents = numbers(40)
    assert parents.tolist() == way.parents(way.children(parents, numbers(40, 9000))).tolist()


def test_pairs_never_come_twice() -> None:
    """Rows of one owner get different partners, as long as there are enough."""
    way, rows = owned(600, 40), numbers(600)
    beside = Beside(way, Draws(1, "beside"), 60)
    pairs = set(zip(way.parents(rows).tolist(), beside.parents(rows).tolist(), strict=True))
    assert 600 == len(pairs)
    assert {True} == {0 <= partner < 60 for _, partner in pairs}


def test_digits_of_partners_never_come_twice_together() -> None:
    """Two columns that are digits of one choice differ together."""
    way, rows = owned(600, 40), numbers(600)
    low, high = (Beside(way, Draws(1, "d"), 60, divisor, size) for divisor, size in ((1, 12), (12, 5)))
    found = set(zip(*(w.parents(rows).tolist() for w in (way, low, high)), strict=True))
    assert 600 == len(found)


def test_another_parent_for_each() -> None:
    """No parent comes twice; rows for whom there is none are told."""
    each = Each(Draws(1, "each"), 50, 30)
    there = ~each.left(numbers(50))
    assert 30 == there.sum()
    assert list(range(30)) == sorted(each.parents(numbers(50))[there].tolist())


@pytest.mark.parametrize("rooted", [True, False])
def test_a_tree_grows_from_its_roots(rooted: bool) -> None:
    """Whoever is no root references an earlier row; a root nothing, or itself."""
    tree, rows = Tree(Draws(1, "tree"), 0.05, rooted), numbers(1000)
    parents, roots = tree.parents(rows), tree.roots(rows)
    assert ((parents < rows) | (parents == rows) & rooted | roots).all()
    assert 0 < (parents == rows).sum() < 100 if rooted else 0 < roots.sum() < 100


def test_relatives_belong_to_the_same() -> None:
    """A row that references two tables of one owner references rows of the same one."""
    orders, products = owned(400, 20, "orders"), owned(90, 20, "products")
    lines = owned(1000, 20, "lines")
    way = Relative(lines, products, Draws(1, "relative"))
    assert lines.parents(numbers(1000)).tolist() == products.parents(way.parents(numbers(1000))).tolist()
    assert orders.slots.least > 0
