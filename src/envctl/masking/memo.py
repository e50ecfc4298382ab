"""What became of values that come again and again: names, cities, days. Looking that up is cheaper than masking anew.

Results do not depend on it: a value always becomes the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

_MOST = 1 << 17  # values: with more of them, looking one up costs as much as masking it
_LARGEST = 16 << 20  # bytes of them
_NOTHING = pl.Series([], dtype=pl.String)


@dataclass(frozen=True)
class _Known:
    """Values, and what became of each. Never changed, so that any number of threads may read it."""

    values: pl.Series
    made: pl.Series
    kind: pl.Enum  # its categories are the values: casting to it is looking them up

    def places(self, values: pl.Series) -> pl.Series:
        """Where each value is; null for those that are not known."""
        kinds = pl.col("value").cast(self.kind, strict=False).to_physical()  # not as a series: others go on meanwhile
        return values.alias("value").to_frame().select(kinds).to_series()


class Memo:
    """For one column. It gives up where most values are new, and learns no more than fits into a processor's cache."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: _Known | None = _Known(_NOTHING, _NOTHING, pl.Enum(_NOTHING))
        self._full = False
        self._asked = self._new = 0

    def made(self, values: pl.Series, make: Callable[[pl.Series], pl.Series]) -> pl.Series:
        """What `make` makes of values none of which is null; it is asked for each new one once, or for all at once."""
        known = self._known
        if known is None:
            return make(values)
        places = known.places(values)
        unknown = places.is_null()
        if not unknown.any():
            self._count(len(values), 0)
            return known.made.gather(places)
        some = values.filter(unknown)
        new = some.unique(maintain_order=True)
        self._count(len(values), len(new))
        results = make(new)
        if len(new) == len(values):  # in their order
            made = results
        else:
            own = _Known(new, results, pl.Enum(new))
            made = known.made.gather(places).scatter(unknown.arg_true(), results.gather(own.places(some)))
        self._learn(new, results)
        return made

    def _count(self, asked: int, new: int) -> None:
        with self._lock:
            self._asked += asked
            self._new += new

    def _learn(self, new: pl.Series, results: pl.Series) -> None:
        with self._lock:
            known = self._known
            if known is None or self._full:
                return
            fresh = known.places(new).is_null()  # another thread may have been faster
            values = pl.concat([known.values, new.filter(fresh)])
            made = pl.concat([known.made, results.filter(fresh)])
            if len(values) <= self._most and values.estimated_size() + made.estimated_size() <= _LARGEST:
                self._known = _Known(values, made, pl.Enum(values))
                return
            self._full = True
            if self._new * 2 > self._asked:
                self._known = None
