"""How unlike parents are in how many rows belong to them, as those of an example are. Pure."""

from __future__ import annotations

from math import log

import numpy as np

from envctl.shape import ColumnShape
from envctl.synthetic.settings import Skew
from envctl.synthetic.tables.slots import SKEWS

_TOP = 0.2  # of the parents, whose share of all rows tells
_STEPS = 1000  # in which what lies between two limits is taken


def skew_of(seen: ColumnShape, parents: int) -> Skew | None:
    """By a column that references so many; None where nothing is known of it."""
    if seen.distinct == "all":
        return "none"
    if seen.distinct is None or len(seen.repeats) < 2:  # noqa: PLR2004 – what one limit says is nothing
        return None
    at = (np.arange(_STEPS) + 0.5) / _STEPS * (len(seen.repeats) - 1)
    counts = np.interp(at, np.arange(len(seen.repeats)), seen.repeats)[::-1]  # of those that are referenced
    top = min(_TOP * max(parents, seen.distinct) / seen.distinct, 1.0)
    share = float(counts[: round(top * _STEPS)].sum() / counts.sum())
    skew = log(_TOP) / log(share) if share < 1 else max(SKEWS.values())
    words: tuple[Skew, ...] = ("none", "low", "high")
    return min(words, key=lambda word: abs(SKEWS[word] - skew))
