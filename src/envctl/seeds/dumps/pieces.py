"""What the text of a plain dump is split into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

KEPT = 1 << 18  # bytes of one statement's text; no statement that is looked into is longer

What = Literal["statement", "command", "comment", "rows"]


@dataclass(frozen=True)
class Piece:
    """A part of the text: from which byte to which, on which line, and at most its first `KEPT` bytes.

    A statement ends with its `;`; a run of INSERTs counts as one. A command or a comment goes to the end of its line;
    `alone` says that no statement was open before it. Rows of COPY come in as many pieces as they were read in, none
    with a text, without the line that ends them.
    """

    what: What
    start: int
    end: int
    line: int
    text: bytes
    alone: bool = True
    lines: int = 0  # that end in rows


class BrokenText(Exception):
    """The text is no whole dump: `message` continues “The dump …”, `line` says where, 0 nowhere in particular."""

    def __init__(self, message: str, line: int = 0, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.hint = hint
