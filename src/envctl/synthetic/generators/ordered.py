"""Columns that CHECKs compare with each other: each is chosen within what those before it leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from typing import ClassVar, get_args

import numpy as np
import polars as pl

from envctl.catalogue import Family, written
from envctl.synthetic.base import Field, Generator, Impossible, Rows
from envctl.synthetic.checks.facts import Compare
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.ordered_axes import Axis, axis_of
from envctl.synthetic.generators.ordered_others import Differing, Same
from envctl.synthetic.generators.ordered_steps import Apart, Contrary, Place, places
from envctl.synthetic.generators.times import Moment
from envctl.synthetic.generators.times_days import DAY, NONE, at_hours, gaps
from envctl.synthetic.generators.times_ranks import rank_of

_ALL: frozenset[Family] = frozenset(get_args(Family))
_HOUR = 3600
_SHARE = 4  # what is above something else is so by up to such a part of what is usual


class Ordered(Generator):
    """A number or a moment within its limits, and as far from other columns as CHECKs say. No stack file names it."""

    name: ClassVar[str] = "ordered"
    makes: ClassVar[frozenset[Family]] = _ALL

    axis: Axis
    place: Place

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that are chosen before it."""
        return tuple(dict.fromkeys(apart.other for apart in (*self.place.above, *self.place.below)))

    def space(self, field: Field) -> None:
        """What it can be depends on the row."""

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Where it usually is, or a little above what it must be above."""
        low = self._ends(rows, self.place.above, up=True)
        high = np.maximum(self._ends(rows, self.place.below, up=False), low)
        above = bool(self.place.above)
        found = (
            self._times(field, rows, low, above) if self.axis.kind == "moment" else self._usual(field, rows, low, high)
        )
        over = found > high
        if over.any():
            drawn = rows.draws(field.column.name, "tight").fractions(rows.numbers)
            found = np.where(over, low + ((high - low) * drawn).astype(np.int64), found)
        return self.axis.write(np.maximum(found, low), field)

    def _ends(self, rows: Rows, aparts: Sequence[Apart], *, up: bool) -> Numbers:
        found: Numbers = np.full(len(rows.numbers), self.place.low if up else self.place.high)
        for apart in aparts:
            steps = self.axis.read(rows.column(apart.other), up=up)
            end = np.where(steps == NONE, found, steps + apart.distance)
            found = np.maximum(found, end) if up else np.minimum(found, end)
        return found

    def _times(self, field: Field, rows: Rows, low: Numbers, above: bool) -> Numbers:
        """In steps: some time after what comes before it; else as moments are."""
        step, draws = int(self.axis.step), rows.draws(field.column.name)
        if not above:
            return self.axis.read(Moment(alone=True).make(field, rows), up=True)
        start = low * step
        made = start + gaps(max(rank_of(field.column.name).gap, _HOUR), draws.of("gap"), rows.numbers)
        by_day = at_hours(made, draws.of("hour"), rows.numbers)
        return np.asarray(np.where(made // DAY > start // DAY, by_day, made) // step)

    def _usual(self, field: Field, rows: Rows, low: Numbers, high: Numbers) -> Numbers:
        first, last, skew = self.axis.usual(field)
        start = np.minimum(np.maximum(low, first), high)
        end = np.minimum(np.maximum(last, start + (last - first) // _SHARE * bool(self.place.above)), high)
        drawn = rows.draws(field.column.name).fractions(rows.numbers) ** skew
        found: Numbers = start + np.minimum(((end - start + 1) * drawn).astype(np.int64), end - start)
        return found


@dataclass(frozen=True)
class _Said:
    """A fact, and the constraint that says it."""

    constraint: str
    fact: Compare


def chains(fields: Mapping[str, Field], facts: Iterable[tuple[str, Compare]]) -> dict[str, Generator]:
    """What makes columns of a table that are compared with each other, by the facts and the constraints that say them.

    Rows meet all of them. Raises Impossible, with the constraint's name, where that cannot be, or cannot be seen to.
    """
    found: dict[str, Generator] = {}
    known = [_Said(name, fact) for name, fact in facts if fact.left != fact.right]
    ordered = [said for said in known if said.fact.op != "<>" and _axis(fields, said) is not None]
    concerned = {name for said in ordered for name in (said.fact.left, said.fact.right)}
    others = [said for said in known if said not in ordered]
    apart = [said for said in others if said.fact.op == "<>" and _axis(fields, said) and _names(said) & concerned]
    for group in _connected([*ordered, *apart]):
        found.update(_network(fields, group))
    for said in others:
        if said not in apart:
            found.update(_pair(fields, said, found))
    return found


def _axis(fields: Mapping[str, Field], said: _Said) -> Axis | None:
    return axis_of([fields[name] for name in sorted(_names(said))])


def _names(said: _Said) -> set[str]:
    return {said.fact.left, said.fact.right}


def _connected(facts: Sequence[_Said]) -> list[list[_Said]]:
    """Facts that share columns, also through others."""
    groups: list[tuple[set[str], list[_Said]]] = []
    for said in facts:
        names, mine = _names(said), [said]
        for group in [group for group in groups if group[0] & names]:
            groups.remove(group)
            names, mine = names | group[0], group[1] + mine
        groups.append((names, mine))
    return [mine for _, mine in groups]


def _network(fields: Mapping[str, Field], facts: Sequence[_Said]) -> dict[str, Generator]:
    """By numbers that keep their distances; as they usually are, if that can be."""
    concerned = {name for said in facts for name in (said.fact.left, said.fact.right)}
    names = [name for name in fields if name in concerned]
    constraints = ", ".join(dict.fromkeys(said.constraint for said in facts))
    axis = axis_of([fields[name] for name in names])
    if axis is None:
        raise Impossible(f"{_table(fields)}: {constraints} compares columns of types that nobody here can compare")
    found = _placed(fields, axis, names, facts)
    if found is None:
        raise Impossible(
            f"{_table(fields)}: no values of {', '.join(names)} meet {constraints} and are within their own limits"
        )
    return {place.name: Ordered(axis=axis, place=place) for place in found}


def _placed(
    fields: Mapping[str, Field], axis: Axis, names: Sequence[str], facts: Sequence[_Said]
) -> tuple[Place, ...] | None:
    """Within what is usual, if that can be. Of two that must differ one is below the other, whichever can be."""
    ends = {name: axis.ends(fields[name]) for name in names}
    for usual in (1, 0):
        within = {name: both[usual] for name, both in ends.items()}
        distances, found = list[tuple[str, str, int]](), None
        for said in sorted(facts, key=lambda said: said.fact.op == "<>"):
            for fact in _either(said.fact):
                more = [*distances, *_distances(fields, axis, _Said(said.constraint, fact))]
                with suppress(Contrary):
                    distances, found = more, places(within, more, names)
                    break
            else:
                found = None
                break
        if found is not None:
            return found
    return None


def _either(fact: Compare) -> tuple[Compare, ...]:
    return (replace(fact, op="<"), replace(fact, op=">")) if fact.op == "<>" else (fact,)


def _distances(fields: Mapping[str, Field], axis: Axis, said: _Said) -> list[tuple[str, str, int]]:
    """As b - a ≤ steps. An offset that is not always as long is taken so that it holds anyway."""
    fact = said.fact
    offset = axis.distance(fact.offset)
    if offset is None or (fact.op == "=" and (offset[0] != offset[1] or offset[0].denominator != 1)):
        raise Impossible(
            f"{_table(fields)}: {said.constraint}: {fact.left} {fact.op} {fact.right} + {fact.offset} cannot be kept to"
        )
    found = []
    if fact.op in {"<", "<=", "="}:
        found.append((fact.right, fact.left, _least(offset[0], strict=fact.op == "<")))
    if fact.op in {">", ">=", "="}:
        found.append((fact.left, fact.right, _least(-offset[1], strict=fact.op == ">")))
    return found


def _least(steps: Fraction, *, strict: bool) -> int:
    return ceil(steps) - 1 if strict else floor(steps)


def _pair(fields: Mapping[str, Field], said: _Said, found: Mapping[str, Generator]) -> dict[str, Generator]:
    """Columns of whatever type that are to be the same, or not."""
    fact = said.fact
    if fact.offset or fact.op not in {"=", "<>"}:
        raise Impossible(
            f"{_table(fields)}: {said.constraint} compares {fact.left} with {fact.right}, which nobody here can order"
        )
    name, other = (fact.right, fact.left) if fact.right not in found else (fact.left, fact.right)
    if name in found:
        raise Impossible(f"{_table(fields)}: {said.constraint}: {name} is compared with other columns too")
    made: Generator = Same(column=other) if fact.op == "=" else Differing(column=other)
    if why := made.objection(fields[name]):
        raise Impossible(f"{_table(fields)}: {said.constraint}: {name}: {why}")
    return {name: made}


def _table(fields: Mapping[str, Field]) -> str:
    table = next(iter(fields.values())).table
    return written(table.schema, table.name)
