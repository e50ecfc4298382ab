"""A table while it is decided how each of its columns is filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from envctl.catalogue import ForeignKey, written
from envctl.synthetic.base import Field, Generator, Impossible
from envctl.synthetic.draws import MOST, Draws
from envctl.synthetic.tables.counts import Count
from envctl.synthetic.tables.references import Digit, Owned, Reference, Way
from envctl.synthetic.tables.rows import Chosen, Copied, Counted, Divided, Empty, Filler, Gaps, Generated, Pieces
from envctl.synthetic.tables.targets import Target


@dataclass(frozen=True)
class Piece:
    """What is known of the columns in a piece of a table."""

    fields: Mapping[str, Field]
    generators: Mapping[str, Generator]


@dataclass
class Work:
    """What is decided so far. `sizes` are the rows of all tables, `against` the foreign keys that lead against their
    order, and `nulls` the share of nulls of each column that may have some.
    """

    target: Target
    count: Count
    sizes: Mapping[str, int]
    against: frozenset[tuple[str, str]]
    draws: Draws
    pieces: Pieces
    known: tuple[Piece, ...]  # of each piece
    nulls: Mapping[str, float]
    apart: frozenset[frozenset[str]] = frozenset()  # pairs of columns that must not be the same
    keys: tuple[ForeignKey, ...] = ()
    references: dict[str, Reference] = field(default_factory=dict)
    fillers: dict[str, Filler] = field(default_factory=dict)
    distinct: list[frozenset[str]] = field(default_factory=list)

    @property
    def full(self) -> str:
        """The table's full name."""
        return self.target.full

    @property
    def rows(self) -> int:
        """How many there are to be."""
        return self.count.rows

    @property
    def owner(self) -> ForeignKey | None:
        """To those that the rows belong to."""
        return self.count.owner

    def skew(self, key: ForeignKey) -> str:
        """How unlike the parents are in how many rows they have."""
        if self.owner is not None and key.name == self.owner.name and self.count.skew:
            return self.count.skew
        return "low"

    def shown(self, column: str = "") -> str:
        """For people."""
        return written(self.target.table.schema, self.target.table.name, *([column] if column else []))

    def field(self, name: str) -> Field:
        """What is known of a column; of one that differs, in the first piece."""
        return self.known[0].fields[name]

    def generator(self, name: str) -> Generator:
        """What makes its values."""
        return self.known[0].generators[name]

    def parents(self, key: ForeignKey) -> int:
        """How many rows it may mean."""
        return self.sizes.get(key.table, 0)

    def avoids(self, key: ForeignKey) -> Reference | None:
        """The reference that must mean another row than this one, if that is decided."""
        return next(
            (
                reference
                for reference in self.references.values()
                if reference.key.table == key.table and frozenset((*reference.key.columns, *key.columns)) in self.apart
            ),
            None,
        )

    def nullable(self, key: ForeignKey) -> bool:
        """Whether a row may reference nothing."""
        return any(self._may_be_null(name) for name in key.columns)

    def _may_be_null(self, name: str) -> bool:
        return any(_may_be_null(piece.fields[name]) for piece in self.known if name in piece.fields)

    def way(self, key: ForeignKey) -> Way | None:
        """How its rows are chosen, if that is decided."""
        reference = self.references.get(key.name)
        return reference.way if reference else None

    def is_open(self, key: ForeignKey) -> bool:
        """Whether it is not decided yet, or by whom rows belong to."""
        way = self.way(key)
        if way is not None:
            return isinstance(way, Owned)
        return (self.full, key.name) not in self.against and not any(name in self.fillers for name in key.columns)

    def is_free(self, name: str) -> bool:
        """Whether a column references nothing and is not decided yet."""
        return (
            name in self.known[0].generators
            and name not in self.fillers
            and not any(name in key.columns for key in self.keys)
        )

    def counts(self, name: str) -> bool:
        """Whether a sequence numbers it, or nothing is known of it but that it is a whole number and the whole key."""
        column = self.target.table.column(name)
        assert column is not None  # noqa: S101 – of this table
        limits = self.field(name).limits
        if limits.values is not None or limits.high is not None or limits.empty:
            return False
        return column.counted or (column.family == "integer" and self.target.table.key == (name,))

    def is_whole(self, name: str) -> bool:
        """Whether it holds whole numbers, and not only some of them."""
        here = self.field(name)
        return here.column.family == "integer" and not here.column.array and here.limits.values is None

    def differs(self, columns: Sequence[str]) -> bool:
        """Whether no two rows have the same there already."""
        return self.rows <= 1 or any(known <= set(columns) for known in self.distinct)

    def space(self, name: str) -> int | None:
        """How many different values a column can have."""
        spaces = [piece.generators[name].space(piece.fields[name]) for piece in self.known]
        return None if any(space is None for space in spaces) else min(space or 0 for space in spaces)

    def number(self, name: str) -> None:
        """Number the rows by a column."""
        starts = [int(piece.fields[name].limits.low or 1) for piece in self.known]
        column, alike = self.field(name).column, len(set(starts)) == 1
        if column.high is not None and max(starts) + self.rows - 1 > column.high:
            raise Impossible(f"{self.shown(name)} ({column.type}) has no room for {self.rows:,} rows: {column.high:,}")
        firsts = [first for first in self.pieces.starts for _ in range(self.pieces.ways)]
        counted = tuple(Counted(start - first) for start, first in zip(starts, firsts, strict=True))
        self.fill(name, Counted(starts[0]) if alike else Divided(self.pieces, counted))
        self.distinct.append(frozenset((name,)))

    def make_unique(self, name: str) -> bool:
        """Let a column differ in all rows by itself; False where it has no room for that."""
        space = self.space(name)
        if all(piece.generators[name].distinct(piece.fields[name]) for piece in self.known):
            fill: Callable[[Generator, Field], Filler] = Generated
            room = self.rows if space is None else space
        else:
            room = min(space or 0, MOST)
            fill = partial(_chosen, way=Digit(self.draws.of("unique", name), room, 1, room))
        if room < self.rows or not self._fill(name, fill, unique=True):
            return False
        self.distinct.append(frozenset((name,)))
        if not self._same_nulls((name,)):
            self._leave_gaps(name)
        return True

    def fill(self, name: str, filler: Filler) -> None:
        """Decide a column."""
        self.fillers[name] = filler

    def refer(self, key: ForeignKey, way: Way) -> None:
        """Decide a foreign key, and with it those of its columns that nothing else decides."""
        may = self.nullable(key) and not self._same_nulls(key.columns)
        against = (self.full, key.name) in self.against
        share = max((self.nulls.get(name, 0.0) for name in key.columns), default=0.0) if may else 0.0
        some = any(piece.fields[name].limits.empty for piece in self.known for name in key.columns)
        reference = Reference(key, way, self.draws.of("reference", key.name), share, against or some)
        self.references[key.name] = reference
        for name, other in zip(key.columns, key.references, strict=True):
            if name not in self.fillers:
                fillers = tuple(_copied(piece.fields[name], reference, other, may=may) for piece in self.known)
                alike = all(filler == fillers[0] for filler in fillers)
                self.fill(name, fillers[0] if alike else Divided(self.pieces, fillers))

    def _same_nulls(self, names: Sequence[str]) -> bool:
        """Whether two rows with nulls there would be alike to a unique constraint."""
        return any(not unique.nulls and set(unique.columns) & set(names) for unique in self.target.table.uniques)

    def generate(self, name: str) -> None:
        """Let a column hold whatever its generator makes, with nulls between where they may be."""
        self._fill(name, Generated)
        self._leave_gaps(name)

    def _leave_gaps(self, name: str) -> None:
        if (share := self.nulls.get(name, 0.0)) and self._may_be_null(name):
            self.fill(name, Gaps(self.fillers[name], share, name))

    def _fill(self, name: str, fill: Callable[[Generator, Field], Filler], *, unique: bool = False) -> bool:
        """Decide a column by what makes it; False where values of two pieces could meet."""
        fillers = tuple(fill(p.generators[name], replace(p.fields[name], unique=unique)) for p in self.known)
        alike = all(filler == fillers[0] for filler in fillers)
        if unique and not alike and self.pieces.ways > 1:
            return False
        self.fill(name, fillers[0] if alike else Divided(self.pieces, fillers))
        return True


def _may_be_null(field: Field) -> bool:
    return field.column.nullable and not field.limits.filled


def _copied(field: Field, reference: Reference, column: str, *, may: bool) -> Filler:
    if field.limits.empty:
        return Empty()
    return Copied(reference, column, may and _may_be_null(field))


def _chosen(generator: Generator, field: Field, way: Way) -> Filler:
    return Chosen(generator, field, way)
