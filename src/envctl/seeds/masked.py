"""A plain dump on its way from its source to psql, with the rows in it masked. Pure.

Whatever holds rows in another way than COPY is refused, and so is every statement that pg_dump does not write for a
schema: nothing that is not understood passes. Where it comes from makes no difference: a file, pg_restore, pg_dump.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from envctl.seeds.lexer import Lexer
from envctl.seeds.pieces import BrokenText, Piece
from envctl.seeds.statements import plain_name

BLOCK = 8 << 20  # bytes of rows that are masked at once: with fewer most of the time goes into beginning
_NAME = rb'(?:"(?:[^"]|"")+"|[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff$]*)'
_COPY = re.compile(
    rb"COPY\s+(?P<schema>%s)\.(?P<table>%s)\s*(?:\((?P<columns>.*)\))?\s+FROM\s+STDIN\s*(?:WITH\s+\(FREEZE\)\s*)?;?\s*$"
    % (_NAME, _NAME),
    re.DOTALL | re.IGNORECASE,
)
_COLUMN = re.compile(rb"\s*(%s)\s*(?:,|$)" % _NAME)
_RESTRICT = re.compile(rb"\\(?:un)?restrict [A-Za-z0-9]+\s*$")
# Statistics are made of raw values (pg_dump of Postgres 18); the new data gets its own.
_STATISTICS = re.compile(rb"SELECT\s+\*\s+FROM\s+pg_catalog\.pg_restore_\w+_stats\b", re.IGNORECASE)
_LARGE_OBJECT = re.compile(
    rb"(?:SELECT\s+pg_catalog\.lo|ALTER\s+LARGE|GRANT\b.*\bON\s+LARGE|COMMENT\s+ON\s+LARGE)", re.I
)
_ROWS_OTHERWISE = re.compile(rb"(?:INSERT|UPDATE|MERGE|VALUES|TABLE|WITH)\b", re.I)
_SCHEMA = re.compile(
    rb"(?:SET|RESET|CREATE|ALTER|COMMENT|GRANT|REVOKE|REFRESH|DROP|BEGIN|START|COMMIT|END|ANALYZE|SECURITY|"
    rb"SELECT\s+pg_catalog\.(?:set_config|setval)\b|DO E'BEGIN IF NOT EXISTS \(SELECT FROM pg_catalog\.pg_roles )",
    re.IGNORECASE,
)
_TABLE_AS = re.compile(
    rb"CREATE\s+(?:(?:GLOBAL|LOCAL)\s+)?(?:TEMP(?:ORARY)?\s+|UNLOGGED\s+)?TABLE\b.*"
    rb"\bAS\s+(?:SELECT|TABLE|VALUES|WITH|EXECUTE)\b",
    re.IGNORECASE | re.DOTALL,
)
_LARGE_OBJECTS_HINT = 'Make the dump with --no-large-objects, or let them pass as they are: large_objects = "keep".'
_INSERTS_HINT = "Make the dump again without --inserts: its rows then come in a form that can be masked."


class Unmasked(Exception):
    """Something that cannot be masked: `message` continues “The dump …”, and repeats no value."""

    def __init__(self, message: str, line: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.line, self.hint = message, line, hint


class Mask(Protocol):
    """Masks rows of one table as COPY writes them."""

    def __call__(self, block: bytes) -> bytes: ...


# Who masks a table's rows, by its schema, its name, and its columns in the order in which they come. Raises Unmasked.
Masks = Callable[[str, str, tuple[str, ...]], Mask]


@dataclass
class Text:
    """A text that is masked as it passes. `rows` counts those of each table, by its full name."""

    masks: Masks
    large_objects: bool = False  # they pass as they are
    rows: dict[str, int] = field(default_factory=dict)
    _table: _Table | None = None  # whose rows come, or came last

    def masked(self, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """The same text with all rows masked. Raises Unmasked, or BrokenText where it is no whole text.

        No byte of a statement passes before all of it was looked at.
        """
        for piece, text in _parts(blocks):
            if piece is not None and piece.what == "rows" and self._table is not None:
                yield from self._table.more(text)
                continue
            if self._table is not None:
                yield self._table.rest()
            if piece is None or piece.what != "statement":
                yield text
            else:
                yield text if self._passes(piece) else b"\n" * text.count(b"\n")

    def _passes(self, piece: Piece) -> bool:
        """Whether a statement does; if it is COPY, its rows are awaited."""
        if copy := _COPY.match(piece.text):
            self._table = self._begun(copy, piece)
            return True
        said = piece.text.lstrip()
        if _STATISTICS.match(said):
            return False
        if _LARGE_OBJECT.match(said) and not self.large_objects:
            raise Unmasked("holds large objects, whose content nobody can mask", piece.line, _LARGE_OBJECTS_HINT)
        if _ROWS_OTHERWISE.match(said) or _TABLE_AS.match(said):
            raise Unmasked("holds rows in another form than COPY", piece.line, _INSERTS_HINT)
        if not (_SCHEMA.match(said) or _LARGE_OBJECT.match(said)):
            raise Unmasked("holds a statement that pg_dump does not write", piece.line, _INSERTS_HINT)
        return True

    def _begun(self, copy: re.Match[bytes], piece: Piece) -> _Table:
        schema, name = (_text(copy[part]) for part in ("schema", "table"))
        columns = tuple(_text(one) for one in _COLUMN.findall(copy["columns"] or b""))
        try:
            mask = self.masks(schema, name, columns)
        except Unmasked as unmasked:
            raise Unmasked(unmasked.message, piece.line, unmasked.hint) from None
        full = f"{schema}.{name}"
        self.rows.setdefault(full, 0)
        return _Table(full, mask, self.rows)


@dataclass
class _Table:
    """One whose rows pass, gathered to whole lines and to blocks that are worth it."""

    full: str
    mask: Mask
    counts: dict[str, int]
    waiting: list[bytes] = field(default_factory=list)
    size: int = 0

    def more(self, rows: bytes) -> Iterator[bytes]:
        self.waiting.append(rows)
        self.size += len(rows)
        if self.size < BLOCK:
            return
        whole = b"".join(self.waiting)
        cut = whole.rfind(b"\n") + 1
        self.waiting, self.size = [whole[cut:]], len(whole) - cut
        yield self._done(whole[:cut])

    def rest(self) -> bytes:
        whole, self.waiting, self.size = b"".join(self.waiting), [], 0
        return self._done(whole)

    def _done(self, whole: bytes) -> bytes:
        if not whole:
            return b""
        whole = whole.replace(b"\r\n", b"\n")  # as Windows' editors leave a dump; in values it is written as \r
        self.counts[self.full] += whole.count(b"\n")
        return self.mask(whole)


def schema_only(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text with no row in it, in whatever form. Raises BrokenText."""
    for piece, text in _parts(blocks):
        if piece is None:
            yield text
        elif piece.what == "statement":
            said = piece.text.lstrip()
            passes = bool(_SCHEMA.match(said) or _COPY.match(said)) and not _TABLE_AS.match(said)
            yield text if passes else b"\n" * text.count(b"\n")


def with_rows(blocks: Iterable[bytes], tables: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """A text whose tables have no rows, with the rows of each put in, in the order of the text."""
    waiting = iter(tables)
    rows: Iterable[bytes] = ()
    begun = False
    for piece, text in _parts(blocks):
        if begun:  # the end of the line of COPY, and the line that ends its rows
            line, newline, rest = text.partition(b"\n")
            yield line + newline
            yield from rows
            yield rest
        else:
            yield text
        begun = piece is not None and piece.what == "statement" and bool(_COPY.match(piece.text))
        if begun:
            rows = next(waiting)


def _parts(blocks: Iterable[bytes]) -> Iterator[tuple[Piece | None, bytes]]:
    """A text in order: each statement whole, rows as they come, and (None) what lies between.

    Commands of psql are left out where they are pg_dump's own, else raise BrokenText.
    """
    lexer, held, start = Lexer(), bytearray(), 0  # what was not handed on yet, and where that begins in the text

    def taken(end: int) -> bytes:
        nonlocal start
        part = bytes(held[: end - start])
        del held[: end - start]
        start = end
        return part

    def more(pieces: list[Piece]) -> Iterator[tuple[Piece | None, bytes]]:
        held.extend(lexer.passed)
        for piece in pieces:
            if piece.what == "command" and not (piece.alone and _RESTRICT.match(piece.text)):
                raise BrokenText("holds a command for psql, which could run programs", piece.line)
            if piece.what == "comment":
                continue
            if piece.start > start:
                yield None, taken(piece.start)
            text = taken(piece.end)
            yield (None, b"\n") if piece.what == "command" else (piece, text)
        if held and not lexer.open:
            yield None, taken(start + len(held))

    for block in blocks:
        yield from more(lexer.feed(block))
    yield from more(lexer.close())


def _text(name: bytes) -> str:
    return plain_name(name).decode("utf-8", "replace")
