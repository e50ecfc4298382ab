"""Numbers that are spread as limits of equally filled parts say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Fractions = NDArray[np.float64]


@dataclass(frozen=True)
class Spread:
    """Limits of equally filled parts in ascending order: between two of them all numbers are equally likely."""

    limits: Sequence[float]

    def at(self, fractions: Fractions, low: float | None = None, high: float | None = None) -> Fractions:
        """Of each fraction of all numbers (0 ≤ f < 1) the one there; of those from `low` to `high`, if that is said."""
        part = len(self.limits) - 1
        first, last = (0.0 if low is None else self._below(low)), (1.0 if high is None else self._below(high, "right"))
        found = np.interp((first + fractions * max(last - first, 0)) * part, np.arange(part + 1), self.limits)
        return found if low is None and high is None else np.clip(found, low, high)

    def nearest(self, fractions: Fractions) -> Fractions:
        """The same, of the limits alone: where there are no numbers between them."""
        return np.asarray(self.limits, dtype=np.float64)[np.rint(fractions * (len(self.limits) - 1)).astype(np.int64)]

    def _below(self, number: float, side: str = "left") -> float:
        """The share of all numbers that are lower; with `right` of those that are no higher."""
        limits = np.asarray(self.limits, dtype=np.float64)
        same = np.flatnonzero(limits == number)
        if len(same):
            return float(same[0 if side == "left" else -1] / (len(limits) - 1))
        if not limits[0] < number < limits[-1]:
            return float(number > limits[0])
        after = int(np.searchsorted(limits, number))
        before = limits[after - 1]
        return float((after - 1 + (number - before) / (limits[after] - before)) / (len(limits) - 1))


def months_of(limits: Sequence[str]) -> Spread:
    """The same for limits that are rounded down to the first of a month, counted in months since 1970.

    Several limits in one month are spread all over it: none is another's.
    """
    found: list[float] = []
    for month, same in groupby(np.array(limits, dtype="datetime64[M]").astype(np.int64).tolist()):
        many = len(list(same))
        found += [month + (part + 0.5) / many for part in range(many)]
    return Spread(found)


def seconds_of(months: Fractions) -> NDArray[np.int64]:
    """What months since 1970, and parts of them, are in seconds."""
    begun = np.floor(months).astype(np.int64)
    start, end = _start(begun), _start(begun + 1)
    return np.asarray(start + ((months - begun) * (end - start)).astype(np.int64))


def month_of(second: int) -> float:
    """The other way round."""
    begun = np.array([second], dtype="datetime64[s]").astype("datetime64[M]").astype(np.int64)
    start, end = _start(begun), _start(begun + 1)
    return float((begun + (second - start) / (end - start))[0])


def _start(months: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64))
