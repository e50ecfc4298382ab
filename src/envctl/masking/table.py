"""One table's rules applied to its rows, a block of COPY text at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

import polars as pl

from envctl.catalogue import Column, Table
from envctl.masking.conditions import where
from envctl.masking.conditions.literals import Problem
from envctl.masking.copying import Signs, escaped, has_only_borders, is_bare, rows, text, unescaped
from envctl.masking.key import Key, Seed
from envctl.masking.memo import Memo
from envctl.masking.parts.arrays import masked_array, masked_array_plain
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable


@dataclass(frozen=True)
class ColumnRule:
    """How a column is masked: values of one `identity` alike, and only rows where `where` is not false.

    Unless they are `sought`, raw values may stand in what is kept, and nobody looks for them.
    """

    column: Column
    transform: Transform
    identity: str
    where: str = ""
    sought: bool = True


class BadRules(ValueError):
    """Rules of one table that cannot be applied together."""


class MaskFailed(Exception):
    """A transform that could not mask a column's values. Holds none of them."""

    def __init__(self, table: str, column: str, reason: str) -> None:
        super().__init__(f"{table}.{column}: {reason}")
        self.table = table
        self.column = column
        self.reason = reason


class Witness(Protocol):
    """Who is told what went in and what came out; from several threads at once."""

    def add(self, name: str, values: pl.Series, made: pl.Series | None, *, column: Column) -> None:
        """Raw values of a column (its full name), none null, and beside each what it became.

        None where it became something that is nobody's raw value, so that nobody has to know it.
        """

    def keep(self, values: pl.Series, *, column: Column) -> None:
        """Raw values that a condition, or a transform that masks parts, left as they are."""


@dataclass(frozen=True)
class _Step:
    """A rule with what it takes to apply it."""

    rule: ColumnRule
    seed: Seed
    seeds: Mapping[str, Seed]
    condition: where.Condition | None
    memo: Memo = field(default_factory=Memo, compare=False)

    @property
    def alone(self) -> bool:
        """Whether what becomes of a value depends on nothing but the value."""
        return not (self.rule.transform.reads or self.rule.transform.follows)

    @property
    def name(self) -> str:
        return self.rule.column.name

    @property
    def reads(self) -> set[str]:
        """All columns whose original values it takes."""
        transform = self.rule.transform
        asked = self.condition.reads if self.condition else ()
        return {self.name, *transform.reads, *transform.follows, *asked}


class TableMask:
    """A table's rules. `names` are its columns in the order of COPY, `now` is what time it is. Raises BadRules."""

    def __init__(
        self,
        table: Table,
        names: Sequence[str],
        rules: Sequence[ColumnRule],
        key: Key,
        witness: Witness | None = None,
        *,
        now: datetime | None = None,
    ) -> None:
        self._table = table
        self._names = tuple(names)
        self._witness = witness
        by_name = {rule.column.name: rule for rule in rules}
        if len(by_name) != len(rules):
            raise BadRules(f"{table.full} has two rules for one column")
        self._steps = tuple(_step(table, by_name[name], key, now) for name in _order(table, by_name))
        self._needed = frozenset[str]().union(*(step.reads for step in self._steps))
        missing = self._needed - {*self._names}
        if missing:
            raise BadRules(f"{table.full} has no {', '.join(sorted(missing))} in the copy of its rows")

    def mask(self, block: bytes) -> bytes:
        """The block with its rules applied; other columns byte for byte. Raises BrokenRows and MaskFailed."""
        if not self._steps:
            return block
        signs = Signs.of(block)
        frame = rows(block, self._names, signs)
        bare = is_bare(signs, frame)
        needed = [frame[name] for name in self._names if name in self._needed]
        raw = pl.DataFrame(needed if bare else [unescaped(series) for series in needed])
        done = raw
        for step in self._steps:
            done = _with(done, step.name, self._masked(step, raw, done))
        made = [done[step.name] for step in self._steps]
        if bare:  # then most results are, too, and looking at all of their text at once tells
            after = _all_with(frame, made)
            if has_only_borders(out := text(after), after):
                return out
        return text(_all_with(frame, [escaped(series) for series in made]))

    def plain(self, row: Mapping[str, str | None]) -> dict[str, str | None]:
        """The same of one row of values without escapes: slow, and what `mask` is tested against."""
        done = dict(row)
        for step in self._steps:
            value = row[step.name]
            one = pl.DataFrame([pl.Series(name, [row[name]], dtype=pl.String) for name in self._needed])
            if value is None or (step.condition and not step.condition.holds(one)[0]):
                continue
            told = Row(step.seed, step.rule.column, dict(row), dict(done), step.seeds)
            done[step.name] = _plain(step.rule, value, told)
        return done

    def _masked(self, step: _Step, raw: pl.DataFrame, done: pl.DataFrame) -> pl.Series:
        """A column after its rule, nulls and rows that the rule does not mean as they were."""
        values = raw[step.name].alias("value")  # an odd name would be a pattern to polars
        meant = self._meant(step, raw)
        if meant is not None and self._witness is not None:
            self._witness.keep(values.filter(~meant).drop_nulls(), column=step.rule.column)
        if meant is None and not values.null_count():
            return self._once(step, values, raw, done)
        at = (values.is_not_null() if meant is None else meant & values.is_not_null()).arg_true()
        made = self._once(step, values.gather(at), raw.select(pl.all().gather(at)), done.select(pl.all().gather(at)))
        return values.clone().scatter(at, made) if len(at) else values

    def _meant(self, step: _Step, raw: pl.DataFrame) -> pl.Series | None:
        """Which rows the rule is for; None for all."""
        try:
            return step.condition.holds(raw) if step.condition else None
        except Exception as error:  # as below
            raise self._failed(step.rule, f"its condition failed with {type(error).__name__}") from None

    def _once(self, step: _Step, values: pl.Series, raw: pl.DataFrame, done: pl.DataFrame) -> pl.Series:
        """The same of values that come again and again, each made but once."""
        if not step.alone:
            return self._made(step, values, raw, done)
        return step.memo.made(
            values, lambda new: self._made(step, new, pl.DataFrame([new.alias(step.name)]), done.clear())
        )

    def _made(self, step: _Step, values: pl.Series, raw: pl.DataFrame, done: pl.DataFrame) -> pl.Series:
        """What a transform makes of values none of which is null."""
        rule = step.rule
        before = _only(raw, (rule.column.name, *rule.transform.reads))
        block = Block(step.seed, rule.column, before, _only(done, rule.transform.follows), step.seeds)
        try:
            made = _bulk(rule, values, block)
        except Unmaskable as problem:
            raise self._failed(rule, str(problem)) from None
        except Exception as error:  # whatever it is, its text may hold a value
            raise self._failed(rule, f"{rule.transform.name} failed with {type(error).__name__}") from None
        if made.dtype != pl.String or len(made) != len(values):
            raise self._failed(rule, f"{rule.transform.name} gave {len(made)} {made.dtype} for {len(values)} values")
        if made.null_count() and not rule.transform.gives_null:
            raise self._failed(rule, f"{rule.transform.name} gave nothing for {made.null_count()} values")
        self._tell(rule, values, made)
        return made

    def _tell(self, rule: ColumnRule, values: pl.Series, made: pl.Series) -> None:
        if self._witness is None:
            return
        if not rule.sought:
            self._witness.keep(made, column=rule.column)
            return
        told: pl.Series | None = made
        if rule.transform.digested(rule.column) and not rule.column.array:
            told = None
        elif rule.transform.partial:
            same = values.eq_missing(made)
            self._witness.keep(values.filter(same), column=rule.column)
            values, told = values.filter(~same), made.filter(~same)
        self._witness.add(f"{self._table.full}.{rule.column.name}", values, told, column=rule.column)

    def _failed(self, rule: ColumnRule, reason: str) -> MaskFailed:
        return MaskFailed(self._table.full, rule.column.name, reason)


def _step(table: Table, rule: ColumnRule, key: Key, now: datetime | None) -> _Step:
    seeds = {identity: key.seed(identity) for identity in rule.transform.identities}
    try:
        condition = where.condition(rule.where, table, now) if rule.where else None
    except Problem as problem:
        raise BadRules(f"the condition of {table.full}.{rule.column.name} cannot be used: {problem}") from None
    return _Step(rule, key.seed(rule.identity), seeds, condition)


def _order(table: Table, rules: Mapping[str, ColumnRule]) -> Iterator[str]:
    """The columns, each after those that its transform follows."""
    before = {name: [on for on in rule.transform.follows if on in rules] for name, rule in rules.items()}
    try:
        yield from TopologicalSorter(before).static_order()
    except CycleError as error:
        raise BadRules(f"columns of {table.full} follow each other in a circle: {' → '.join(error.args[1])}") from None


def _with(frame: pl.DataFrame, name: str, values: pl.Series) -> pl.DataFrame:
    """The frame with other values in a column. (No expression: an odd name would be a pattern.)"""
    return frame.clone().replace_column(frame.get_column_index(name), values.alias(name))


def _all_with(frame: pl.DataFrame, series: Sequence[pl.Series]) -> pl.DataFrame:
    for one in series:
        frame = _with(frame, one.name, one)
    return frame


def _only(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    return pl.DataFrame([frame[name] for name in dict.fromkeys(names)])


def _bulk(rule: ColumnRule, values: pl.Series, block: Block) -> pl.Series:
    if not rule.column.array:
        return rule.transform.bulk(values, block)
    return masked_array(rule.transform, values, block)


def _plain(rule: ColumnRule, value: str, row: Row) -> str | None:
    if not rule.column.array:
        return rule.transform.plain(value, row)
    return masked_array_plain(rule.transform, value, row)
