"""How many different values there are among many, and how often the same comes, in little memory. Pure.

Of all different values those are held whose hashes are the smallest: a fair sample of them, each with how often it
came. Who was let go never comes back, so that these are exact, in whatever order blocks are taken together. See
Gibbons, "Distinct sampling for highly-accurate answers to distinct values queries and event reports" (2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

HELD = 4096  # different values: their number is told to about 2 %
_MOST = 2.0**64  # hashes


@dataclass(frozen=True)
class Sketch:
    """The sample: hashes in ascending order, and how often each came. `partial`: there were more."""

    hashes: NDArray[np.uint64]
    counts: NDArray[np.int64]
    partial: bool = False

    def __add__(self, other: Sketch) -> Sketch:
        """Of both taken together."""
        both = np.concatenate((self.hashes, other.hashes))
        hashes, where = np.unique(both, return_inverse=True)
        counts = np.zeros(len(hashes), dtype=np.int64)
        np.add.at(counts, where, np.concatenate((self.counts, other.counts)))
        return _smallest(hashes, counts, self.partial or other.partial)

    @property
    def distinct(self) -> int:
        """How many different values there were."""
        if not self.partial:
            return len(self.hashes)
        return round((HELD - 1) / (float(self.hashes[-1]) / _MOST))


NONE = Sketch(np.empty(0, dtype=np.uint64), np.empty(0, dtype=np.int64))


def sketch(values: pl.Series) -> Sketch:
    """Of texts, none of them null."""
    import polars_hash as plh

    found = values.to_frame("value").select(plh.col("value").nchash.xxhash64()).to_series()
    hashes, counts = np.unique(found.to_numpy(), return_counts=True)
    return _smallest(hashes, counts.astype(np.int64))


def _smallest(hashes: NDArray[np.uint64], counts: NDArray[np.int64], partial: bool = False) -> Sketch:
    return Sketch(hashes[:HELD].copy(), counts[:HELD].copy(), partial or len(hashes) > HELD)
