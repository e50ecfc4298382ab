"""Reads rows as `COPY … (FORMAT binary)` writes them: no character of a value has a meaning there."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

_SIGNATURE = b"PGCOPY\n\xff\r\n\0"
_HEAD = len(_SIGNATURE) + 8  # flags, and how long the extension of the header is
_NULL = -1
_END = -1
_COUNT = struct.Struct("!h")
_LENGTH = struct.Struct("!i")

Row = tuple[bytes | None, ...]


class Broken(Exception):
    """The answer ended too early, or is none."""


def rows(blocks: Iterable[bytes]) -> Iterator[Row]:
    """Each row, None for a null; no more is held than a block and a row. Raises Broken."""
    held, at, begun = b"", 0, False
    for block in blocks:
        held, at = held[at:] + block, 0
        if not begun:
            if len(held) < _HEAD:
                continue
            if not held.startswith(_SIGNATURE):
                raise Broken("it is no COPY in binary form")
            begun, at = True, _HEAD + _LENGTH.unpack_from(held, _HEAD - 4)[0]
        while (found := _row(held, at)) is not None:
            row, at = found
            if row is None:
                return
            yield row
    raise Broken("it ended before its last row")


def _row(held: bytes, at: int) -> tuple[Row | None, int] | None:
    """The row there and where the next begins; None of a row for the end, None at all for what is not whole yet."""
    size = len(held)
    if at + 2 > size:
        return None
    (count,) = _COUNT.unpack_from(held, at)
    at += 2
    if count == _END:
        return None, at
    values: list[bytes | None] = []
    for _ in range(count):
        if at + 4 > size:
            return None
        (length,) = _LENGTH.unpack_from(held, at)
        at += 4
        if length == _NULL:
            values.append(None)
            continue
        if at + length > size:
            return None
        values.append(held[at : at + length])
        at += length
    return tuple(values), at
