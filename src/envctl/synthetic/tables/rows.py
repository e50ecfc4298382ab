"""Rows of tables by their numbers, and what fills their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import polars as pl

from envctl.catalogue import Table, written
from envctl.synthetic.base import Field, Generator, Impossible
from envctl.synthetic.draws import Draws, Flags, Numbers
from envctl.synthetic.tables.references import Owned, Reference, Way

if TYPE_CHECKING:
    from collections.abc import Iterator


class Filler(Protocol):
    """What fills a column."""

    def values(self, block: Block) -> pl.Series:
        """What it holds in these rows."""


@dataclass(frozen=True)
class Made:
    """How a table is made: its rows, whom they reference, and what fills each of its columns."""

    table: Table
    count: int
    draws: Draws
    references: tuple[Reference, ...] = ()
    fillers: Mapping[str, Filler] = field(default_factory=dict)

    @property
    def full(self) -> str:
        """Its full name."""
        return self.table.full

    @property
    def columns(self) -> tuple[str, ...]:
        """What is in a copy of its rows."""
        return tuple(self.fillers)


@dataclass(eq=False)
class Block:
    """Some rows of one table; what is in them is worked out once, and only when somebody looks."""

    all: Mapping[str, Made]
    made: Made
    numbers: Numbers
    _known: dict[str, pl.Series] = field(default_factory=dict)
    _parents: dict[str, Block] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)  # columns that are being worked out

    @property
    def table(self) -> Table:
        """Whose they are."""
        return self.made.table

    def draws(self, *names: str) -> Draws:
        """Chance for something of these rows."""
        return self.made.draws.of(*names)

    def column(self, name: str) -> pl.Series:
        """What a column holds in them. Raises Impossible in a circle."""
        if name not in self._known:
            with self._working(name):
                self._known[name] = self._filler(name).values(self)
        return self._known[name]

    def parent(self, columns: Sequence[str]) -> Block | None:
        """The rows that they reference by these columns; None where that is not known of all of them."""
        wanted = set(columns)
        for reference in self.made.references:
            if wanted <= set(reference.key.columns) and reference.sure and reference.key.table in self.all:
                return self.referenced(reference)
        return None

    def referenced(self, reference: Reference) -> Block:
        """The rows of a reference, of those that reference nothing too."""
        name = reference.key.name
        if name not in self._parents:
            parents = reference.parents(self.numbers)
            self._parents[name] = Block(self.all, self.all[reference.key.table], parents)
        return self._parents[name]

    def _filler(self, name: str) -> Filler:
        try:
            return self.made.fillers[name]
        except KeyError:
            raise Impossible(
                f"{written(self.table.schema, self.table.name, name)} is looked at by another column, and is not made"
            ) from None

    @contextmanager
    def _working(self, name: str) -> Iterator[None]:
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            raise Impossible(
                f"{written(self.table.schema, self.table.name)}: columns are made of each other in a circle: {circle}"
            )
        self._open.append(name)
        try:
            yield
        finally:
            self._open.pop()


@dataclass(frozen=True)
class Counted:
    """Whole numbers in the order of the rows, as a sequence gives them."""

    start: int = 1

    def values(self, block: Block) -> pl.Series:
        return pl.Series(block.numbers + self.start)


@dataclass(frozen=True)
class Ordinal:
    """The how-manieth of its parent a row is."""

    owned: Owned
    start: int = 1

    def values(self, block: Block) -> pl.Series:
        return pl.Series(self.owned.ordinals(block.numbers) + self.start)


@dataclass(frozen=True)
class Copied:
    """What a row references, column by column."""

    reference: Reference
    column: str
    nullable: bool

    def values(self, block: Block) -> pl.Series:
        values = block.referenced(self.reference).column(self.column)
        return _without(values, self.reference.missing(block.numbers)) if self.nullable else values


@dataclass(frozen=True)
class Chosen:
    """The values of a generator in an order of their own, such as one that no two rows share."""

    generator: Generator
    field: Field
    way: Way

    def values(self, block: Block) -> pl.Series:
        return self.generator.nth(self.field, self.way.parents(block.numbers))


@dataclass(frozen=True)
class Generated:
    """Whatever a generator makes."""

    generator: Generator
    field: Field

    def values(self, block: Block) -> pl.Series:
        return self.generator.make(self.field, block)


@dataclass(frozen=True)
class Empty:
    """Nulls."""

    def values(self, block: Block) -> pl.Series:
        return pl.repeat(None, len(block.numbers), dtype=pl.Null, eager=True)


@dataclass(frozen=True)
class Gaps:
    """The same with nulls between."""

    filler: Filler
    share: float
    name: str

    def values(self, block: Block) -> pl.Series:
        gone = block.draws("null", self.name).fractions(block.numbers) < self.share
        return _without(self.filler.values(block), gone)


@dataclass(frozen=True)
class Pieces:
    """The pieces of a table that have other columns than the rest: rows of its partitions, one behind the other from
    `starts` on, and in each of these, by chance, rows for which one or the other of `ways` holds.
    """

    starts: tuple[int, ...] = (0,)
    ways: int = 1
    draws: Draws | None = None

    def of(self, rows: Numbers) -> Numbers:
        """In which piece each row is: those of the first partition come first."""
        at = np.searchsorted(np.array(self.starts), rows, side="right") - 1
        way = self.draws.below(rows, self.ways) if self.draws is not None and self.ways > 1 else 0
        return np.asarray(at * self.ways + way, dtype=np.int64)


@dataclass(frozen=True)
class Divided:
    """What differs by the piece of its table that a row is in."""

    pieces: Pieces
    fillers: tuple[Filler, ...]

    def values(self, block: Block) -> pl.Series:
        at = self.pieces.of(block.numbers)
        parts, order = [], []
        for number in np.unique(at):
            there = np.flatnonzero(at == number)
            inner = Block(block.all, block.made, block.numbers[there]) if len(there) < len(at) else block
            parts.append(self.fillers[int(number)].values(inner))
            order.append(there)
        if len(parts) <= 1:
            return parts[0] if parts else self.fillers[0].values(block)
        return pl.concat(_alike(parts)).gather(np.argsort(np.concatenate(order)))


def _alike(parts: list[pl.Series]) -> list[pl.Series]:
    """In one type, if need be as they are written."""
    types = {part.dtype for part in parts if part.dtype != pl.Null}
    kind = types.pop() if len(types) == 1 else pl.String()
    return [part.cast(kind) for part in parts]


def _without(values: pl.Series, gone: Flags) -> pl.Series:
    if not gone.any():
        return values
    return pl.select(pl.when(pl.Series(~gone)).then(values)).to_series()
