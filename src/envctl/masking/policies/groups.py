"""Columns whose values are each other's: those that reference a column, and those that are inherited from one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from envctl.catalogue import Catalogue, Column, Table

Node = tuple[str, str]  # the full name of a table, and a column


@dataclass(frozen=True)
class Group:
    """Columns that are masked alike. `roots` reference none of the others; in a circle one of it is taken for one.

    What a table has from its parents is one column with the parent's: if only partitions have a key, the whole has it.
    """

    members: tuple[Node, ...]
    roots: tuple[Node, ...]
    sources: Mapping[Node, tuple[Node, ...]]  # of those that are no roots: what they reference, or inherit from
    keyed: bool = False  # there is a foreign key among them
    inherited: frozenset[Node] = frozenset()  # that a root is the parent of, and reference nothing else
    tied: Mapping[Node, str] = field(default_factory=dict)  # by a key to a generated column: what that key is called
    circles: Mapping[Node, tuple[Node, ...]] = field(default_factory=dict)  # of a root that leads back to itself


@dataclass
class _Links:
    """What leads from column to column."""

    parents: dict[Node, list[Node]] = field(default_factory=lambda: defaultdict(list))
    keys: dict[Node, list[Node]] = field(default_factory=lambda: defaultdict(list))
    tied: dict[Node, str] = field(default_factory=dict)


def groups(catalogue: Catalogue) -> tuple[Group, ...]:
    """Every column that is not generated, in exactly one group."""
    tables = {table.full: table for table in catalogue.tables}
    nodes = [
        (table.full, column.name) for table in catalogue.tables for column in table.columns if not column.generated
    ]
    links = _Links()
    for table in catalogue.tables:
        _inherit(table, tables, links)
        _reference(table, tables, links)
    families = _united(nodes, links.parents)
    leader = _united(nodes, links.parents, links.keys)
    together: dict[Node, list[Node]] = defaultdict(list)
    for node in nodes:
        together[leader[node]].append(node)
    return tuple(_group(sorted(members), families, links) for members in together.values())


def _inherit(table: Table, tables: Mapping[str, Table], links: _Links) -> None:
    for parent in table.parents:
        for column in table.columns:
            other = tables[parent].column(column.name) if parent in tables else None
            if other and not (other.generated or column.generated):
                links.parents[table.full, column.name].append((parent, column.name))


def _reference(table: Table, tables: Mapping[str, Table], links: _Links) -> None:
    for key in table.foreign_keys:
        for name, other in zip(key.columns, key.references, strict=True):
            if key.table not in tables:
                continue
            here, there = (table.full, name), (key.table, other)
            generated = [_generated(table.column(name)), _generated(tables[key.table].column(other))]
            if any(generated):
                links.tied.update(
                    {node: key.name for node, made in zip((here, there), generated, strict=True) if not made}
                )
            elif here != there:
                links.keys[here].append(there)


def _generated(column: Column | None) -> bool:
    return column is not None and column.generated


def _united(nodes: Iterable[Node], *links: Mapping[Node, list[Node]]) -> dict[Node, Node]:
    """One node that stands for each, the same for those that anything leads between."""
    leader = {node: node for node in nodes}

    def find(node: Node) -> Node:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for node, others in (item for some in links for item in some.items()):
        for other in others:
            leader[find(node)] = find(other)
    return {node: find(node) for node in leader}


def _group(members: list[Node], families: Mapping[Node, Node], links: _Links) -> Group:
    tops: dict[Node, list[Node]] = defaultdict(list)  # of each family: those without parents
    led: dict[Node, list[Node]] = defaultdict(list)  # of each family: what any of it references
    for node in members:
        if not links.parents.get(node):
            tops[families[node]].append(node)
        led[families[node]] += links.keys.get(node, [])
    between = {
        family: tuple(dict.fromkeys(families[other] for other in others if families[other] != family))
        for family, others in led.items()
    }
    found = dict(_roots(sorted(tops, key=tops.__getitem__), {one: others for one, others in between.items() if others}))
    roots = {root: circle for family, circle in found.items() for root in tops[family]}
    inherited = frozenset(node for node in members if families[node] in found and node not in roots)
    return Group(
        members=tuple(members),
        roots=tuple(sorted(roots)),
        sources={
            node: tuple(dict.fromkeys(links.parents[node] if node in inherited else led[families[node]]))
            for node in members
            if node not in roots
        },
        keyed=any(between.values()) or any(links.keys.get(node) for node in members),
        inherited=inherited,
        tied={node: links.tied[node] for node in members if node in links.tied},
        circles={
            root: tuple(top for family in circle for top in tops[family]) for root, circle in roots.items() if circle
        },
    )


def _roots(
    members: Iterable[Node], sources: Mapping[Node, tuple[Node, ...]]
) -> Iterator[tuple[Node, tuple[Node, ...]]]:
    """Those that lead nowhere; where only circles are left, the first of each, and the circle."""
    led: dict[Node, list[Node]] = defaultdict(list)
    for node, others in sources.items():
        for other in others:
            led[other].append(node)
    left = dict.fromkeys(members)
    waiting = [node for node in left if node not in sources]
    yield from ((node, ()) for node in waiting)
    while left:
        while waiting:
            node = waiting.pop()
            if node in left:
                del left[node]
                waiting.extend(led[node])
        if left:
            circle = _circle(next(iter(left)), sources)
            yield circle[0], circle
            waiting = [circle[0]]


def _circle(node: Node, sources: Mapping[Node, tuple[Node, ...]]) -> tuple[Node, ...]:
    """A circle that a node leads to, by name."""
    seen: list[Node] = []
    while node not in seen:
        seen.append(node)
        node = sources[node][0]
    return tuple(sorted(seen[seen.index(node) :]))
