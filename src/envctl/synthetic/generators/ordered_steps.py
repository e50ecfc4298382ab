"""Whole numbers that keep their distances: what each may be when those before it are chosen, so that none is stuck.

Conditions of the form b - a ≤ d on numbers with ends are a simple temporal network (Dechter, Meiri and Pearl, 1991).
Once every condition that follows from others is written down, whatever is chosen for some leaves room for the rest.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

_ORIGIN = ""


class Contrary(ValueError):
    """No numbers meet all conditions."""


@dataclass(frozen=True)
class Apart:
    """`name` is at most (where it stands in `below`) or at least (in `above`) what `other` is, and `distance` more."""

    other: str
    distance: int


@dataclass(frozen=True)
class Place:
    """What one of them may be: from `low` to `high`, and that far from those chosen before it."""

    name: str
    low: int
    high: int
    above: tuple[Apart, ...] = ()
    below: tuple[Apart, ...] = ()


def places(
    ends: Mapping[str, tuple[int, int]],
    distances: Iterable[tuple[str, str, int]],
    names: Sequence[str],
    given: Container[str] = (),
) -> tuple[Place, ...]:
    """The names in an order in which they can be chosen: those that are given, then the lower ones first.

    A distance (a, b, d) is b - a ≤ d. Raises Contrary.
    """
    between = _closed(names, distances)
    whole = _closed([_ORIGIN, *names], [*((a, b, d) for (a, b), d in between.items()), *_of_ends(ends)])
    behind = {name: sum(between.get((name, other), 1) <= 0 for other in names) for name in names}
    order = sorted(names, key=lambda name: (name not in given, behind[name]))
    found: list[Place] = []
    for at, name in enumerate(order):
        before = order[:at]
        found.append(
            Place(
                name,
                low=-whole[name, _ORIGIN],
                high=whole[_ORIGIN, name],
                above=tuple(Apart(other, -between[name, other]) for other in before if (name, other) in between),
                below=tuple(Apart(other, between[other, name]) for other in before if (other, name) in between),
            )
        )
    return tuple(found)


def _of_ends(ends: Mapping[str, tuple[int, int]]) -> Iterable[tuple[str, str, int]]:
    for name, (low, high) in ends.items():
        yield name, _ORIGIN, -low
        yield _ORIGIN, name, high


def _closed(names: Sequence[str], distances: Iterable[tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    """All that follows: the shortest ways (Floyd and Warshall)."""
    found: dict[tuple[str, str], int] = {}
    for a, b, distance in distances:
        found[a, b] = min(found.get((a, b), distance), distance)
    for by in names:
        for a in names:
            for b in names:
                if (a, by) in found and (by, b) in found:
                    way = found[a, by] + found[by, b]
                    found[a, b] = min(found.get((a, b), way), way)
    if any(found.get((name, name), 0) < 0 for name in names):
        raise Contrary
    return found
