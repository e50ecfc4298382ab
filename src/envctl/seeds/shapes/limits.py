"""Limits of equally filled parts, each of many; and how what is counted is rounded before it is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from envctl.shape import CUT, DIGITS, GROUP, PARTS

_Key = TypeVar("_Key", int, float, str)


def limits(weights: Mapping[_Key, float], total: float | None = None) -> tuple[_Key, ...]:
    """Limits of parts of what is between the extremes, each with as much weight as the others, and at least GROUP.

    `total` is how many there are where the weights are of some of them only. Nothing where they are too few.
    """
    if not weights:
        return ()
    whole = sum(weights.values())
    inside = 1 - 2 * CUT
    parts = min(PARTS, int((whole if total is None else total) * inside // GROUP))
    if parts < 1:
        return ()
    import numpy as np

    keys = sorted(weights)
    reached = np.cumsum([weights[key] for key in keys])
    levels = whole * (CUT + inside * np.arange(parts + 1) / parts)
    at = np.minimum(np.searchsorted(reached, levels, side="right"), len(keys) - 1)
    return tuple(keys[place] for place in at)


def added(pairs: Iterable[tuple[_Key, float]]) -> dict[_Key, float]:
    """The weights of one key taken together."""
    found: dict[_Key, float] = {}
    for key, weight in pairs:
        found[key] = found.get(key, 0) + weight
    return found


def rounded(number: float) -> float:
    """To as many digits as are told."""
    return float(f"{number:.{DIGITS - 1}e}")


def written(number: float) -> str:
    """A number as Postgres takes it for every type of numbers."""
    return format(Decimal(repr(number + 0.0)).normalize(), "f") if number else "0"
