"""Splits a plain dump into statements, psql commands and comments, without holding it in memory. Pure.

Rows of COPY are only searched for their end; everything else is matched by one regular expression whose loops are
possessive, so the work is done in C and grows with the length of the text alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from envctl.seeds.dumps.pieces import KEPT, BrokenText, Piece, What

# What a statement consists of, up to what needs a decision: `;`, `\`, a comment, a dollar quote, a quote left open.
_PASSED = rb"""(?:
    [^A-Za-z_\x80-\xff0-9'"$\\;/\-]++          # blanks and punctuation
  | [eE]'(?:[^'\\]++|''|\\.)*+'                # E'..' knows backslashes
  | (?![eE]')[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff$]*+  # words
  | [0-9]++
  | '(?:%s)*+'
  | "(?:[^"]++|"")*+"
  | \$[0-9]++
  | -(?!-) | /(?!\*)
)*+"""
_ESCAPED = rb"[^'\\]++|''|\\."
_STANDARD = re.compile(_PASSED % rb"[^']++|''", re.DOTALL | re.VERBOSE)
_ESCAPING = re.compile(_PASSED % _ESCAPED, re.DOTALL | re.VERBOSE)
_INSERTS = re.compile(  # one match for a whole run of them: dumps made with --inserts hold little else
    rb"\s*+(?P<run>(?:(?i:INSERT)\b%s;\s*+)++)" % (_PASSED % rb"[^']++|''"), re.DOTALL | re.VERBOSE
)
_INSERT = re.compile(rb"\s*+(?i:INSERT)\b%s;" % (_PASSED % rb"[^']++|''"), re.DOTALL | re.VERBOSE)
_ESCAPED_TO_END = re.compile(rb"(?:%s)*+(?P<end>')?" % _ESCAPED, re.DOTALL)
_STRING_TO_END = re.compile(rb"(?:[^']++|'')*+(?P<end>')?")
_NAME_TO_END = re.compile(rb'(?:[^"]++|"")*+(?P<end>")?')
_QUOTE = re.compile(rb"['\"]|[eE]'")
_DOLLAR = re.compile(rb"\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*+)?\$")
_NESTING = re.compile(rb"/\*|\*/")
_BLANK = re.compile(rb"[ \t\r\n\f\v]*+")
_REST_OF_COPY = re.compile(rb"[ \t\r]*+(?:--[^\n]*+)?\n")
_COPY = re.compile(rb"COPY\b.*\bFROM\s+STDIN\b", re.DOTALL | re.IGNORECASE)
_SET_STRINGS = re.compile(rb"SET\b.*\bstandard_conforming_strings\W+(\w+)", re.DOTALL | re.IGNORECASE)

_LARGE = 1 << 16  # bytes of rows: numpy counts in a quarter of the time, and lets other threads go on
_NEWLINE = ord("\n")

_Inside = Literal["text", "string", "escaped", "name", "dollar", "comment", "rows"]
_TO_END = {"string": _STRING_TO_END, "escaped": _ESCAPED_TO_END, "name": _NAME_TO_END}
_NAMED = {"dollar": "a quoted body", "comment": "a comment", "rows": "a table's rows", "name": "a quoted name"}


@dataclass
class _Open:
    """The statement that is being read."""

    start: int
    line: int
    parts: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, part: bytes) -> None:
        if self.size < KEPT:
            self.parts.append(part[: KEPT - self.size])
        self.size += len(part)


class Lexer:
    """Fed with blocks of any size, it answers with the pieces that became complete."""

    def __init__(self) -> None:
        self.passed = b""  # what the last call has dealt with
        self.offset = 0  # in the text, of what was not dealt with yet
        self._kept = b""  # exactly that: the last line, or the last bytes of rows
        self._data = b""  # what is being dealt with, from `offset` on
        self._inside: _Inside = "text"
        self._opened = 1  # the line where that began
        self._tag = b""  # of the dollar quote
        self._depth = 0  # of the comment
        self._fresh = False  # the rows begin here
        self._escaping = False  # standard_conforming_strings is off
        self._statement: _Open | None = None
        self._line, self._counted = 1, 0  # the line at the position `_counted`
        self._pieces: list[Piece] = []

    @property
    def open(self) -> bool:
        """Whether a statement was begun whose end is still to come."""
        return self._statement is not None

    def feed(self, block: bytes) -> list[Piece]:
        """Take the next block."""
        return self._take(self._kept + block)

    def close(self) -> list[Piece]:
        """The text ends here; a last line break is added where it is missing."""
        missing = b"" if self._kept.endswith(b"\n") or not self._kept else b"\n"
        pieces = self._take(self._kept + missing)
        if self._inside != "text":
            raise BrokenText(f"ends inside {_NAMED.get(self._inside, 'a quoted text')}", self._opened)
        if self._statement:  # its `;` is missing; psql runs it all the same
            pieces.append(self._finished(self.offset))
        return pieces

    def _take(self, data: bytes) -> list[Piece]:
        self._data, self._pieces, pos = data, [], 0
        while True:
            # Tokens do not cross lines, so what follows the last line break waits. Rows need no lines.
            ready = len(data) if self._inside == "rows" else data.rfind(b"\n") + 1
            if pos >= ready:
                break
            before, pos = pos, self._step(pos, ready)
            if pos == before:
                break
        self._line_at(pos)
        self._counted = 0
        self.passed, self._kept = data[:pos], data[pos:]
        self.offset += pos
        return self._pieces

    def _step(self, pos: int, ready: int) -> int:
        match self._inside:
            case "text":
                return self._text(pos, ready)
            case "rows":
                return self._rows(pos)
            case "comment":
                return self._comment(pos, ready)
            case "dollar":
                found = self._data.find(self._tag, pos, ready)
                return self._leave(pos, found + len(self._tag)) if found >= 0 else self._stay(pos, ready)
            case quoted:
                found_end = _TO_END[quoted].match(self._data, pos, ready)
                if found_end and found_end["end"]:
                    return self._leave(pos, found_end.end())
                return self._stay(pos, ready)

    def _text(self, pos: int, ready: int) -> int:
        """One run of ordinary text, and what ended it."""
        if self._statement is None and not self._escaping:
            inserts = _INSERTS.match(self._data, pos, ready)
            if inserts:
                return self._run(inserts.start("run"), inserts.end())
        passed = (_ESCAPING if self._escaping else _STANDARD).match(self._data, pos, ready)
        end = passed.end() if passed else pos
        begin = _BLANK.match(self._data, pos, end)
        if self._statement:
            self._statement.add(self._data[pos:end])
        elif begin and begin.end() < end:
            self._open(begin.end()).add(self._data[begin.end() : end])
        if end >= ready:
            return ready
        if self._data.startswith((b"--", b"\\"), end):
            return self._line_piece(end)
        if self._data.startswith(b"/*", end):
            self._depth = 1
            return self._enter("comment", end, end + 2)
        if self._data[end] == ord(";"):
            return self._finish(end + 1)
        return self._quote(end)

    def _run(self, start: int, end: int) -> int:
        """Several statements in one piece."""
        text = self._data[start : min(end, start + KEPT)]
        self._pieces.append(Piece("statement", self.offset + start, self.offset + end, self._line_at(start), text))
        return end

    def _quote(self, pos: int) -> int:
        """A quote that is not closed in this block, a dollar quote, or a character without meaning."""
        statement = self._open(pos)
        if dollar := _DOLLAR.match(self._data, pos):
            self._tag = dollar[0]
            statement.add(dollar[0])
            return self._enter("dollar", pos, dollar.end())
        quote = _QUOTE.match(self._data, pos)
        end = quote.end() if quote else pos + 1
        statement.add(self._data[pos:end])
        if quote is None:
            return end
        if quote[0] == b'"':
            return self._enter("name", pos, end)
        return self._enter("escaped" if self._escaping or len(quote[0]) > 1 else "string", pos, end)

    def _finish(self, end: int) -> int:
        """The open statement ends at `end`."""
        if self._statement is None:  # a lone `;`
            return end
        piece = self._finished(self.offset + end)
        self._pieces.append(piece)
        if strings := _SET_STRINGS.match(piece.text[:200]):
            self._escaping = strings[1].lower() in (b"off", b"false", b"no", b"0")
        if piece.text[:4].upper() == b"COPY" and _COPY.match(piece.text):
            return self._begin_rows(end, piece.line)
        return end

    def _finished(self, end: int) -> Piece:
        statement, self._statement = self._statement, None
        assert statement is not None  # noqa: S101  # both callers have looked
        return Piece("statement", statement.start, end, statement.line, b"".join(statement.parts))

    def _begin_rows(self, end: int, line: int) -> int:
        rest = _REST_OF_COPY.match(self._data, end)
        if rest is None:
            raise BrokenText("has something behind COPY … FROM stdin on the same line", line)
        self._fresh = True
        return self._enter("rows", end, rest.end())

    def _rows(self, pos: int) -> int:
        """Skip to the line `\\.`; the last bytes wait when they may be the beginning of it."""
        data = self._data
        if self._fresh:
            if not data.endswith(b"\n") and b"\\.\r\n".startswith(data[pos:]):
                return pos
            self._fresh = False
            if data.startswith((b"\\.\n", b"\\.\r\n"), pos):
                return self._leave(pos, data.index(b"\n", pos) + 1)
        # A single byte is found much faster than three of them, and many rows have no backslash at all.
        first = data.find(b"\\", pos)
        found = data.find(b"\n\\.", max(pos, first - 1)) if first >= 0 else -1
        while found >= 0:
            after = data[found + 3 : found + 5]
            if after.startswith(b"\n") or after == b"\r\n":
                self._pass_rows(pos, found + 1)
                return self._leave(pos, data.index(b"\n", found + 1) + 1)
            if after in (b"", b"\r"):
                return self._pass_rows(pos, found)
            found = data.find(b"\n\\.", found + 1)
        return self._pass_rows(pos, max(pos, len(data) - 2))

    def _pass_rows(self, pos: int, end: int) -> int:
        if end > pos:
            lines = -self._line_at(pos) + self._line_at(end)
            self._pieces.append(Piece("rows", self.offset + pos, self.offset + end, self._opened, b"", lines=lines))
        return end

    def _comment(self, pos: int, ready: int) -> int:
        """`/* … */`, which nests."""
        for sign in _NESTING.finditer(self._data, pos, ready):
            self._depth += 1 if sign[0] == b"/*" else -1
            if self._depth == 0:
                self._inside = "text"
                self._blank()
                return sign.end()
        return ready

    def _line_piece(self, pos: int) -> int:
        """A comment or a psql command, to the end of its line."""
        end = self._data.index(b"\n", pos) + 1
        text = self._data[pos : min(end, pos + KEPT)]
        what: What = "comment" if text.startswith(b"--") else "command"
        start, line = self.offset + pos, self._line_at(pos)
        self._pieces.append(Piece(what, start, self.offset + end, line, text, self._statement is None))
        self._blank()
        return end

    def _blank(self) -> None:
        if self._statement:
            self._statement.add(b"\n")

    def _enter(self, inside: _Inside, pos: int, end: int) -> int:
        self._inside, self._opened = inside, self._line_at(pos)
        return end

    def _leave(self, pos: int, end: int) -> int:
        self._inside = "text"
        return self._stay(pos, end)

    def _stay(self, pos: int, end: int) -> int:
        """What was passed belongs to the open statement; rows belong to none."""
        if self._statement:
            self._statement.add(self._data[pos:end])
        return end

    def _open(self, pos: int) -> _Open:
        if self._statement is None:
            self._statement = _Open(self.offset + pos, self._line_at(pos))
        return self._statement

    def _line_at(self, pos: int) -> int:
        self._line += lines(self._data, self._counted, pos)
        self._counted = pos
        return self._line


def lines(text: bytes, start: int, end: int) -> int:
    """How many end in a part of a text."""
    if end - start < _LARGE:
        return text.count(b"\n", start, end)
    import numpy as np

    return int(np.count_nonzero(np.frombuffer(text, np.uint8, end - start, start) == _NEWLINE))


def inserts(run: bytes) -> list[bytes]:
    """The statements of a piece that begins with INSERT: it may be a run of them."""
    found: list[bytes] = _INSERT.findall(run)
    rest = run[sum(map(len, found)) :]
    return [run] if rest.strip() else [*found, rest]
