"""Rows of large tables go to the server by a named pipe of their own, past psql, which would copy them once more. Pure.

psql gets all that is said, and the server, told so by COPY, reads the pipe itself. For few rows that is not worth it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from envctl.seeds.dumps.lexer import lines
from envctl.seeds.dumps.skeleton import COPY
from envctl.seeds.server import literal
from envctl.world.pipes import Aside

WORTH = 1 << 20  # bytes of a table's first block of rows
_END = re.compile(rb"\\\.\r?\n")
_FREEZE = b"WITH (FREEZE)"
_SAID = re.compile(rb"^(psql:[^\n]*?:)(\d+)(?=: )", re.MULTILINE)


What = Literal["copy", "rows", "text"]


class Chunk(NamedTuple):
    """A part of the text that a database is loaded with: COPY, the rows behind it, and all else."""

    what: What
    text: bytes


@dataclass
class Past:
    """Leads the rows of one text past psql. `pipe` makes a named pipe that the server sees too."""

    pipe: Callable[[], Path]
    _line: int = 1  # that psql reads next
    _gone: list[tuple[int, int]] = field(default_factory=list)  # from which line of psql on how many went past it

    def passed(self, parts: Iterable[Chunk]) -> Iterator[bytes | Aside]:
        """What psql reads, and what is read beside it."""
        stream, copy = iter(parts), b""  # COPY, for as long as no row of it has come
        for part in stream:
            if part.what == "copy" or (copy and part.what == "text" and not part.text.strip()):
                copy += part.text
                continue
            if part.what == "rows" and len(part.text) >= WORTH and (around := _around(copy)):
                yield from self._past(around, part, stream)
            else:
                yield from self._heard(copy, part.text)
            copy = b""
        yield from self._heard(copy)

    def _past(self, around: tuple[bytes, bytes], first: Chunk, stream: Iterator[Chunk]) -> Iterator[bytes | Aside]:
        """Rows of one table, and what follows them."""
        path, rows = self.pipe(), _Rows(first, stream)
        words = os.fsencode(literal(str(path))).join(around)
        self._line += words.count(b"\n")
        yield Aside(words, path, rows)
        self._gone.append((self._line, rows.lines + 1))
        yield from self._heard(_END.sub(b"", rows.behind, count=1))

    def _heard(self, *said: bytes) -> Iterator[bytes]:
        self._line += sum(text.count(b"\n") for text in said)
        yield from filter(None, said)

    def placed(self, stderr: bytes) -> bytes:
        """What psql said, with lines of the text in place of those that it read."""
        return _SAID.sub(lambda said: b"%s%d" % (said[1], self._of_text(int(said[2]))), stderr)

    def _of_text(self, line: int) -> int:
        return line + sum(lines for start, lines in self._gone if start <= line)


class _Rows:
    """Rows of a table: `lines` of them so far, and `behind` them, once they have come to their end, the next part."""

    def __init__(self, first: Chunk, stream: Iterator[Chunk]) -> None:
        self._first, self._stream = first, stream
        self.lines, self.behind = 0, b""

    def __iter__(self) -> Iterator[bytes]:
        part: Chunk | None = self._first
        while part is not None and part.what == "rows":
            self.lines += lines(part.text, 0, len(part.text))
            yield part.text
            part = next(self._stream, None)
        self.behind = part.text if part is not None else b""


def _around(copy: bytes) -> tuple[bytes, bytes] | None:
    """What stands before and behind the word that says where rows come from; None for COPY in another form."""
    said = COPY.match(copy)
    if said is None or (said["options"] or _FREEZE).rstrip(b"; \t\r\n") != _FREEZE:
        return None
    return copy[: said.start("stdin")], copy[said.end("stdin") :]
