"""Columns that CHECKs compare with each other: which of them is made first, and from what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import ceil, floor

from envctl.catalogue import written
from envctl.synthetic.base import Field, Generator, Impossible
from envctl.synthetic.checks.facts import Compare
from envctl.synthetic.generators.ordered_axes import Axis, axis_of
from envctl.synthetic.generators.ordered_others import Differing, Same
from envctl.synthetic.generators.ordered_steps import Contrary, Place, places
from envctl.synthetic.generators.ordered_values import Ordered
from envctl.synthetic.generators.times import Moment, earlier_of
from envctl.synthetic.generators.times_ranks import moments_of, rank_of


@dataclass(frozen=True)
class _Said:
    """A fact, and the constraint that says it."""

    constraint: str
    fact: Compare

    @property
    def names(self) -> set[str]:
        """Both columns."""
        return {self.fact.left, self.fact.right}


def chains(
    fields: Mapping[str, Field],
    facts: Iterable[tuple[str, Compare]],
    given: Mapping[str, Generator] | None = None,
) -> dict[str, Generator]:
    """What makes columns of a table that are compared with each other, by the facts and the constraints that say them.

    Rows meet all of them. Columns that are `given` are made otherwise, and what is compared with them fits them; not
    where they are made of it themselves, or where that cannot be: then whoever said so knows. Raises Impossible, with
    the constraint's name, where that cannot be, or cannot be seen to, and nothing of it is given.
    """
    group = _Group(fields, given or {})
    known = group.deciding([_Said(name, fact) for name, fact in facts if fact.left != fact.right])
    ordered = [said for said in known if said.fact.op != "<>" and group.axis(said) is not None]
    concerned = {name for said in ordered for name in said.names}
    others = [said for said in known if said not in ordered]
    apart = [said for said in others if said.fact.op == "<>" and group.axis(said) and said.names & concerned]
    group.compared = {name for said in known for name in said.names}
    found: dict[str, Generator] = {}
    for connected in _connected([*ordered, *apart]):
        with group.passing_over(connected):
            found.update(group.network(connected))
    for said in others:
        if said not in apart:
            with group.passing_over([said]):
                found.update(group.pair(said, found))
    return found


def _connected(facts: Sequence[_Said]) -> list[list[_Said]]:
    """Facts that share columns, also through others."""
    groups: list[tuple[set[str], list[_Said]]] = []
    for said in facts:
        names, mine = said.names, [said]
        for group in [group for group in groups if group[0] & names]:
            groups.remove(group)
            names, mine = names | group[0], group[1] + mine
        groups.append((names, mine))
    return [mine for _, mine in groups]


@dataclass
class _Group:
    """The columns of a table, and those of which something else says what makes them."""

    fields: Mapping[str, Field]
    given: Mapping[str, Generator]
    compared: Collection[str] = field(default_factory=set)

    @property
    def table(self) -> str:
        """Its name, for people."""
        table = next(iter(self.fields.values())).table
        return written(table.schema, table.name)

    def axis(self, said: _Said) -> Axis | None:
        """What both columns can be compared by."""
        return axis_of([self.fields[name] for name in sorted(said.names)])

    def deciding(self, facts: Sequence[_Said]) -> list[_Said]:
        """Those that a column must be made to fit that nobody else makes."""
        free = {name for said in facts for name in said.names} - set(self.given)
        seeing = {name for name, maker in self.given.items() if free.intersection(_looks_at(maker, self.fields[name]))}
        return [said for said in facts if said.names & free and not said.names & seeing]

    def passing_over(self, facts: Sequence[_Said]) -> AbstractContextManager[None]:
        """What cannot be is no matter where something is given: the server alone sees whether it holds."""
        given = any(not said.names.isdisjoint(self.given) for said in facts)
        return suppress(Impossible) if given else nullcontext()

    def network(self, facts: Sequence[_Said]) -> dict[str, Generator]:
        """By numbers that keep their distances; as they usually are, if that can be."""
        concerned = {name for said in facts for name in said.names}
        names = [name for name in self.fields if name in concerned]
        constraints = ", ".join(dict.fromkeys(said.constraint for said in facts))
        axis = axis_of([self.fields[name] for name in names])
        if axis is None:
            raise Impossible(f"{self.table}: {constraints} compares columns of types that nobody here can compare")
        found = self._placed(axis, names, facts)
        if found is None:
            raise Impossible(
                f"{self.table}: no values of {', '.join(names)} meet {constraints} and are within their own limits"
            )
        follows = self._before(names) if axis.kind == "moment" else ()
        return {
            place.name: Ordered(axis=axis, place=place, follows=follows)
            for place in found
            if place.name not in self.given
        }

    def pair(self, said: _Said, found: Mapping[str, Generator]) -> dict[str, Generator]:
        """Columns of whatever type that are to be the same, or not."""
        fact, made = said.fact, {*found, *self.given}
        if fact.offset or fact.op not in {"=", "<>"}:
            raise Impossible(
                f"{self.table}: {said.constraint} compares {fact.left} with {fact.right}, which nobody here can order"
            )
        name, other = (fact.right, fact.left) if fact.right not in made else (fact.left, fact.right)
        if name in made:
            raise Impossible(f"{self.table}: {said.constraint}: {name} is compared with other columns too")
        generator: Generator = Same(column=other) if fact.op == "=" else Differing(column=other)
        if why := generator.objection(self.fields[name]):
            raise Impossible(f"{self.table}: {said.constraint}: {name}: {why}")
        return {name: generator}

    def _placed(self, axis: Axis, names: Sequence[str], facts: Sequence[_Said]) -> tuple[Place, ...] | None:
        """Within what is usual, if that can be and nothing is given, which might not be. Of two that must differ one is
        below the other, whichever can be.
        """
        ends = {name: axis.ends(self.fields[name]) for name in names}
        for usual in (0,) if any(name in self.given for name in names) else (1, 0):
            within = {name: both[usual] for name, both in ends.items()}
            distances, found = list[tuple[str, str, int]](), None
            for said in sorted(facts, key=lambda said: said.fact.op == "<>"):
                for fact in _either(said.fact):
                    more = [*distances, *self._distances(axis, _Said(said.constraint, fact))]
                    with suppress(Contrary):
                        distances, found = more, places(within, more, names, self.given)
                        break
                else:
                    found = None
                    break
            if found is not None:
                return found
        return None

    def _distances(self, axis: Axis, said: _Said) -> list[tuple[str, str, int]]:
        """As b - a ≤ steps. An offset that is not always as long is taken so that it holds anyway."""
        fact = said.fact
        offset = axis.distance(fact.offset)
        if offset is None or (fact.op == "=" and (offset[0] != offset[1] or offset[0].denominator != 1)):
            what = f"{fact.left} {fact.op} {fact.right} + {fact.offset}"
            raise Impossible(f"{self.table}: {said.constraint}: {what} cannot be kept to")
        found = []
        if fact.op in {"<", "<=", "="}:
            found.append((fact.right, fact.left, _least(offset[0], strict=fact.op == "<")))
        if fact.op in {">", ">=", "="}:
            found.append((fact.left, fact.right, _least(-offset[1], strict=fact.op == ">")))
        return found

    def _before(self, names: Sequence[str]) -> tuple[str, ...]:
        """Moments that come before all of these by their names, and look at none of them."""
        first = min(rank_of(name).order for name in names)
        table = self.fields[names[0]].table
        return tuple(
            column.name
            for column in moments_of(table)
            if rank_of(column.name).order < first
            and column.name in self.fields
            and column.name not in self.compared
            and column.name not in self.given
        )


def _looks_at(maker: Generator, here: Field) -> tuple[str, ...]:
    """The columns that a value is made of."""
    by_itself = isinstance(maker, Moment) and not maker.alone and maker.after is None and maker.before is None
    return (*maker.reads, *(earlier_of(here) if by_itself else ()))


def _either(fact: Compare) -> tuple[Compare, ...]:
    return (replace(fact, op="<"), replace(fact, op=">")) if fact.op == "<>" else (fact,)


def _least(steps: Fraction, *, strict: bool) -> int:
    return ceil(steps) - 1 if strict else floor(steps)
