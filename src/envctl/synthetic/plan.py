"""The story of making up rows: which tables, how many rows, who references whom, what is in each column.

All of it is decided before the first row is made, and what cannot be is said then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from envctl.catalogue import Catalogue, Table
from envctl.masking.parts.pools import known_locale
from envctl.shape import Shape
from envctl.synthetic.base import Impossible
from envctl.synthetic.draws import Numbers
from envctl.synthetic.fields import Hints, Known, rules_of, without
from envctl.synthetic.settings import Settings
from envctl.synthetic.tables.assign import Setting, assign, setting_of
from envctl.synthetic.tables.counts import Count, counted
from envctl.synthetic.tables.order import ordered
from envctl.synthetic.tables.rows import Block, Made
from envctl.synthetic.tables.targets import targets_of
from envctl.synthetic.tables.unique import TooFew
from envctl.synthetic.write import copy_text

ENGINE = 1  # raised when the same settings make other rows than before


@dataclass(frozen=True)
class Part:
    """What is copied into one table: rows of it, or of the partitioned one that it is a part of, from `first` on."""

    table: Table
    count: int
    columns: tuple[str, ...]
    made: str = ""
    first: int = 0


@dataclass(frozen=True)
class Plan:
    """How all rows are made."""

    made: Mapping[str, Made]
    tables: tuple[Part, ...]  # those that are referenced first

    def copy(self, table: str, first: int, last: int) -> bytes:
        """Rows of a table (by its full name, first ≤ number < last) as COPY reads them."""
        part = self._parts[table]
        block = self.block(part.made, np.arange(part.first + first, part.first + last, dtype=np.int64))
        return copy_text(block.column(name) for name in part.columns)

    def block(self, table: str, numbers: Numbers) -> Block:
        """Rows of a table by their numbers; one with partitions is one table."""
        return Block(self.made, self.made[table], numbers)

    @cached_property
    def _parts(self) -> Mapping[str, Part]:
        return {part.table.full: part for part in self.tables}


def plan(
    catalogue: Catalogue,
    settings: Settings,
    seed: int,
    shape: Shape | None = None,
    *,
    left_out: Sequence[str] = (),
) -> Plan:
    """How rows for all tables are made, but for those left out (full names). Raises Impossible."""
    try:
        known_locale(settings.locale)
    except ValueError as error:
        raise Impossible(f"locale: {error}") from None
    targets = targets_of(catalogue, left_out)
    rules = rules_of(targets, settings)
    targets, against = ordered(without(targets, rules))
    counts = counted(targets, against, settings, shape)
    setting = setting_of(targets, against, rules, Hints(settings, shape), seed)
    while (made := _assigned(setting, counts)) is None:
        pass
    found = Plan(
        made, tuple(part for target in targets for part in _split(setting.known[target.full], made[target.full]))
    )
    for one in made.values():
        _try(found, one)
    return found


def _assigned(setting: Setting, counts: dict[str, Count]) -> dict[str, Made] | None:
    """All tables; None where one has room for fewer rows than was thought, which is then known."""
    made: dict[str, Made] = {}
    for target in setting.targets:
        count = counts[target.full]
        try:
            made[target.full] = assign(setting, target, counts, made)
        except TooFew as few:
            if count.said or few.most >= count.rows:
                raise Impossible(
                    f"{target.full}: {few.unique.name} lets no more than {few.most:,} rows differ, and there are to be "
                    f"{count.rows:,} (say fewer in counts)"
                ) from None
            counts[target.full] = replace(count, rows=few.most)
            return None
    return made


def _split(known: Known, made: Made) -> Iterator[Part]:
    """What is copied where."""
    edges = [*known.starts(made.count), made.count]
    for table, (first, last) in zip(known.tables, pairwise(edges), strict=True):
        yield Part(table, last - first, made.columns, made.full, first)


def _try(found: Plan, made: Made) -> None:
    """See that what columns look at is there, by the first row of a table."""
    if made.count:
        block = found.block(made.full, np.zeros(1, dtype=np.int64))
        for name in made.columns:
            block.column(name)
