"""Columns that have each other's values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Catalogue
from envctl.masking.policies.groups import Group, groups
from tests.masking.policies.tables import column, table

NAMES = [f"t{i}" for i in range(8)]
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=10)


def grouped(keys: list[tuple[str, str]], parents: list[tuple[str, str]]) -> tuple[Group, ...]:
    """The groups of tables of one column each."""
    return groups(
        Catalogue(
            tuple(
                table(
                    name,
                    "x",
                    keys=[("x", f"{other}.x") for one, other in keys if one == name],
                    parents=tuple(f"public.{other}" for one, other in parents if one == name and other > name),
                )
                for name in NAMES
            )
        )
    )


@given(PAIRS, PAIRS)
def test_each_column_is_in_one_group(keys: list[tuple[str, str]], parents: list[tuple[str, str]]) -> None:
    """Whatever leads where: one group for each column, and what is linked is in the same."""
    found = grouped(keys, parents)
    members = [node for group in found for node in group.members]
    assert sorted((f"public.{name}", "x") for name in NAMES) == sorted(members)
    home = {table: group for group in found for table, _ in group.members}
    linked = [*keys, *((one, other) for one, other in parents if other > one)]
    assert all(home[f"public.{one}"] is home[f"public.{other}"] for one, other in linked)


@given(PAIRS, PAIRS)
def test_everything_leads_to_a_root(keys: list[tuple[str, str]], parents: list[tuple[str, str]]) -> None:
    """There is a root for every column that leads anywhere, and a root is no one's follower."""
    for group in grouped(keys, parents):
        assert group.roots
        assert set(group.members) == {*group.roots, *group.sources}
        assert not set(group.roots) & set(group.sources)
        for node in group.members:
            seen = {node}
            waiting = [node]
            while waiting:
                fresh = set(group.sources.get(waiting.pop(), ())) - seen
                seen |= fresh
                waiting.extend(fresh)
            assert seen & set(group.roots)


def test_what_is_alone_is_a_group() -> None:
    """Without keys and parents each column is its own root; a generated one is in none."""
    (found,) = groups(Catalogue((table("t", "a", column("b", generated=True)),)))
    assert Group((("public.t", "a"),), (("public.t", "a"),), {}) == found


def test_a_circle_has_one_root() -> None:
    """The first by name, and it says who else is in it."""
    found = next(group for group in grouped([("t1", "t2"), ("t2", "t1"), ("t3", "t1")], []) if len(group.members) > 1)
    assert (("public.t1", "x"),) == found.roots
    assert {("public.t1", "x"): (("public.t1", "x"), ("public.t2", "x"))} == found.circles
