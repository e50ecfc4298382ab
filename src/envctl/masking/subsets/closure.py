"""Which rows come: those that are asked for, what they reference, and what references those. Pure.

a. Rows of a table with a condition that they meet.
b. Every row that one that comes references.
c. Every row that references one that came by a or c, unless its own table has a condition that it does not meet. Those
   that came by b alone bring nothing with them: an order's country would bring all customers of it. What a table's rule
   says to `follow` holds for all of its rows, however they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from envctl.masking.subsets.graph import Graph, Part, Reference
from envctl.masking.subsets.keys import Key, Keys, without


@dataclass(frozen=True)
class Rows:
    """What is known of a table's rows, by their numbers: which ones meet its condition, if it has one; their keys."""

    count: int
    meets: pl.Series | None = None
    keys: Mapping[Key, Keys] = field(default_factory=dict)


def close(graph: Graph, rows: Mapping[str, Rows]) -> Mapping[str, pl.Series]:
    """Of each table which rows come, by their numbers; those without rows need not be in `rows`."""
    tables = {full: _Table(part, rows[full]) for full, part in graph.parts.items() if full in rows}
    for table in tables.values():
        if table.part.condition is not None and table.rows.meets is not None:
            table.add(table.rows.meets.arg_true(), brings=True)
    while waiting := next((table for table in tables.values() if table.waits), None):
        _spread(graph, tables, waiting)
    return {full: table.chosen for full, table in tables.items()}


def _spread(graph: Graph, tables: Mapping[str, _Table], table: _Table) -> None:
    """What the newest rows of a table bring."""
    chosen, bringing = table.taken()
    for reference in graph.of_child(table.part.full):
        keys = table.rows.keys[reference.key].of(chosen)
        for parent in _there(tables, reference.parents):
            parent.add(parent.rows.keys[reference.parent_key].rows(keys), brings=False)
    for reference in graph.of_parent(table.part.full):
        child, rows = tables.get(reference.child), table.followed(reference, chosen, bringing)
        if child is None or not len(rows):
            continue
        keys = table.rows.keys[reference.parent_key].of(rows)
        child.add(child.meeting(child.rows.keys[reference.key].rows(keys)), brings=True)


def _there(tables: Mapping[str, _Table], names: tuple[str, ...]) -> Iterator[_Table]:
    return (tables[name] for name in names if name in tables)


class _Table:
    """Which rows of a table came so far, and which of them nobody has looked at yet."""

    def __init__(self, part: Part, rows: Rows) -> None:
        self.part, self.rows = part, rows
        self.chosen = pl.repeat(value=False, n=rows.count, dtype=pl.Boolean, eager=True)
        self._brings = self.chosen.clone()
        self._newest, self._newest_bringing = _none(), _none()

    @property
    def waits(self) -> bool:
        """Whether nobody has looked at some of its rows."""
        return len(self._newest) > 0 or len(self._newest_bringing) > 0

    def add(self, rows: pl.Series, *, brings: bool) -> None:
        """Rows come; those that bring others may have come before."""
        fresh = without(rows, self.chosen)
        self.chosen = self.chosen.scatter(fresh, values=True) if len(fresh) else self.chosen
        self._newest.append(fresh)
        if brings:
            fresh = without(rows, self._brings)
            self._brings = self._brings.scatter(fresh, values=True) if len(fresh) else self._brings
            self._newest_bringing.append(fresh)

    def taken(self) -> tuple[pl.Series, pl.Series]:
        """The newest rows, and those of all that newly bring others."""
        found = self._newest, self._newest_bringing
        self._newest, self._newest_bringing = _none(), _none()
        return found

    def followed(self, reference: Reference, chosen: pl.Series, bringing: pl.Series) -> pl.Series:
        """Those rows that bring what references them that way."""
        follow = self.part.follow
        if follow is None:
            return bringing
        return chosen if follow is True or (follow and reference.child in follow) else chosen.clear()

    def meeting(self, rows: pl.Series) -> pl.Series:
        """Those rows that its condition lets come."""
        if self.part.condition is None or self.rows.meets is None:
            return rows
        return rows.filter(self.rows.meets.gather(rows))


def _none() -> pl.Series:
    """No row, and none shared: more are appended to it."""
    return pl.Series([], dtype=pl.UInt32)
