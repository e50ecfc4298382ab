"""Constraints on some rows only: one default address of each customer, one open session of each user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from envctl.catalogue import Check, ForeignKey, Unique
from envctl.synthetic.base import Field, Generator
from envctl.synthetic.checks.facts import Alternative, Null, OneOf, about
from envctl.synthetic.checks.limits import Contradiction
from envctl.synthetic.checks.read import read
from envctl.synthetic.draws import Flags, Numbers
from envctl.synthetic.patterns import Unreadable
from envctl.synthetic.tables.columns import Work
from envctl.synthetic.tables.references import Owned
from envctl.synthetic.tables.rows import Block

# What shares out rows among the parents of a foreign key, none of which may have more than so many.
OwnerOf = Callable[[Work, ForeignKey, int], Owned | None]


@dataclass(frozen=True)
class Leading:
    """The first row of each owner; of nobody's, the first of all."""

    owned: Owned | None

    def of(self, rows: Numbers) -> Flags:
        """Which rows are."""
        return np.asarray((rows if self.owned is None else self.owned.ordinals(rows)) == 0)


@dataclass(frozen=True)
class Marked:
    """Says of the leading rows that they are, or that they are not."""

    leading: Leading
    yes: bool

    def values(self, block: Block) -> pl.Series:
        return pl.Series(self.leading.of(block.numbers) == self.yes)


@dataclass(frozen=True)
class Open:
    """Null in the leading rows alone, such as the end of what still goes on."""

    leading: Leading
    generator: Generator
    field: Field

    def values(self, block: Block) -> pl.Series:
        made, leading = self.generator.make(self.field, block), pl.Series(self.leading.of(block.numbers))
        return pl.select(pl.when(~leading).then(made)).to_series()


def settle_some(work: Work, unique: Unique, owner_of: OwnerOf) -> bool:
    """See that a constraint on some rows holds by how few of them it is about; False where nobody knows that."""
    condition = _condition(work, unique)
    fact = next((f for f in condition if isinstance(f, OneOf | Null) and work.is_free(f.column)), None)
    if fact is None or not _may_be(work, fact):
        return False
    columns = set(unique.columns) - {name for f in condition for name in about(f)}
    keys = [key for key in work.keys if set(key.columns) == columns and key.table != work.full and work.is_open(key)]
    if columns and not keys:
        return False
    owned = owner_of(work, keys[0], work.rows) if keys else None
    if keys and owned is None:
        return False
    leading = Leading(owned)
    if isinstance(fact, Null):
        work.fill(fact.column, Open(leading, work.generator(fact.column), work.field(fact.column)))
    else:
        work.fill(fact.column, Marked(leading, fact.values == ("true",)))
    return True


def _condition(work: Work, unique: Unique) -> Alternative:
    """What holds for the rows that it is about, if that can be said in one way."""
    try:
        found = read(Check(unique.name, unique.columns, unique.condition), work.target.table)
    except (Unreadable, Contradiction):
        return ()
    return found[0] if len(found) == 1 else ()


def _may_be(work: Work, fact: OneOf | Null) -> bool:
    """Whether the rest can be something else."""
    here = work.field(fact.column)
    if isinstance(fact, Null):
        return here.column.nullable and not (here.limits.filled or here.limits.empty)
    return here.column.family == "boolean" and len(fact.values) == 1 and here.limits.values is None
