"""A plain dump on its way from its source to psql, with the rows in it masked. Pure.

Whatever holds rows in another way than COPY is refused, and so is every statement that pg_dump does not write for a
schema: nothing that is not understood passes. Where it comes from makes no difference: a file, pg_restore, pg_dump.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from queue import Queue
from threading import Event, Thread
from typing import NamedTuple, TypeAlias

from envctl.masking import WORKERS
from envctl.seeds.dumps.pieces import Piece
from envctl.seeds.dumps.skeleton import COPY, SCHEMA, TABLE_AS, UNKNOWN, UNKNOWN_HINT, pieces
from envctl.seeds.dumps.statements import NAME, plain_name
from envctl.seeds.loading.afterwards import Afterwards
from envctl.seeds.loading.aside import Chunk, What
from envctl.seeds.loading.tally import Place, set_to
from envctl.seeds.refusal import AGAIN

BLOCK = (16 << 20) // WORKERS  # bytes of rows that are masked at once: with fewer much time goes into beginning
_COLUMN = re.compile(rb"\s*(%s)\s*(?:,|$)" % NAME)
# Statistics are made of raw values (pg_dump of Postgres 18); the new data gets its own.
_STATISTICS = re.compile(rb"SELECT\s+\*\s+FROM\s+pg_catalog\.pg_restore_\w+_stats\b", re.IGNORECASE)
_LARGE_OBJECT = re.compile(
    rb"(?:SELECT\s+pg_catalog\.lo|ALTER\s+LARGE|GRANT\b.*\bON\s+LARGE|COMMENT\s+ON\s+LARGE)", re.I
)
_ROWS_OTHERWISE = re.compile(rb"(?:INSERT|UPDATE|MERGE|VALUES|TABLE|WITH)\b", re.I)
_ENCODING = re.compile(
    rb"(?:SET\s+(?:(?:SESSION|LOCAL)\s+)?(?:\"?client_encoding\b|NAMES\b)|SELECT\s+pg_catalog\.set_config\s*\(\s*'client_enc)",
    re.IGNORECASE,
)
_UTF8 = re.compile(rb"SET client_encoding (?:=|TO) '?(?:UTF-?8|UNICODE|SQL_ASCII)'?\s*$", re.IGNORECASE)
_ENCODING_HINT = "Make the dump again with --encoding=UTF8."
_LARGE_OBJECTS_HINT = 'Make the dump with --no-large-objects, or let them pass as they are: large_objects = "keep".'
_INSERTS_HINT = "Make the dump again without --inserts: its rows then come in a form that can be masked."
_Ready: TypeAlias = "Queue[Chunk | Future[bytes] | BaseException | None]"  # None: there is no more


class Unmasked(Exception):
    """Something that cannot be masked: `message` continues “The dump …”, and repeats no value."""

    def __init__(self, message: str, line: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.hint = message, line, hint


class Chosen(NamedTuple):
    """Of the rows of a block: how many come, what leaves the others out, and which line of it is the n-th of those."""

    rows: int
    left: Callable[[], bytes]
    line: Callable[[int], int]


Choice = Callable[[bytes, int], Chosen]  # told of a block in its order, and of how many rows it has


@dataclass(frozen=True)
class Mask:
    """What masks rows of one table as COPY writes them, in any thread; `divided`: its partitions get them.

    Where not all rows come, `choice` says which, before any of them is masked.
    """

    mask: Callable[[bytes], bytes]
    divided: bool = False
    choice: Choice | None = None


# Told while rows pass: of which table, and how many of it so far.
Told = Callable[[str, int], None]


def unheard(_table: str, _rows: int) -> None:
    """A `Told` for those who do not listen."""


# The mask of a table, by its schema, its name, and its columns in the order in which they come. Raises Unmasked.
Masks = Callable[[str, str, tuple[str, ...]], Mask]


@dataclass
class Text:
    """A text that is masked as it passes. `rows` counts those of each table that come, by its full name; `sequences`
    are set to what is said there.

    `freezes`: it is loaded in one transaction, so that rows can be written as old ones are, and nobody does that later.
    """

    masks: Masks
    large_objects: bool = False  # they pass as they are
    freezes: bool = False
    told: Told = unheard
    after: Afterwards | None = None  # what is behind the last rows waits there
    rows: dict[str, int] = field(default_factory=dict)
    sequences: dict[tuple[str, str], Place] = field(default_factory=dict)
    _table: _Table | None = None  # whose rows come, or came last
    _seen: Counter[str] = field(default_factory=Counter)  # rows of each table, whether they come or not

    def masked(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same text with all rows masked, as parts() has it."""
        return (part.text for part in self.parts(blocks))

    def parts(self, blocks: Iterable[bytes]) -> Iterator[Chunk]:
        """The parts of the text with all rows masked. Raises Unmasked, BrokenText where it is not whole, and what
        masks raise.

        No byte of a statement passes before all of it was looked at. Rows are masked while those before them are
        written and those behind them are read: as many blocks as there are processors, and what comes out does not
        depend on it.
        """
        ready: _Ready = Queue(WORKERS - 1)
        nobody = Event()
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="masking") as pool:
            try:
                Thread(target=self._read, args=(blocks, pool, ready, nobody), name="reading", daemon=True).start()
                while (part := ready.get()) is not None:
                    yield _result(part)
            finally:
                nobody.set()
                while not ready.empty():  # whoever waits for room goes on, and ends
                    ready.get_nowait()
                pool.shutdown(wait=False, cancel_futures=True)

    def _read(self, blocks: Iterable[bytes], pool: ThreadPoolExecutor, ready: _Ready, nobody: Event) -> None:
        """Hand on what is ready or will be, in order, until `nobody` wants it."""
        try:
            for part in self._all(blocks, pool):
                ready.put(part)
                if nobody.is_set():
                    return
            ready.put(None)
        except BaseException as failure:  # raised for whoever takes what is ready
            ready.put(failure)

    def _all(self, blocks: Iterable[bytes], pool: ThreadPoolExecutor) -> Iterator[Chunk | Future[bytes]]:
        for piece, text in pieces(blocks):
            if piece is not None and piece.what == "rows" and self._table is not None:
                yield from map(pool.submit, self._table.more(text, piece.lines))
                continue
            if self._table is not None:
                yield from map(pool.submit, self._table.rest())
            table = self._table
            passed = self._passed(piece, text) if piece is not None and piece.what == "statement" else text
            what: What = "text" if self._table is table else "copy"
            through = (passed,) if self.after is None else self.after.passing(piece, passed)
            yield from (Chunk(what if one is passed else "text", one) for one in through)

    def _passed(self, piece: Piece, text: bytes) -> bytes:
        """A statement, or nothing in as many lines; if it is COPY, its rows are awaited."""
        if copy := COPY.match(piece.text):
            self._table = self._begun(copy, piece)
            freezes = self.freezes and not copy["options"] and not self._table.mask.divided
            return b"%s WITH (FREEZE);" % text.rstrip(b"; \t\r\n") if freezes else text
        said = piece.text.lstrip()
        if place := set_to(said):
            self.sequences.update((place,))
        if _STATISTICS.match(said):
            return b"\n" * text.count(b"\n")
        if _ENCODING.match(said) and not _UTF8.match(said):
            raise Unmasked("is in another encoding than UTF-8", piece.line, _ENCODING_HINT)
        if _LARGE_OBJECT.match(said) and not self.large_objects:
            raise Unmasked("holds large objects, whose content nobody can mask", piece.line, _LARGE_OBJECTS_HINT)
        if _ROWS_OTHERWISE.match(said) or TABLE_AS.match(said):
            raise Unmasked("holds rows in another form than COPY", piece.line, _INSERTS_HINT)
        if not (SCHEMA.match(said) or _LARGE_OBJECT.match(said)):
            raise Unmasked(UNKNOWN, piece.line, UNKNOWN_HINT)
        return text

    def _begun(self, copy: re.Match[bytes], piece: Piece) -> _Table:
        schema, name = (_text(copy[part]) for part in ("schema", "table"))
        columns = tuple(_text(one) for one in _COLUMN.findall(copy["columns"] or b""))
        try:
            mask = self.masks(schema, name, columns)
        except Unmasked as unmasked:
            raise Unmasked(unmasked.message, piece.line, unmasked.hint) from None
        full = f"{schema}.{name}"
        self.rows.setdefault(full, 0)
        return _Table(full, mask, self.rows, self._seen, self.told)


def _result(part: Chunk | Future[bytes] | BaseException) -> Chunk:
    if isinstance(part, BaseException):
        raise part
    return Chunk("rows", part.result()) if isinstance(part, Future) else part


@dataclass
class _Table:
    """One whose rows pass, gathered to whole lines and to blocks that are worth it."""

    full: str
    mask: Mask
    counts: dict[str, int]
    seen: Counter[str]
    told: Told
    waiting: list[bytes] = field(default_factory=list)
    size: int = 0
    lines: int = 0  # that end in what waits

    def more(self, rows: bytes, lines: int) -> Iterator[Callable[[], bytes]]:
        """What masks a block, if there is one now. So many lines end in these rows."""
        self.lines += lines
        cut = rows.rfind(b"\n") + 1 if self.size + len(rows) >= BLOCK else 0
        if cut:
            whole = b"".join((*self.waiting, rows[:cut]))
            self.waiting, self.size, rows = [], 0, rows[cut:]
            yield self._counted(whole)
        self.waiting.append(rows)
        self.size += len(rows)

    def rest(self) -> Iterator[Callable[[], bytes]]:
        """What masks the rest of its rows, if there is one."""
        whole, self.waiting, self.size = b"".join(self.waiting), [], 0
        if whole:
            yield self._counted(whole)

    def _counted(self, whole: bytes) -> Callable[[], bytes]:
        read, self.lines = self.lines, 0
        if b"\r" in whole:  # as Windows' editors leave a dump; in values it is written as \r
            whole = whole.replace(b"\r\n", b"\n")
        come, work = read, partial(self.mask.mask, whole)
        line: Callable[[int], int] = int
        if self.mask.choice is not None:
            come, left, line = self.mask.choice(whole, read)
            work = partial(_masked, self.mask.mask, left)
        placed = partial(_placed, self.full, self.seen[self.full], work, line)
        self.seen[self.full] += read
        self.counts[self.full] += come
        self.told(self.full, self.counts[self.full])
        return placed


def _placed(table: str, before: int, work: Callable[[], bytes], line: Callable[[int], int]) -> bytes:
    """Does it; what is wrong with a row names the table, and counts its rows from the first."""
    from envctl.masking.copying import BrokenRows

    try:
        return work()
    except BrokenRows as broken:
        message = f"has rows that cannot be masked: row {before + line(broken.line)} of {table} {broken.reason}"
        raise Unmasked(message, hint=AGAIN) from None


def _masked(mask: Callable[[bytes], bytes], left: Callable[[], bytes]) -> bytes:
    rows = left()
    return mask(rows) if rows else rows


def _text(name: bytes) -> str:
    return plain_name(name).decode("utf-8", "replace")
