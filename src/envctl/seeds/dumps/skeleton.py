"""A plain dump in pieces, and what is left of it without its data, which may be put in again. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from envctl.seeds.dumps.lexer import Lexer
from envctl.seeds.dumps.pieces import BrokenText, Piece
from envctl.seeds.dumps.statements import NAME

COPY = re.compile(
    rb"COPY\s+(?P<schema>%s)\.(?P<table>%s)\s*(?:\((?P<columns>.*)\))?\s+FROM\s+(?P<stdin>STDIN)\s*(?P<options>WITH\b.*)?;?\s*$"
    % (NAME, NAME),
    re.DOTALL | re.IGNORECASE,
)
_RESTRICT = re.compile(rb"\\(?:un)?restrict [A-Za-z0-9]+\s*$")
# What a schema consists of, as pg_dump writes it.
SCHEMA = re.compile(
    rb"(?:SET|RESET|CREATE|ALTER|COMMENT|GRANT|REVOKE|REFRESH|DROP|BEGIN|START|COMMIT|END|ANALYZE|SECURITY|"
    rb"SELECT\s+pg_catalog\.(?:set_config|setval)\b|DO E'BEGIN IF NOT EXISTS \(SELECT FROM pg_catalog\.pg_roles )",
    re.IGNORECASE,
)
TABLE_AS = re.compile(
    rb"CREATE\s+(?:(?:GLOBAL|LOCAL)\s+)?(?:TEMP(?:ORARY)?\s+|UNLOGGED\s+)?TABLE\b.*"
    rb"\bAS\s+(?:SELECT|TABLE|VALUES|WITH|EXECUTE)\b",
    re.IGNORECASE | re.DOTALL,
)
# Rows in another form, large objects, statistics: what a schema does without.
_WITHOUT = re.compile(
    rb"(?:(?:INSERT|UPDATE|MERGE|VALUES|TABLE|WITH)\b|SELECT\s+pg_catalog\.lo|SELECT\s+\*\s+FROM\s+pg_catalog\.pg_restore_)",
    re.IGNORECASE,
)
_OPENED = re.compile(rb"SELECT pg_catalog\.lo_open\('(?P<number>\d+)', \d+\);?\s*$")
_WRITTEN = 1 << 16  # bytes of a large object that one statement writes
UNKNOWN = "holds a statement that pg_dump does not write"
UNKNOWN_HINT = "Take a dump as pg_dump makes it, plain or with --format=custom, and as it came from there."


def schema_only(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text with no row in it, in whatever form. Raises BrokenText, also for what is no dump at all."""
    for piece, text in pieces(blocks):
        if piece is None:
            yield text
        elif piece.what == "statement":
            said = piece.text.lstrip()
            passes = bool(SCHEMA.match(said) or COPY.match(said)) and not TABLE_AS.match(said)
            if not (passes or TABLE_AS.match(said) or _WITHOUT.match(said)):
                raise BrokenText(UNKNOWN, piece.line, UNKNOWN_HINT)
            yield text if passes else b"\n" * text.count(b"\n")


def with_rows(
    blocks: Iterable[bytes], rows: Callable[[str], Iterable[bytes]], large: Callable[[str], Iterable[bytes]]
) -> Iterator[bytes]:
    """A text with data put in: the rows of each table in place of the number that stands there alone, and the content
    of each large object behind what opens it. `rows` and `large` give them by their numbers.
    """
    number = b""
    for piece, text in pieces(blocks):
        if piece is not None and piece.what == "rows":
            number += text
            continue
        if number:
            yield from rows(number.strip().decode("ascii", "replace"))
            number = b""
        yield text
        if piece is not None and piece.what == "statement" and (opened := _OPENED.match(piece.text)):
            for block in large(opened["number"].decode()):
                yield from _written(block)


def _written(block: bytes) -> Iterator[bytes]:
    """What writes a part of the large object that is open."""
    for start in range(0, len(block), _WRITTEN):
        yield b"\nSELECT pg_catalog.lowrite(0, '\\x%s');" % block[start : start + _WRITTEN].hex().encode()


def pieces(blocks: Iterable[bytes]) -> Iterator[tuple[Piece | None, bytes]]:
    """A text in order: each statement whole, rows as they come, and (None) what lies between.

    Commands of psql are left out where they are pg_dump's own, else raise BrokenText.
    """
    lexer, held, start = Lexer(), bytearray(), 0  # what was not handed on yet, and where that begins in the text

    def taken(end: int) -> bytes:
        nonlocal start
        part = bytes(memoryview(held)[: end - start])
        del held[: end - start]
        start = end
        return part

    def more(found: list[Piece]) -> Iterator[tuple[Piece | None, bytes]]:
        nonlocal start
        end = start + len(lexer.passed)
        if not held and [(piece.what, piece.start, piece.end) for piece in found] == [("rows", start, end)]:
            start = end
            yield found[0], lexer.passed  # most of a dump, as it is
            return
        held.extend(lexer.passed)
        for piece in found:
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
