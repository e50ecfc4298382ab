"""Which rows come, against a slow reference in plain Python: closed, and not one more than has to come."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Catalogue, Column, ForeignKey, Table
from envctl.masking.subsets.closure import Rows, close
from envctl.masking.subsets.graph import Graph
from envctl.masking.subsets.keys import Keys, hashes
from envctl.masking.subsets.rules import hold, parse
from tests.masking.conditions.test_where import NOW

Row = dict[str, str | None]
Data = dict[str, list[Row]]
Section = dict[str, dict[str, object]]
VALUES = 4  # so few that keys meet


@dataclass(frozen=True)
class World:
    """A database with rows, and what is asked for of it."""

    catalogue: Catalogue
    rows: Data
    section: Section


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to five tables that reference each other in any way, themselves and in circles too."""
    names = [f"t{n}" for n in range(draw(st.integers(1, 5)))]
    width = 4
    columns = [Column("id", "integer", "integer"), Column("two", "integer", "integer")]
    columns += [Column(f"c{n}", "integer", "integer") for n in range(width)]
    keys = {}
    for name in names:
        found = []
        for n in range(draw(st.integers(0, 3))):
            both = draw(st.booleans())
            mine = draw(st.lists(st.sampled_from([f"c{n}" for n in range(width)]), min_size=2, max_size=2, unique=True))
            other = f"s.{draw(st.sampled_from(names))}"
            found.append(
                ForeignKey(f"k{n}", tuple(mine), other, ("id", "two"))
                if both
                else ForeignKey(f"k{n}", (mine[0],), other, ("id",))
            )
        keys[name] = tuple(found)
    tables = tuple(Table("s", name, tuple(columns), foreign_keys=keys[name]) for name in names)
    value = st.one_of(st.none(), st.integers(0, VALUES).map(str))
    rows: Data = {}
    for table in tables:
        count = draw(st.integers(0, 6))
        rows[table.full] = [
            {"id": str(at), "two": str(at % 2), **{f"c{n}": draw(value) for n in range(width)}} for at in range(count)
        ]
    follows = st.one_of(st.none(), st.booleans(), st.just("list"))
    section: Section = {}
    for name in draw(st.lists(st.sampled_from(names), min_size=1, unique=True)):
        said: dict[str, object] = {}
        if draw(st.booleans()) or not section:
            said["where"] = draw(st.sampled_from(["id < 2", "c0 = 1", "c1 in (1, 2)", "c2 is null", "true"]))
        if (follow := draw(follows)) is not None:
            children = [one.name for one in tables if any(key.table == f"s.{name}" for key in one.foreign_keys)]
            said["follow"] = (
                draw(st.lists(st.sampled_from(children), unique=True))
                if follow == "list" and children
                else follow != "list" and follow
            )
        section[name] = said
    return World(Catalogue(tables), rows, section)


def graph_of(world: World) -> Graph:
    found = hold(parse(world.section), world.catalogue, NOW)
    assert isinstance(found, Graph), found
    return found


def read(graph: Graph, data: Data) -> dict[str, Rows]:
    """What the first reading of a source gives."""
    found = {}
    for full, part in graph.parts.items():
        frame = pl.DataFrame(data[full], schema={column.name: pl.String for column in part.table.columns})
        meets = part.condition.meets(frame) if part.condition else None
        found[full] = Rows(len(frame), meets, {key: Keys(hashes(frame, key)) for key in graph.keys(full)})
    return found


def reference(world: World, graph: Graph) -> dict[str, list[bool]]:
    """The same by following every row to every other, again and again until nothing comes."""
    rows = {
        full: found.to_list()
        for full, found in ((f, r.meets) for f, r in read(graph, world.rows).items())
        if found is not None
    }
    chosen = {(full, at) for full, meets in rows.items() for at, is_met in enumerate(meets) if is_met}
    bringing = set(chosen)
    links = [
        ((table.full, at), (key.table, to))
        for table in world.catalogue.tables
        for key in table.foreign_keys
        for at, row in enumerate(world.rows[table.full])
        for to, other in enumerate(world.rows[key.table])
        if all(
            row[mine] is not None and row[mine] == other[theirs]
            for mine, theirs in zip(key.columns, key.references, strict=True)
        )
    ]

    def brings(child: tuple[str, int], parent: tuple[str, int]) -> bool:
        follow = world.section.get(parent[0].removeprefix("s."), {}).get("follow")
        if child[0] in rows and not rows[child[0]][child[1]]:
            return False
        if follow is None:
            return parent in bringing
        return parent in chosen and (
            follow is True or (isinstance(follow, list) and child[0].removeprefix("s.") in follow)
        )

    before = None
    while before != (len(chosen), len(bringing)):
        before = len(chosen), len(bringing)
        for child, parent in links:
            if child in chosen:
                chosen.add(parent)
            if brings(child, parent):
                chosen.add(child)
                bringing.add(child)
    return {full: [(full, at) in chosen for at in range(len(world.rows[full]))] for full in graph.parts}


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_the_rows_that_come_are_those_of_the_reference(world: World) -> None:
    """All that has to come does, and nothing else: what is referenced is there, whatever circles there are."""
    graph = graph_of(world)
    found = {full: chosen.to_list() for full, chosen in close(graph, read(graph, world.rows)).items()}
    assert reference(world, graph) == found
    for full in found:
        for link in graph.of_child(full):
            for at, row in enumerate(world.rows[full]):
                key = [row[column] for column in link.key.columns]
                there = [[other[c] for c in link.parent_key.columns] for other in world.rows[link.parents[0]]]
                if found[full][at] and None not in key and key in there:
                    assert found[link.parents[0]][there.index(key)]


def test_a_long_chain_and_a_circle_come_whole() -> None:
    """Row after row, as versions of a text follow each other."""
    count = 3000
    chain = Table(
        "s",
        "t",
        (Column("id", "integer", "integer"), Column("last", "integer", "integer")),
        foreign_keys=(ForeignKey("k", ("last",), "s.t", ("id",)),),
    )
    one = Table(
        "s",
        "one",
        (Column("id", "integer", "integer"), Column("first", "integer", "integer")),
        foreign_keys=(ForeignKey("k", ("first",), "s.t", ("id",)),),
    )
    for first in (None, str(count - 1)):  # the chain has a beginning, or is a circle
        rows: Data = {
            "s.t": [{"id": str(at), "last": str(at - 1) if at else first} for at in range(count)],
            "s.one": [{"id": "1", "first": str(count - 1)}],
        }
        graph = graph_of(World(Catalogue((chain, one)), rows, {"one": {"where": "true"}}))
        assert close(graph, read(graph, rows))["s.t"].all()
