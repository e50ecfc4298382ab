"""In which order tables are made: those that are referenced first, as far as there is such an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from envctl.catalogue import ForeignKey, written
from envctl.synthetic.base import Impossible
from envctl.synthetic.tables.targets import Target


def ordered(targets: Iterable[Target]) -> tuple[tuple[Target, ...], frozenset[tuple[str, str]]]:
    """The tables in that order, and the foreign keys (table, name) that lead against it: those of circles.

    Raises Impossible for a circle in which every foreign key must hold as soon as a row comes: no row could come first.
    """
    waiting = {target.full: target for target in targets}
    found: list[Target] = []
    broken: set[tuple[str, str]] = set()
    while waiting:
        ready = [t for t in waiting.values() if not any(True for _ in _open(t, waiting, broken))]
        if not ready:
            broken |= _break(waiting, broken)
            continue
        for target in ready:
            found.append(waiting.pop(target.full))
    return tuple(found), frozenset(broken)


def _open(target: Target, waiting: Mapping[str, Target], broken: set[tuple[str, str]]) -> Iterable[ForeignKey]:
    """What it references that is not there yet; itself it may."""
    for key in target.table.foreign_keys:
        if key.table in waiting and key.table != target.full and (target.full, key.name) not in broken:
            yield key


def _break(waiting: Mapping[str, Target], broken: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Foreign keys of a circle that may hold later: those that may be null, else those that wait for the end."""
    circle = _circle(waiting, broken)
    names = {target.full for target in circle}
    inner = [(t, key) for t in circle for key in _open(t, waiting, broken) if key.table in names]
    for may in (_nullable, _deferrable):
        if chosen := {(t.full, key.name) for t, key in inner if may(t, key)}:
            return {min(chosen)}
    shown = " → ".join(written(t.table.schema, t.table.name) for t in (*circle, circle[0]))
    keys = ", ".join(sorted(key.name for _, key in inner))
    raise Impossible(
        f"the foreign keys {keys} make a circle ({shown}) in which no column may be null and no constraint is "
        "deferrable: no row could be inserted first (make one of them DEFERRABLE, or its column nullable)"
    )


def _circle(waiting: Mapping[str, Target], broken: set[tuple[str, str]]) -> list[Target]:
    """One circle among those that wait: whoever is followed far enough comes round."""
    at = next(iter(waiting.values()))
    way: list[Target] = []
    while at not in way:
        way.append(at)
        at = waiting[next(iter(_open(at, waiting, broken))).table]
    return way[way.index(at) :]


def _nullable(target: Target, key: ForeignKey) -> bool:
    return any(column.nullable for name in key.columns if (column := target.table.column(name)))


def _deferrable(_target: Target, key: ForeignKey) -> bool:
    return key.deferrable
