"""Which tables get rows, and into what they are copied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from envctl.catalogue import Catalogue, Check, ForeignKey, Table


@dataclass(frozen=True)
class Target:
    """A table with rows of its own. One with partitions is one: `leaves` take its rows, those with a condition each.

    What a partition declares beside them holds for all of its table: it is stricter, and simpler.
    """

    table: Table
    leaves: tuple[Table, ...] = ()

    @property
    def full(self) -> str:
        """Its full name."""
        return self.table.full

    @property
    def columns(self) -> tuple[str, ...]:
        """What is in a copy of its rows."""
        return tuple(column.name for column in self.table.columns if not column.generated)


def targets_of(catalogue: Catalogue, left_out: Sequence[str] = ()) -> tuple[Target, ...]:
    """All tables but those that are partitions of others, and those that are left out (full names)."""
    tables = {table.full: table for table in catalogue.tables}
    roots = {table.full: _root(table, tables) for table in catalogue.tables}
    leaves: dict[str, list[Table]] = defaultdict(list)
    for table in catalogue.tables:
        if roots[table.full] != table.full and not table.partitioned:
            leaves[roots[table.full]].append(table)
    return tuple(
        _target(table, leaves[table.full], roots)
        for table in catalogue.tables
        if roots[table.full] == table.full and table.full not in left_out
    )


def _root(table: Table, tables: dict[str, Table]) -> str:
    """The table that a partition is a part of in the end; inheriting tables are their own."""
    while table.bound or (table.parents and _divides(table, tables)):
        parent = next((tables[name] for name in table.parents if name in tables), None)
        if parent is None:
            break
        table = parent
    return table.full


def _divides(table: Table, tables: dict[str, Table]) -> bool:
    """A partition that takes whatever comes has no condition."""
    nearest = tables.get(table.parents[0])
    return nearest is not None and nearest.partitioned


def _target(table: Table, leaves: list[Table], roots: dict[str, str]) -> Target:
    """Foreign keys lead to whole tables, and what partitions declare themselves is the table's."""
    keys: dict[tuple[tuple[str, ...], str], ForeignKey] = {}
    checks: dict[tuple[tuple[str, ...], str], Check] = {}
    uniques = {(unique.columns, unique.expressions): unique for unique in table.uniques}
    for part in (table, *leaves):
        for key in part.foreign_keys:
            whole = replace(key, table=roots.get(key.table, key.table))
            keys.setdefault((key.columns, whole.table), whole)
        for check in part.checks:
            checks.setdefault((check.columns, check.text), check)
        for unique in part.uniques:
            uniques.setdefault((unique.columns, unique.expressions), unique)
    merged = replace(
        table, foreign_keys=tuple(keys.values()), checks=tuple(checks.values()), uniques=tuple(uniques.values())
    )
    return Target(merged, tuple(sorted(leaves, key=lambda leaf: leaf.full)))
