"""Numbers that are spread as limits of equally filled parts say. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Fractions = NDArray[np.float64]


def spread_numbers(bounds: Sequence[float], at: Fractions) -> Fractions:
    """Of each fraction of all values (0 ≤ f < 1) the one there: between two limits all are equally likely."""
    return np.asarray(np.interp(at * (len(bounds) - 1), np.arange(len(bounds)), bounds))


def spread_months(bounds: Sequence[str], at: Fractions) -> NDArray[np.int64]:
    """The same of moments, in seconds since 1970, between limits that are rounded down to the first of a month.

    What is later by its fraction is no earlier.
    """
    months: list[float] = []
    for month, same in groupby(np.array(bounds, dtype="datetime64[M]").astype(np.int64).tolist()):
        many = len(list(same))
        months += [month + (part + 0.5) / many for part in range(many)]  # all over the month that it is of
    found = spread_numbers(months, at)
    begun = np.floor(found).astype(np.int64)
    start, end = (
        month.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64) for month in (begun, begun + 1)
    )
    return np.asarray(start + ((found - begun) * (end - start)).astype(np.int64))
