"""`[data.NAME.subset]`: what it says, and held against a database what is to be read of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from envctl.catalogue import Catalogue, Table, written
from envctl.masking.conditions import where
from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.spans import span
from envctl.masking.policies.matches import Names
from envctl.masking.policies.rules import ANY, Fault, nearest, parts
from envctl.masking.subsets.graph import Graph, Odd, Part, Reference, Relations

_TEXTS = re.compile(r"'(?:[^']|'')*'")
_MOMENT = re.compile(r"'\d{4}-\d\d-\d\d(?:[ T][\d:.]+(?:Z|[+-][\d:]+)?)?'")


@dataclass(frozen=True)
class Rule:
    """A line of the section. Without a condition no row of the table is asked for. Names are as they are written."""

    text: str
    where: str | None = None
    follow: bool | tuple[str, ...] | None = None

    @property
    def said(self) -> str:
        """Its condition for others than who wrote it: a text in it may be somebody's."""
        return _TEXTS.sub(lambda found: found[0] if _is_time(found[0]) else "'…'", self.where or "")


def parse(section: Mapping[str, Any]) -> tuple[Rule, ...]:
    """What the section says, in the form that the stack file's reader gives it."""
    return tuple(
        Rule(text, said.get("where"), tuple(follow) if isinstance(follow := said.get("follow"), list) else follow)
        for text, said in section.items()
    )


def hold(rules: tuple[Rule, ...], catalogue: Catalogue, now: datetime) -> Graph | tuple[Fault, ...]:
    """What is to be read of a database, or everything that is wrong. `now` is what conditions take for it."""
    found = _Found(catalogue, now)
    for rule in rules:
        found.take(rule)
    if found.faults:
        return tuple(found.faults)
    return found.graph()


class _Found:
    """The rules of tables, as far as they were held against a database."""

    def __init__(self, catalogue: Catalogue, now: datetime) -> None:
        self.faults: list[Fault] = []
        self._names, self._now = Names(catalogue), now
        self._relations = Relations(catalogue)
        self._named: dict[str, Rule] = {}  # by the table that it names
        self._follow: dict[str, frozenset[str] | bool | None] = {}

    def take(self, rule: Rule) -> None:
        """A rule more."""
        table = self._table(rule.text, rule.text)
        if isinstance(table, Fault):
            self.faults.append(table)
        elif known := self._named.get(table.full):
            self.faults.append(Fault(rule.text, f"means the same as {known.text}", "take one of them out"))
        else:
            self._named[table.full] = rule
            self._follow[table.full] = self._followed(rule, table)

    def graph(self) -> Graph | tuple[Fault, ...]:
        """What hangs together. A table has the rule of the nearest one that it is a partition of or inherits from."""
        under = {one for named in self._named for one in (named, *self._relations.inheritors(named))}
        connected = self._relations.connected(under)
        built = {full: self._part(self._names.full[full]) for full in sorted(connected)}
        references = tuple(self._relations.references(built))
        faults = [part for part in built.values() if isinstance(part, Fault)]
        faults += [self._odd(one) for one in references if isinstance(one, Odd)]
        if faults:
            return tuple({(fault.at, fault.what): fault for fault in faults}.values())
        return Graph(
            {full: part for full, part in built.items() if isinstance(part, Part)},
            tuple(one for one in references if isinstance(one, Reference)),
        )

    def _part(self, table: Table) -> Part | Fault:
        named = next((one for one in (table.full, *table.parents) if one in self._named), None)
        if named is None:
            return Part(table)
        rule, condition = self._named[named], None
        try:
            if rule.where is not None:
                condition = where.condition(rule.where, table, self._now, of_all=True)
        except Problem as problem:
            return Fault(rule.text, f"its condition cannot be used: {problem}", "", named)
        return Part(table, condition, self._follow[named])

    def _followed(self, rule: Rule, table: Table) -> frozenset[str] | bool | None:
        """What its rows bring, by full names; faults for what they cannot."""
        if not isinstance(rule.follow, tuple):
            return rule.follow
        family = {*self._relations.family(table.full), *self._relations.inheritors(table.full)}
        there = [one for one in self._relations.references(self._names.full) if family & {*_targets(one)}]
        children = {one.child if isinstance(one, Reference) else one.table for one in there}
        found: set[str] = set()
        for text in rule.follow:
            child = self._table(text, f"{rule.text}: follow", children)
            if isinstance(child, Fault):
                self.faults.append(child)
                continue
            meant = {child.full, *self._relations.inheritors(child.full)} & children
            found |= meant
            if not meant:
                known = ", ".join(sorted(self._names.shown(one) for one in children)) or "none does"
                what = f"{text} does not reference {self._names.shown(table.full)}"
                self.faults.append(Fault(f"{rule.text}: follow", what, f"those that do: {known}", table.full))
        return frozenset(found)

    def _table(self, text: str, at: str, near: Iterable[str] = ()) -> Table | Fault:
        """The one that is meant."""
        found = parts(text)
        if not 0 < len(found) <= 2 or ANY in found:  # noqa: PLR2004 – a schema and a table
            return Fault(at, f"{text!r} is no name of a table", 'write it as SQL does: orders, sales.orders, "Odd"."T"')
        schema, name = found if len(found) > 1 else (None, *found)
        tables = [one for one in self._names.tables.get(name or "", ()) if schema in {None, one.schema}]
        if len(tables) == 1:
            return tables[0]
        if tables:
            schemas = ", ".join(written(one.schema) for one in tables)
            hint = f"write {written(tables[0].schema, tables[0].name)}"
            return Fault(at, f"there is a table {text} in several schemas: {schemas}", hint)
        known = {self._names.full[full].name: self._names.shown(full) for full in near or self._names.full}
        guess = nearest(name or "", known)
        hint = f"did you mean {guess}?" if guess else "correct it or take it out"
        return Fault(at, f"there is no table {text}", hint)

    def _odd(self, odd: Odd) -> Fault:
        at = self._names.shown(odd.table)
        hint = "take the key out of the source, or do without a subset of what it connects"
        return Fault(at, f"its foreign key {odd.name} cannot be followed: {odd.why}", hint, odd.table)


def _is_time(quoted: str) -> bool:
    if _MOMENT.fullmatch(quoted):
        return True
    try:
        return bool(span(quoted.strip("'")))
    except Problem:
        return False


def _targets(one: Reference | Odd) -> Iterator[str]:
    yield from one.parents if isinstance(one, Reference) else ()
