"""A source of which not all rows come: read once to know which ones, and once more, when only those are masked.

Rows are known by their numbers within their table: a source reads the same each time, which is seen to. Of the first
reading no value is left, only keys as hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import compress
from zlib import crc32

import polars as pl

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.masking.copying import rows, unescaped
from envctl.masking.subsets.closure import Rows, close
from envctl.masking.subsets.graph import Graph, Part
from envctl.masking.subsets.keys import Key, Keys, hashes, joined
from envctl.masking.table import MaskFailed
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.masked.fill import Plans, refusing
from envctl.seeds.masked.text import Choice, Chosen, Mask, Masks, Text, Told, Unmasked, unheard
from envctl.seeds.refusal import KEPT


@dataclass
class Subset:
    """Which rows come of what a source holds. `graph` says what hangs together, and raises EnvctlError."""

    name: str  # of the data
    plain: Plain
    graph: Callable[[Catalogue], Graph]
    large_objects: bool = False
    told: Told = unheard
    say: Callable[[str], None] = lambda _what: None
    _chosen: dict[str, _Passing] = field(default_factory=dict)
    _cut: frozenset[str] = frozenset()  # the tables of which not all rows come

    def plans(self, plans: Plans) -> Plans:
        """Those who mask, with rows that do not come left out. The source is read for it. Raises EnvctlError."""

        def chosen(catalogue: Catalogue) -> Masks:
            masks, graph = plans(catalogue), self.graph(catalogue)
            self.say(f"choosing rows of {self.name}")
            read, self._cut = self._read(graph), frozenset(graph.parts)
            rows = {full: table.rows() for full, table in read.items()}
            found = close(graph, rows)
            self._chosen = {full: _Passing(full, chosen, read[full].sum) for full, chosen in found.items()}
            self.say(f"{sum(one.sum() for one in found.values()):,} of {sum(map(len, found.values())):,} rows come")
            for full in _missed(graph, rows):
                self.say(f"mind that no row of {full} meets its condition")
            return lambda schema, name, columns: self._only(masks(schema, name, columns), f"{schema}.{name}")

        return chosen

    @property
    def out_of(self) -> Mapping[str, int]:
        """How many rows each table has of which not all come."""
        return {full: len(chosen.rows) for full, chosen in self._chosen.items()}

    def confirm(self) -> None:
        """See that the rows were the same both times. Raises EnvctlError."""
        if changed := sorted(full for full, chosen in self._chosen.items() if not chosen.confirmed):
            raise EnvctlError(
                Exit.DATA_REFUSED,
                f"The rows of {', '.join(changed[:5])} changed while {self.name} was read for its subset.",
                hint="Run the same command again; take a dump of it, if it always changes.",
                unchanged=KEPT,
            )

    def _read(self, graph: Graph) -> Mapping[str, _Read]:
        read: dict[str, _Read] = {}

        def masks(schema: str, name: str, columns: tuple[str, ...]) -> Mask:
            full = f"{schema}.{name}"
            if full not in graph.parts:
                return Mask(_nothing)
            if full not in read:
                read[full] = _Read(graph.parts[full], graph.keys(full))
            return Mask(bytes, choice=read[full].of(columns))

        text = Text(masks, self.large_objects, told=self.told)
        with refusing(self.name), self.plain.text() as blocks:
            for _ in text.masked(blocks):
                pass
        return read

    def _only(self, mask: Mask, full: str) -> Mask:
        if full not in self._cut:
            return mask
        if full not in self._chosen:
            raise _changed(full)
        return Mask(mask.mask, mask.divided, self._chosen[full].choice)


def _changed(full: str) -> Unmasked:
    return Unmasked(f"has other rows of {full} than when it was read for its subset")


def _missed(graph: Graph, rows: Mapping[str, Rows]) -> Iterator[str]:
    """The tables whose condition no row meets, with their partitions as one."""
    asked = {full: part.table for full, part in graph.parts.items() if part.condition}
    met = {full for full in asked if full in rows and (meets := rows[full].meets) is not None and meets.any()}
    met |= {parent for full in met for parent in asked[full].parents}
    return (full for full, table in asked.items() if full not in met and not asked.keys() & {*table.parents})


def _nothing(_block: bytes) -> bytes:
    return b""


@dataclass
class _Read:
    """A table's rows as far as they were read; blocks are looked at in any thread, and stay in their order."""

    part: Part
    keys: tuple[Key, ...]
    count: int = 0
    sum: int = 0  # of all bytes, as confirmation
    blocks: list[tuple[pl.Series | None, tuple[pl.Series, ...]]] = field(default_factory=list)

    def of(self, columns: tuple[str, ...]) -> Choice:
        """Reads rows of COPY with these columns. Raises Unmasked where one of those that count is not among them."""
        condition = self.part.condition
        needed = {name for key in self.keys for name in key.columns} | {*(condition.reads if condition else ())}
        if missing := sorted(needed - {*columns}):
            raise Unmasked(f"has rows of {self.part.full} without {', '.join(missing)}, which its subset asks for")
        return partial(self._next, columns, needed)

    def rows(self) -> Rows:
        """All that has to be known of them."""
        blocks, self.blocks = self.blocks, []  # once is enough of them
        meets = joined([found for found, _ in blocks if found is not None], pl.Boolean)
        by_key = [joined([found[at] for _, found in blocks], pl.UInt64) for at in range(len(self.keys))]
        keys = {key: Keys(found) for key, found in zip(self.keys, by_key, strict=True)}
        return Rows(self.count, meets if self.part.condition else None, keys)

    def _next(self, columns: tuple[str, ...], needed: set[str], block: bytes, count: int) -> Chosen:
        at = len(self.blocks)
        self.blocks.append((None, ()))
        self.count += count
        self.sum = crc32(block, self.sum)
        return Chosen(count, partial(self._look, columns, needed, block, at), int)

    def _look(self, columns: tuple[str, ...], needed: set[str], block: bytes, at: int) -> bytes:
        raw = rows(block, columns)
        frame = pl.DataFrame([unescaped(raw[name]) for name in columns if name in needed]) if needed else raw
        condition = self.part.condition
        try:
            meets = condition.meets(frame) if condition else None
            self.blocks[at] = meets, tuple(hashes(frame, key) for key in self.keys)
        except Exception as error:  # whatever it is, its text may hold a value
            raise MaskFailed(self.part.full, "subset", f"failed with {type(error).__name__}") from None
        return b""


@dataclass
class _Passing:
    """Which rows of a table come, while they pass."""

    full: str
    rows: pl.Series
    expected: int  # the sum of all bytes
    _at: int = 0
    _sum: int = 0

    @property
    def confirmed(self) -> bool:
        """Whether what passed is what was read before."""
        return (self._at, self._sum) == (len(self.rows), self.expected)

    def choice(self, block: bytes, count: int) -> Chosen:
        """Those of a block that come."""
        chosen = self.rows.slice(self._at, count)
        self._at += count
        self._sum = crc32(block, self._sum)
        if len(chosen) != count:
            raise _changed(self.full)
        return Chosen(int(chosen.sum()), partial(_left, block, chosen), partial(_line, chosen))


def _line(chosen: pl.Series, number: int) -> int:
    """In which line of its block a row stands, by its number among those that come; the last for all behind it."""
    return int(chosen.arg_true()[:number][-1]) + 1


def _left(block: bytes, chosen: pl.Series) -> bytes:
    """Those lines of a block."""
    if chosen.all():
        return block
    if not chosen.any():
        return b""
    return b"\n".join(compress(block.split(b"\n"), chosen.to_list())) + b"\n"
