"""The rows of CSV text, cut where no quote is open, and checked. Pure.

As RFC 4180 has it: a value that holds a delimiter, a quote or the end of a line stands in quotes, a quote in it twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

LONGEST = 1 << 26  # bytes of one row; more of them is a quote that is never closed
_QUOTE, _LINE, _RETURN = (ord(sign) for sign in '"\n\r')
_Bools = NDArray[np.bool_]


class BrokenText(ValueError):
    """What is no CSV of so many columns: in which line of the file, and why; nothing of what stands there."""

    def __init__(self, line: int, reason: str, hint: str = "") -> None:
        super().__init__(f"line {line} {reason}")
        self.line, self.reason, self.hint = line, reason, hint


@dataclass(frozen=True)
class Piece:
    """Whole rows: their text, and the line of the file that they begin in."""

    text: bytes
    line: int
    delimiter: str

    def lines(self, columns: int) -> NDArray[np.int64]:
        """The line that each row begins in; lines without anything are no rows, where there are several columns."""
        starts, _ = self._rows(columns)
        return self.line + np.searchsorted(np.flatnonzero(self._signs == _LINE), starts)

    def checked(self, columns: int) -> tuple[bytes, int]:
        """The text of the rows, each with an end of line alone behind it, and how many they are. Raises BrokenText."""
        starts, ends = self._rows(columns)
        borders = np.flatnonzero(self._borders)
        there = np.searchsorted(borders, ends) - np.searchsorted(borders, starts)
        if (wrong := np.flatnonzero(there != columns - 1)).size:
            first = wrong[0]
            said = f"has {_counted(int(there[first]) + 1)} where there are {_counted(columns)}"
            raise BrokenText(self._line_at(int(starts[first])), said)
        return self._without(self._left_out(columns)), len(starts)

    def check_quotes(self) -> None:
        """Raises BrokenText where a quote neither opens nor closes a value, nor stands twice for itself."""
        at = np.flatnonzero(self._quotes)
        around = np.concatenate(([_LINE], self._signs, [_LINE]))
        opening = self._inside[at]
        fine = np.where(
            opening, self._may(_QUOTE, _LINE)[around[at]], self._may(_QUOTE, _LINE, _RETURN)[around[at + 2]]
        )
        if not fine.all():
            hint = 'Write the whole value in quotes, and each quote in it twice: "5"" nails".'
            line = self._line_at(int(at[~fine][0]))
            raise BrokenText(line, "has a quote in the middle of a value", hint)

    def _may(self, *signs: int) -> _Bools:
        """By each sign, whether it is the delimiter or one of these."""
        found = np.zeros(256, dtype=np.bool_)
        found[[ord(self.delimiter), *signs]] = True
        return found

    def check_closed(self) -> None:
        """Raises BrokenText where a value in quotes goes on behind the end of it."""
        if self._inside[-1]:
            raise BrokenText(self._line_at(int(np.flatnonzero(self._quotes)[-1])), "has a quote that is never closed")

    @cached_property
    def _signs(self) -> NDArray[np.uint8]:
        return np.frombuffer(self.text, dtype=np.uint8)

    @cached_property
    def _quotes(self) -> _Bools:
        quotes: _Bools = self._signs == _QUOTE
        return quotes

    @cached_property
    def _inside(self) -> _Bools:
        """Whether a value in quotes goes on behind each byte."""
        return inside(self._quotes)

    @cached_property
    def _borders(self) -> _Bools:
        borders: _Bools = (self._signs == ord(self.delimiter)) & ~self._inside
        return borders

    @cached_property
    def _breaks(self) -> _Bools:
        breaks: _Bools = (self._signs == _LINE) & ~self._inside
        return breaks

    @cached_property
    def _returns(self) -> _Bools:
        """Those before an end of line, which belong to it."""
        found = np.zeros_like(self._breaks)
        found[:-1] = self._breaks[1:] & (self._signs[:-1] == _RETURN)
        return found

    def _rows(self, columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where each row begins, and where what ends it stands."""
        ends = np.flatnonzero(self._breaks)
        starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
        if columns > 1:
            there = ~self._blank(starts, ends)
            return starts[there], ends[there]
        return starts, ends

    def _blank(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> _Bools:
        blank: _Bools = starts + self._returns[np.maximum(ends - 1, 0)] == ends
        return blank

    def _left_out(self, columns: int) -> _Bools:
        """The bytes that are no part of rows."""
        left = self._returns.copy()
        if columns > 1:
            ends = np.flatnonzero(self._breaks)
            starts = np.concatenate(([0], ends[:-1] + 1)) if ends.size else ends
            left[ends[self._blank(starts, ends)]] = True
        return left

    def _without(self, left: _Bools) -> bytes:
        return self._signs[~left].tobytes() if left.any() else self.text

    def _line_at(self, at: int) -> int:
        return self.line + int(np.count_nonzero(self._signs[:at] == _LINE))


def inside(quotes: _Bools) -> _Bools:
    """Whether a value in quotes is open behind each of these signs, the first of which begins a row."""
    return (np.cumsum(quotes, dtype=np.uint8) & 1).astype(np.bool_)  # what flows over is even


def pieces(blocks: Iterable[bytes], delimiter: str) -> Iterator[Piece]:
    """The text in whole rows: the first row, then pieces about as long as the blocks.

    Raises BrokenText where it is no CSV, whatever the columns.
    """
    line, held, first = 1, b"", True
    for block in blocks:
        held += block
        while at := _cut(held, first=first):
            piece = Piece(held[:at], line, delimiter)
            piece.check_quotes()
            yield piece
            held, line, first = held[at:], line + piece.text.count(b"\n"), False
        if len(held) > LONGEST:
            Piece(held, line, delimiter).check_quotes()
            raise BrokenText(line, f"begins a row of more than {LONGEST >> 20} MiB", "Perhaps a quote is never closed.")
    if held:
        rest = Piece(held + b"\n", line, delimiter)
        rest.check_quotes()
        rest.check_closed()
        yield rest


def _cut(text: bytes, *, first: bool) -> int:
    """How much of it is whole rows, or its first row; 0 where none is whole."""
    signs = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero((signs == _LINE) & ~inside(signs == _QUOTE))
    return int(ends[0 if first else -1]) + 1 if ends.size else 0


def _counted(columns: int) -> str:
    return f"{columns} values" if columns != 1 else "1 value"
