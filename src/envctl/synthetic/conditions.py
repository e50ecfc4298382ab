"""What the conditions of a table let its rows hold: the ways in which all of them can hold together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product

from envctl.catalogue import Check, Table, written
from envctl.synthetic.base import Field, Generator, Impossible, Limits
from envctl.synthetic.checks.facts import Alternative, Compare, Equal, Null, about
from envctl.synthetic.checks.limits import Contradiction, consistent, limits_of
from envctl.synthetic.checks.read import read
from envctl.synthetic.generators.formula import equals
from envctl.synthetic.generators.formula_names import formulas
from envctl.synthetic.generators.ordered import chains
from envctl.synthetic.patterns import Unreadable

_WAYS = 4  # of those that are possible so many are taken
_TRIED = 500  # ways that are looked at
_BOUND = "what partition"


@dataclass(frozen=True)
class Conditions:
    """One way: what it lets each column hold, and what it says of several together, by the name of the constraint."""

    limits: Mapping[str, Limits] = field(default_factory=dict)
    compared: tuple[tuple[str, Compare], ...] = ()
    equal: tuple[Equal, ...] = ()

    def related(
        self, table: Table, fields: Mapping[str, Field], said: Mapping[str, Generator]
    ) -> Mapping[str, Generator]:
        """What makes the columns that depend on others of their row; not those of which somebody `said` what does.

        Raises Impossible where what is compared cannot be.
        """
        keys = {name for key in table.foreign_keys for name in key.columns}
        apart = {*said, *keys}
        sums = {fact.column: equals(fact) for fact in self.equal if fact.column not in apart}
        usual = {name: made for name, made in formulas(table).items() if name not in apart and name not in sums}
        pairs = [
            (name, fact)
            for name, fact in self.compared
            if not keys & {fact.left, fact.right} and not _minded(fact, said)
        ]
        given = {name: made for name, made in {**said, **sums}.items() if name not in keys}
        ordered = chains({name: field for name, field in fields.items() if name not in keys}, pairs, given)
        return {**usual, **ordered, **sums}


def _minded(fact: Compare, said: Mapping[str, Generator]) -> bool:
    """Whether what makes one of two columns looks at the other: it is up to whoever said so that they compare well."""
    return any(
        other in said[name].reads for name, other in ((fact.left, fact.right), (fact.right, fact.left)) if name in said
    )


def conditions_of(table: Table, said: Collection[str], leaf: Table | None = None) -> tuple[Conditions, ...]:
    """The ways in which rows can be what the table lets them be, in a partition of it; none where nobody knows what
    that takes. Conditions on columns that somebody `said` how to make are passed over where they cannot be read.

    Raises Impossible for a condition that cannot be met, or read, by its name.
    """
    checks = list(table.checks)
    if leaf is not None and leaf.bound:
        try:
            read(bound := Check(f"{_BOUND} {written(leaf.schema, leaf.name)} takes", (), leaf.bound), table)
        except Unreadable:
            return ()
        checks.append(bound)
    named = [(check.name, alternatives) for check in checks if (alternatives := _read(check, table, said)) is not None]
    found = tuple(islice(_together(table, named), _TRIED))
    if not found:
        names = ", ".join(name for name, _ in named)
        raise Impossible(f"{table.full}: no row can meet all of {names} together")
    step = max(len(found) // _WAYS, 1)
    return tuple(_conditions(table, way) for way in found[::step][:_WAYS])


Way = tuple[tuple[str, Alternative], ...]  # by the name of the constraint


def _read(check: Check, table: Table, said: Collection[str]) -> tuple[Alternative, ...] | None:
    where = f"{table.full}: the CHECK {check.name}"
    try:
        found = read(check, table)
    except Unreadable as unreadable:
        if check.columns and set(check.columns) <= set(said):
            return None
        columns = ", ".join(check.columns) or "its columns"
        raise Impossible(
            f"{where} cannot be read: {unreadable} (say under `columns` what makes {columns}: then the server alone "
            "sees whether it holds)"
        ) from None
    except Contradiction as nothing:
        raise Impossible(f"{where} lets nothing in: {nothing}") from None
    possible = tuple(alternative for alternative in found if _possible(alternative, table))
    if not possible:
        raise Impossible(f"{where} lets nothing in but nulls, which the table does not")
    return possible


def _possible(alternative: Alternative, table: Table) -> bool:
    """Whether what must be null may be."""
    empty = {fact.column for fact in alternative if isinstance(fact, Null)}
    return all(column.nullable or column.name not in empty for column in table.columns)


def _together(table: Table, named: Sequence[tuple[str, tuple[Alternative, ...]]]) -> Iterator[Way]:
    """All ways in which what is said of each column alone can hold."""
    for way in islice(product(*(alternatives for _, alternatives in named)), _TRIED * _TRIED):
        if consistent([fact for alternative in way for fact in alternative], table):
            yield tuple((name, alternative) for (name, _), alternative in zip(named, way, strict=True))


def _conditions(table: Table, way: Way) -> Conditions:
    facts = [fact for _, alternative in way for fact in alternative]
    columns = {name for fact in facts for name in about(fact)}
    limits = {
        column.name: limits_of(facts, column)
        for column in table.columns
        if column.name in columns and not column.generated
    }
    compared = ((name, fact) for name, alternative in way for fact in alternative if isinstance(fact, Compare))
    return Conditions(limits, tuple(compared), tuple(fact for fact in facts if isinstance(fact, Equal)))
