"""Which finds are no proof of anything: numbers within longer numbers, and too few digits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

DIGITS = 10  # of what has no letters: fewer are too likely to be those of something else
_FOREIGN = 0x80  # bytes from here on are parts of letters, or of no text
_HEADED = 126  # bytes of the longest value before which Postgres puts its length in one byte


def telling(content: bytes, found: pl.DataFrame) -> pl.DataFrame:
    """Finds (offset, length) that mean something.

    What begins or ends with a digit is part of another number if a digit precedes or follows it, unless the one before
    is its length as Postgres writes it (a byte that may look like a digit). What has no letter, of whatever alphabet,
    needs DIGITS digits.
    """
    if not found.height:
        return found
    padded = np.zeros(len(content) + 2, dtype=np.uint8)
    padded[1:-1] = np.frombuffer(content, dtype=np.uint8)
    digit = (padded >= ord("0")) & (padded <= ord("9"))
    low = padded | 0x20
    letter = ((low >= ord("a")) & (low <= ord("z"))) | (padded >= _FOREIGN)
    length = found["length"].to_numpy()
    start = found["offset"].to_numpy() + 1
    end = start + length
    header = np.where(length <= _HEADED, 2 * (length + 1) + 1, -1)
    inside = digit[start] & digit[start - 1] & (padded[start - 1] != header)
    inside |= digit[end - 1] & digit[end]
    few = (_within(letter, start, end) == 0) & (_within(digit, start, end) < DIGITS)
    return found.filter(pl.Series(~(inside | few)))


def _within(
    there: npt.NDArray[np.bool_], start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """How many there are from start to end."""
    total = np.concatenate([[0], np.cumsum(there, dtype=np.int64)])
    counted: npt.NDArray[np.int64] = total[end] - total[start]
    return counted
