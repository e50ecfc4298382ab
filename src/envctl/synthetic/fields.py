"""What is known of the columns of a table, and what makes their values: by rules, by conditions, by names and types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate

from envctl.catalogue import Column, Table
from envctl.shape import Shape
from envctl.synthetic.base import Field, Generator, Impossible, Limits
from envctl.synthetic.choosing.choose import choose, generator_of
from envctl.synthetic.conditions import Conditions, conditions_of
from envctl.synthetic.names import column_named
from envctl.synthetic.settings import Rule, Settings
from envctl.synthetic.tables.columns import Piece
from envctl.synthetic.tables.targets import Target

Rules = Mapping[tuple[str, str], Rule]  # by the table's full name and the column


@dataclass(frozen=True)
class Hints:
    """What is asked of all columns."""

    settings: Settings
    shape: Shape | None = None


@dataclass(frozen=True)
class Known:
    """What is known by the tables that the rows are copied into, and in each of these by the `ways` in which its
    conditions hold; `nulls` are shares of columns that may have some.
    """

    tables: tuple[Table, ...]
    ways: int
    pieces: tuple[Piece, ...]
    nulls: Mapping[str, float]
    apart: frozenset[frozenset[str]] = frozenset()  # pairs of columns that must not be the same

    weights: tuple[int, ...] = ()  # of the tables, where they are unlike; else all have as many rows

    def starts(self, rows: int) -> tuple[int, ...]:
        """Where the rows of each of them begin."""
        weights = self.weights or (1,) * len(self.tables)
        return tuple(rows * before // sum(weights) for before in accumulate(weights[:-1], initial=0))


def rules_of(targets: tuple[Target, ...], settings: Settings) -> Rules:
    """What is said of columns. Raises Impossible for a rule of one that is not there."""
    rules: dict[tuple[str, str], Rule] = {}
    for text, rule in settings.columns.items():
        table, column = column_named(text, [target.table for target in targets], "columns")
        if (table.full, column) in rules:
            raise Impossible(f"columns: {text}: there are two lines about this column (take one out)")
        rules[table.full, column] = rule
    return rules


def without(targets: tuple[Target, ...], rules: Rules) -> tuple[Target, ...]:
    """The tables without foreign keys whose columns somebody fills otherwise: the server sees whether they hold."""
    made = {at for at, rule in rules.items() if isinstance(rule, str) or "generate" in rule}  # not nulls alone
    return tuple(
        replace(target, table=replace(target.table, foreign_keys=kept)) if kept != target.table.foreign_keys else target
        for target in targets
        for kept in [
            tuple(k for k in target.table.foreign_keys if not all((target.full, n) in made for n in k.columns))
        ]
    )


def known_of(target: Target, rules: Rules, hints: Hints) -> Known:
    """What is known of a table. Raises Impossible where a column cannot be filled."""
    own = {name: rule for (table, name), rule in rules.items() if table == target.full}
    places = tuple(_places(target, _said(own)))
    ways = min(len(found) for _, found in places)
    pieces = tuple(_piece(target, one, own, hints) for _, found in places for one in found[:ways])
    nulls = {column.name: share for column in target.table.columns if (share := _nulls(target, column, own, hints))}
    compared = (fact for _, found in places for way in found for _, fact in way.compared if fact.op == "<>")
    apart = frozenset(frozenset((fact.left, fact.right)) for fact in compared)
    tables = tuple(table for table, _ in places)
    return Known(tables, ways, pieces, nulls, apart, _weights(tables, hints))


def _weights(tables: tuple[Table, ...], hints: Hints) -> tuple[int, ...]:
    """The rows that these have in the example, if it has some in one of them."""
    found = tuple((hints.shape.rows(table.full) if hints.shape else None) or 0 for table in tables)
    return found if any(found) else ()


def _said(own: Mapping[str, Rule]) -> frozenset[str]:
    """The columns of which is said what makes them; of others only how many nulls they have."""
    return frozenset(name for name, rule in own.items() if isinstance(rule, str) or "generate" in rule)


def _places(target: Target, said: frozenset[str]) -> Iterator[tuple[Table, tuple[Conditions, ...]]]:
    """Where rows are copied to, and the ways in which what holds there can hold. Where nobody can tell what partitions
    take, the server sorts the rows.
    """
    bounds = [(leaf, conditions_of(target.table, said, leaf)) for leaf in target.leaves]
    readable = [(leaf, found) for leaf, found in bounds if found]
    yield from readable or [(target.table, conditions_of(target.table, said))]


def _piece(target: Target, found: Conditions, own: Mapping[str, Rule], hints: Hints) -> Piece:
    fields = _fields(target, found, hints)
    return Piece(fields, _generators(target, found, fields, own, hints))


def _fields(target: Target, found: Conditions, hints: Hints) -> Mapping[str, Field]:
    settings = hints.settings
    return {
        column.name: Field(
            table=target.table,
            column=column,
            limits=found.limits.get(column.name, Limits()),
            locale=settings.locale,
            until=settings.moment,
        )
        for column in target.table.columns
        if not column.generated
    }


def _generators(
    target: Target, found: Conditions, fields: Mapping[str, Field], own: Mapping[str, Rule], hints: Hints
) -> Mapping[str, Generator]:
    """Of all columns that reference nothing."""
    referencing = {name for key in target.table.foreign_keys for name in key.columns}
    said = {name: generator_of(own[name], fields[name]) for name in _said(own) if name in fields}
    related = found.related(target.table, fields, said)
    generators: dict[str, Generator] = {}
    for name, field in fields.items():
        if name in said:
            generators[name] = said[name]
        elif name not in referencing:
            generators[name] = related.get(name) or _shaped(choose(field), field, hints)
    return generators


def _shaped(chosen: Generator, field: Field, hints: Hints) -> Generator:
    """Like its example, where there is one."""
    if hints.shape is None or (seen := hints.shape.column(field.table.full, field.column.name)) is None:
        return chosen
    from envctl.synthetic.likeness.shaped import shaped

    return shaped(field, seen, chosen)


def _nulls(target: Target, column: Column, own: Mapping[str, Rule], hints: Hints) -> float:
    if not column.nullable or column.generated:
        return 0.0
    rule = own.get(column.name)
    if isinstance(rule, Mapping) and "nulls" in rule:
        return _share(rule["nulls"], f"{target.full}.{column.name}")
    seen = hints.shape.column(target.full, column.name) if hints.shape else None
    return seen.nulls if seen is not None else hints.settings.nulls


def _share(said: object, what: str) -> float:
    if isinstance(said, bool) or not isinstance(said, int | float) or not 0 <= said <= 1:
        raise Impossible(f"columns: {what}: nulls is a share from 0 to 1, not {said!r}")
    return float(said)
