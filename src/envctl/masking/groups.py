"""Columns whose values are each other's: those that reference a column, and those that are inherited from one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from envctl.catalogue import Catalogue, Column, Table

Node = tuple[str, str]  # the full name of a table, and a column


@dataclass(frozen=True)
class Group:
    """Columns that are masked alike. `roots` reference none of the others; in a circle one of it is taken for one."""

    members: tuple[Node, ...]
    roots: tuple[Node, ...]
    sources: Mapping[Node, tuple[Node, ...]]  # of those that are no roots: what they reference, or inherit from
    keyed: bool = False  # there is a foreign key among them
    inherited: frozenset[Node] = frozenset()  # that reference none, and only come from a table's parents
    tied: Mapping[Node, str] = field(default_factory=dict)  # by a key to a generated column: what that key is called
    circles: Mapping[Node, tuple[Node, ...]] = field(default_factory=dict)  # of a root that leads back to itself


@dataclass
class _Links:
    """What leads from column to column."""

    sources: dict[Node, list[Node]] = field(default_factory=lambda: defaultdict(list))
    keyed: set[Node] = field(default_factory=set)  # that reference another
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
    leader = _united(nodes, links.sources)
    together: dict[Node, list[Node]] = defaultdict(list)
    for node in nodes:
        together[leader[node]].append(node)
    return tuple(_group(sorted(members), links) for members in together.values())


def _inherit(table: Table, tables: Mapping[str, Table], links: _Links) -> None:
    for parent in table.parents:
        for column in table.columns:
            other = tables[parent].column(column.name) if parent in tables else None
            if other and not (other.generated or column.generated):
                links.sources[table.full, column.name].append((parent, column.name))


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
                links.sources[here].append(there)
                links.keyed.add(here)


def _generated(column: Column | None) -> bool:
    return column is not None and column.generated


def _united(nodes: Iterable[Node], sources: Mapping[Node, list[Node]]) -> dict[Node, Node]:
    """One node that stands for each, the same for those that anything leads between."""
    leader = {node: node for node in nodes}

    def find(node: Node) -> Node:
        while leader[node] != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for node, others in sources.items():
        for other in others:
            leader[find(node)] = find(other)
    return {node: find(node) for node in leader}


def _group(members: list[Node], links: _Links) -> Group:
    sources = {node: tuple(dict.fromkeys(links.sources[node])) for node in members if links.sources.get(node)}
    roots = dict(sorted(_roots(members, sources)))
    keyed = links.keyed.intersection(members)
    return Group(
        members=tuple(members),
        roots=tuple(roots),
        sources={node: others for node, others in sources.items() if node not in roots},
        keyed=bool(keyed),
        inherited=frozenset(node for node in sources if node not in keyed),
        tied={node: links.tied[node] for node in members if node in links.tied},
        circles={root: circle for root, circle in roots.items() if circle},
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
