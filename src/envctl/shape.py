"""How the data of a database is spread, without any of it: what is made up in its likeness is made by this.

It holds no value of anybody: counts, shares, lengths; limits of large groups, rounded; and values only that a policy of
masking lets pass and that many rows have. So it may lie anywhere, and be shown to everybody.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from envctl.catalogue import Catalogue

GROUP = 100  # rows: what fewer of them have in common is not told
PARTS = 50  # of a histogram, at most
COMMON = 50  # different values that a column may have whose values are told
CUT = 0.01  # of the values at either end, which no limit shows: the extremes are somebody's own
DIGITS = 2  # that numbers are rounded to; moments are to their month


@dataclass(frozen=True)
class ColumnShape:
    """A column. All but `nulls` is about what is not null, and what is not known is empty.

    `bounds` are limits of equally filled parts in ascending order, rounded numbers or first days of months as Postgres
    writes them; a limit that comes twice is a value that a whole part has. `lengths` are limits of such parts of the
    texts, in characters; one alone is their mean. `repeats` say in how many rows the same value is: limits of equally
    filled parts of all different values. `common` are values with their shares.
    """

    nulls: float = 0.0
    distinct: int | Literal["all"] | None = None  # how many different ones; `all`: hardly any comes twice
    bounds: tuple[str, ...] = ()
    lengths: tuple[int, ...] = ()
    repeats: tuple[int, ...] = ()
    common: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class TableShape:
    """A table: how many rows it has, and its columns by name. What is computed from others is not among them."""

    rows: int
    columns: Mapping[str, ColumnShape] = field(default_factory=dict)


@dataclass(frozen=True)
class Shape:
    """All tables by their full names, partitioned ones with the rows of their partitions. `notes` say what is not known
    of them, and why.
    """

    tables: Mapping[str, TableShape] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def rows(self, full: str) -> int | None:
        """How many rows a table has; None where nothing is known of it."""
        return None if (table := self.tables.get(full)) is None else table.rows

    def column(self, full: str, name: str) -> ColumnShape | None:
        """The column; None where nothing is known of it."""
        return None if (table := self.tables.get(full)) is None else table.columns.get(name)

    def strange(self, catalogue: Catalogue) -> tuple[str, ...]:
        """The tables of it that a database does not have."""
        return tuple(sorted(set(self.tables) - {table.full for table in catalogue.tables}))

    def text(self) -> str:
        """All of it as JSON."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
