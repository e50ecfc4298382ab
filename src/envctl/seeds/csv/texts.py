"""A CSV file: what its columns are headed with, and its rows as COPY writes them, a block at a time."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import polars as pl

from envctl.masking.copying import escaped, text
from envctl.seeds.csv.files import File
from envctl.seeds.csv.refusal import refused
from envctl.seeds.csv.scan import BrokenText, Piece, pieces

_MARK = "\ufeff"  # what some programs begin a file with
_OTHERS = (";", "\t", "|", ",")  # delimiters that somebody may have meant
Read = Callable[[int], None]


def unheard(_bytes: int) -> None:
    """A `Read` for those who do not listen."""


@dataclass(frozen=True)
class TextFile:
    """A CSV file, and how it is read: `null` is what stands for null; nothing: what is empty and not in quotes."""

    file: File
    delimiter: str
    null: str
    encoding: str

    def header(self) -> tuple[str, ...]:
        """What its columns are headed with. Raises EnvctlError where that cannot be read."""
        with _refusing(self.file):
            first = next(self._pieces(unheard), None)
        if first is None or not first.text.strip():
            raise refused(f"{self.file.path} is empty: its first row must name its columns.")
        names = next(csv.reader([first.text.decode()], delimiter=self.delimiter))
        return tuple(name.strip() for name in names)

    def blocks(self, columns: Sequence[int], width: int, read: Read = unheard) -> Iterator[bytes]:
        """These columns of all its rows, each of which has to have `width`. Raises EnvctlError."""
        with _refusing(self.file):
            found = self._pieces(read)
            next(found)
            for piece in found:
                if block := self._copied(piece, columns, width):
                    yield block

    def line(self, row: int, width: int) -> int:
        """The line that a row begins in, by its number from 1 on: the file is read again up to there."""
        with _refusing(self.file):
            found = self._pieces(unheard)
            next(found)
            for piece in found:
                lines = piece.lines(width)
                if row <= len(lines):
                    return int(lines[row - 1])
                row -= len(lines)
        return 0

    def _copied(self, piece: Piece, columns: Sequence[int], width: int) -> bytes:
        rows, count = piece.checked(width)
        if not count:
            return b""
        # polars takes a mark of order for no part of the first value, so that one is put before it
        frame = pl.read_csv(
            _MARK.encode() + rows,
            separator=self.delimiter,
            has_header=False,
            null_values=[self.null] if self.null else None,
            empty_string_is_null=not self.null,
            schema=dict.fromkeys(map(str, range(width)), pl.String),
        )
        if frame.height != count:
            raise BrokenText(piece.line, "and those behind it cannot be read")
        return text(pl.DataFrame([escaped(frame[str(at)]) for at in columns]))

    def _pieces(self, read: Read) -> Iterator[Piece]:
        return pieces(self._utf8(read), self.delimiter)

    def _utf8(self, read: Read) -> Iterator[bytes]:
        """Its text in UTF-8, without a mark of order. Raises BrokenText."""
        decoder = codecs.getincrementaldecoder(self.encoding)()
        line, first = 1, True
        for block, last in _with_last(self.file.blocks(read)):
            try:
                decoded = decoder.decode(block, last)
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(self.encoding, "ignore")
                hint = 'Say which it is: encoding = "cp1252", or save the file as UTF-8.'
                raise BrokenText(line + before.count("\n"), f"is not {self.encoding.upper()}", hint) from None
            if "\0" in decoded:
                at = line + decoded.partition("\0")[0].count("\n")
                raise BrokenText(at, "holds a zero byte, which no text of Postgres does")
            line += decoded.count("\n")
            yield (decoded.removeprefix(_MARK) if first else decoded).encode()
            first = first and not decoded


@contextmanager
def _refusing(file: File) -> Iterator[None]:
    """What is wrong with the text is wrong with the file. Raises EnvctlError."""
    try:
        yield
    except BrokenText as broken:
        raise refused(f"{file.path}, line {broken.line} {broken.reason}.", broken.hint) from None


def _with_last(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each block, and an empty last one."""
    for block in blocks:
        yield block, False
    yield b"", True


def meant_delimiter(header: Sequence[str]) -> str:
    """What probably stands between the values of a file with but one column; nothing where nobody can tell."""
    return next((sign for sign in _OTHERS if len(header) == 1 and sign in header[0]), "")
