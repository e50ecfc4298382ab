"""Texts of fixed width made of numbers: digits of some alphabet, all rows at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from envctl.catalogue import written
from envctl.synthetic.base import Field
from envctl.synthetic.draws import Numbers

Letters = NDArray[np.uint8]  # a row of the matrix is a text, in ASCII
HEX = b"0123456789abcdef"
_BYTES = 8  # of a number
_OCTETS: Letters = np.frombuffer(bytes(range(256)).hex().encode(), np.uint8).reshape(256, 2)


def digits(numbers: NDArray[np.int64] | NDArray[np.uint64], width: int, alphabet: bytes) -> Letters:
    """So many digits of each number, the highest first."""
    if alphabet == HEX and width % 2 == 0 and width <= 2 * _BYTES:
        octets = numbers.astype(">u8").view(np.uint8).reshape(len(numbers), _BYTES)
        return _OCTETS[octets[:, _BYTES - width // 2 :]].reshape(len(numbers), width)
    letters, base = np.frombuffer(alphabet, np.uint8), len(alphabet)
    found = np.empty((len(numbers), width), np.uint8)
    rest, bits = numbers.astype(np.uint64), base.bit_length() - 1
    for at in reversed(range(width)):
        if base == 1 << bits:  # shifting is quicker than dividing
            rest, digit = rest >> np.uint64(bits), rest & np.uint64(base - 1)
        else:
            rest, digit = np.divmod(rest, np.uint64(base))
        found[:, at] = letters[digit]
    return found


def texts(parts: Sequence[Letters | bytes], count: int) -> pl.Series:
    """Parts side by side, as texts; those of bytes are the same in each of the `count` rows."""
    wide = [
        np.broadcast_to(np.frombuffer(part, np.uint8), (count, len(part))) if isinstance(part, bytes) else part
        for part in parts
    ]
    whole = np.hstack(wide)
    width = whole.shape[1]
    if not width or not count:
        return pl.Series([""] * count, dtype=pl.String)
    return pl.Series(np.ascontiguousarray(whole).view(f"S{width}").ravel()).cast(pl.String)


def chosen(pool: pl.Series, numbers: Numbers) -> pl.Series:
    """What each number chooses of a pool, the first for 0."""
    return pool.gather(pl.Series(numbers.astype(np.uint32)))


def named(field: Field) -> str:
    """The column as a stack file would write it, for messages."""
    return written(field.table.schema, field.table.name, field.column.name)
