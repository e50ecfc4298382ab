"""What became of values that come again and again: names, cities, days. Looking that up is cheaper than masking anew.

Results do not depend on it: a value always becomes the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from secrets import randbits

import numpy as np
import numpy.typing as npt
import polars as pl

_MOST = 1 << 17  # values: with more of them, looking one up costs as much as masking it
_LARGEST = 16 << 20  # bytes of them
_HASH_BITS = 64
_SEED = randbits(63)  # of the hashes: nobody can choose values that are slow to look up
_Numbers = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class _Known:
    """Values in the order of their hashes, and what became of each; behind the last one a null.

    Never changed, so that any number of threads may read it. `starts`: for the highest bits of a hash, the first place
    where it may be.
    """

    values: pl.Series
    made: pl.Series
    hashes: _Numbers
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, values: pl.Series, made: pl.Series) -> _Known:
        """Different values, none null, in any order."""
        hashes = _hashes(values)
        order = np.append(np.argsort(hashes), len(hashes))
        hashes = np.append(hashes, np.uint64((1 << _HASH_BITS) - 1))[order]
        bits = len(hashes).bit_length() + 1
        parts = np.arange(1 << bits, dtype=np.uint64) << np.uint64(_HASH_BITS - bits)
        nothing = pl.Series([None], dtype=pl.String)
        values, made = (pl.concat([series, nothing]).gather(order) for series in (values, made))
        return cls(values, made, hashes, np.searchsorted(hashes[:-1], parts))

    def places(self, values: pl.Series) -> tuple[npt.NDArray[np.int64], pl.Series]:
        """Where each value is, and whether it is there at all."""
        hashes = _hashes(values)
        at = self.starts[(hashes >> np.uint64(_HASH_BITS + 1 - len(self.starts).bit_length())).astype(np.int64)]
        while (behind := self.hashes[at] < hashes).any():
            at += behind
        return at, self.values.gather(at).eq_missing(values)

    def with_more(self, values: pl.Series, made: pl.Series) -> _Known:
        """With others that are not known yet."""
        return _Known.of(*(pl.concat([old[:-1], new]) for old, new in ((self.values, values), (self.made, made))))


class Memo:
    """For one column. It gives up where most values are new, and learns no more than fits into a processor's cache."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        nothing = pl.Series([], dtype=pl.String)
        self._known: _Known | None = _Known.of(nothing, nothing)
        self._full = False
        self._asked = self._new = 0

    def made(self, values: pl.Series, make: Callable[[pl.Series], pl.Series]) -> pl.Series:
        """What `make` makes of values none of which is null; it is asked for each new one once, or for all at once."""
        known = self._known
        if known is None:
            return make(values)
        places, there = known.places(values)
        if there.all():
            self._count(len(values), 0)
            return known.made.gather(places)
        some = values.filter(~there)
        new = some.unique(maintain_order=True)
        self._count(len(values), len(new))
        results = make(new)
        self._learn(new, results)
        if len(new) < len(some):
            own = _Known.of(new, results)
            results = own.made.gather(own.places(some)[0])
        if len(some) == len(values):
            return results
        return known.made.gather(places).scatter((~there).arg_true(), results)

    def _count(self, asked: int, new: int) -> None:
        with self._lock:
            self._asked += asked
            self._new += new

    def _learn(self, new: pl.Series, results: pl.Series) -> None:
        with self._lock:
            known = self._known
            if known is None or self._full:
                return
            fresh = ~known.places(new)[1]  # another thread may have been faster
            if len(known.values) + int(fresh.sum()) <= self._most + 1:
                known = known.with_more(new.filter(fresh), results.filter(fresh))
                if known.values.estimated_size() + known.made.estimated_size() <= _LARGEST:
                    self._known = known
                    return
            self._full = True
            if self._new * 2 > self._asked:
                self._known = None


def _hashes(values: pl.Series) -> _Numbers:
    return values.hash(_SEED).to_numpy()
