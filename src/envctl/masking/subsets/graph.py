"""What hangs together by foreign keys, and what has to be read of it to know which rows come. Pure.

Rows are counted by the table that their COPY names: of a partitioned table mostly its partitions, and itself in a dump
that was made with --load-via-partition-root. It counts as one: a foreign key that one of its partitions declares is
followed from the rows of all of them, and who references it may mean a row of any. Inheriting tables have the foreign
keys that they declare.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from envctl.catalogue import Catalogue, ForeignKey, Table
from envctl.masking.conditions.where import Condition
from envctl.masking.subsets.forms import forms
from envctl.masking.subsets.keys import Key


@dataclass(frozen=True)
class Reference:
    """A foreign key: rows of the child with such a key belong to those of any of the parents that have it."""

    name: str
    child: str  # full names, as all of them
    key: Key
    parents: tuple[str, ...]
    parent_key: Key


@dataclass(frozen=True)
class Part:
    """A table of which not all rows come. `follow`: which tables its rows bring: all, none, those; None as usual."""

    table: Table
    condition: Condition | None = None
    follow: bool | frozenset[str] | None = None

    @property
    def full(self) -> str:
        """Its full name."""
        return self.table.full


@dataclass(frozen=True)
class Graph:
    """The tables that are connected with one that is named; all others come whole."""

    parts: Mapping[str, Part]
    references: tuple[Reference, ...]

    def of_child(self, table: str) -> tuple[Reference, ...]:
        """What the rows of a table reference."""
        return self._children.get(table, ())

    def of_parent(self, table: str) -> tuple[Reference, ...]:
        """What references the rows of a table."""
        return self._parents.get(table, ())

    def keys(self, table: str) -> tuple[Key, ...]:
        """What has to be known of its rows."""
        found = (reference.key for reference in self.of_child(table))
        return tuple(dict.fromkeys((*found, *(reference.parent_key for reference in self.of_parent(table)))))

    @cached_property
    def _children(self) -> Mapping[str, tuple[Reference, ...]]:
        return _by((reference.child, reference) for reference in self.references)

    @cached_property
    def _parents(self) -> Mapping[str, tuple[Reference, ...]]:
        return _by((parent, reference) for reference in self.references for parent in reference.parents)


def _by(pairs: Iterable[tuple[str, Reference]]) -> Mapping[str, tuple[Reference, ...]]:
    found: dict[str, list[Reference]] = defaultdict(list)
    for name, reference in pairs:
        found[name].append(reference)
    return {name: tuple(references) for name, references in found.items()}


@dataclass(frozen=True)
class Odd:
    """A foreign key that cannot be followed, and why."""

    table: str
    name: str
    why: str


class Relations:
    """The foreign keys of a database, with its partitions as one."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._tables = {table.full: table for table in catalogue.tables}
        self._inheritors: dict[str, list[str]] = defaultdict(list)
        self._known: dict[str, tuple[ForeignKey, ...]] = {}
        for table in catalogue.tables:
            for parent in table.parents:
                self._inheritors[parent].append(table.full)

    def family(self, full: str) -> tuple[str, ...]:
        """Where rows of a table may be: in itself, its partitions, and what it is a partition of."""
        table = self._tables[full]
        above = (parent for parent in table.parents if parent in self._tables and self._tables[parent].partitioned)
        return tuple(dict.fromkeys((full, *(self._inheritors[full] if table.partitioned else ()), *above)))

    def inheritors(self, full: str) -> tuple[str, ...]:
        """What has all of its columns: its partitions, and what inherits from it."""
        return tuple(self._inheritors[full])

    def connected(self, named: Iterable[str]) -> set[str]:
        """All tables that foreign keys connect with one of these, over whatever others."""
        beside: dict[str, set[str]] = defaultdict(set)
        for full in self._tables:
            for other in (*self.family(full), *(key.table for key in self._keys(full))):
                beside[full].add(other)
                beside[other].add(full)
        found: set[str] = set()
        waiting = list(named)
        while waiting:
            if (one := waiting.pop()) not in found:
                found.add(one)
                waiting.extend(beside[one])
        return found

    def references(self, tables: Iterable[str]) -> Iterator[Reference | Odd]:
        """The foreign keys of those tables; of a partition and of the whole those of all partitions."""
        return (self._reference(full, key) for full in tables for key in self._keys(full))

    def _keys(self, full: str) -> tuple[ForeignKey, ...]:
        """Those that a table has, each once; as all partitions of one thing have the same, they are found once."""
        whole = self.family(full)[-1] if self._tables[full].parents else full
        if whole not in self._known:
            owners = self.family(whole) if self._tables[whole].partitioned else (whole,)
            keys = (key for owner in owners for key in self._tables[owner].foreign_keys if key.table in self._tables)
            self._known[whole] = tuple({(key.columns, key.table, key.references): key for key in keys}.values())
        return self._known[whole]

    def _reference(self, full: str, key: ForeignKey) -> Reference | Odd:
        child, parent = self._tables[full], self._tables[key.table]
        pairs = []
        for one, other in zip(key.columns, key.references, strict=True):
            column, referenced = child.column(one), parent.column(other)
            if column is None or referenced is None or column.generated or referenced.generated:
                return Odd(full, key.name, "it is on a column that is computed, and in no copy of the rows")
            pair = None if _blind(parent, key.references) else forms(column, referenced)
            if pair is None:
                types = column.type if column.type == referenced.type else f"{column.type} and {referenced.type}"
                return Odd(full, key.name, f"of {types} nobody but a server knows which texts are equal")
            pairs.append(pair)
        ours, theirs = zip(*pairs, strict=True)
        return Reference(key.name, full, Key(key.columns, ours), self.family(key.table), Key(key.references, theirs))


def _blind(table: Table, columns: tuple[str, ...]) -> bool:
    """Whether values of columns are taken for equal by a collation of their own, which ignores case or accents."""
    there = [unique for unique in table.uniques if {*columns} == {*unique.columns}]
    exact = any(unique.exact for unique in there)
    return not exact and any(" COLLATE " in text for unique in there for text in unique.expressions)
