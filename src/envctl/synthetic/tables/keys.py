"""Foreign keys that share columns: those of all of them must agree."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.catalogue import ForeignKey, Table
from envctl.synthetic.base import Impossible
from envctl.synthetic.tables.columns import Work
from envctl.synthetic.tables.references import Owned, Reference, Relative, Through, Way
from envctl.synthetic.tables.rows import Made


def chosen(table: Table, tables: Mapping[str, Table]) -> tuple[tuple[ForeignKey, ...], tuple[ForeignKey, ...]]:
    """Those that decide their columns, and those that have to agree with them. What follows from others is in neither.

    Raises Impossible where one can only hold by chance.
    """
    deciding: list[ForeignKey] = []
    agreeing: list[ForeignKey] = []
    for key in sorted(table.foreign_keys, key=lambda key: (-len(key.columns), table.columns.index(_first(table, key)))):
        others = [other for other in deciding if set(other.columns) & set(key.columns)]
        if not others:
            deciding.append(key)
        elif not any(_follows(key, other, tables) for other in [*deciding, *agreeing]):
            if set(key.columns) <= {name for other in others for name in other.columns}:
                raise Impossible(
                    f"{table.full}: the foreign key {key.name} shares all its columns with {others[0].name}, "
                    "and does not follow from it (set a generator for these columns)"
                )
            agreeing.append(key)
    return tuple(deciding), tuple(agreeing)


def agree(work: Work, key: ForeignKey, made: Mapping[str, Made]) -> None:
    """Let a foreign key mean rows that belong to the same as those of another one. Raises Impossible."""
    shared = [name for name in key.columns if name in work.fillers]
    near = next(r for r in work.references.values() if set(shared) & set(r.key.columns))
    names = [near.key.references[near.key.columns.index(name)] for name in shared if name in near.key.columns]
    there = [key.references[key.columns.index(name)] for name in shared]
    mine = work.references.values() if key.table == work.full else made[key.table].references
    far = next((r for r in mine if set(there) <= set(r.key.columns) and isinstance(r.way, Owned)), None)
    owner = _owner(near, names, far, made)
    if far is None or owner is None:
        raise Impossible(
            f"{work.full}: the foreign keys {near.key.name} and {key.name} share columns, "
            "and nothing says which rows fit both (set generators for them)"
        )
    assert isinstance(far.way, Owned)  # noqa: S101 – chosen for it
    if far.way.slots.least == 0:
        raise Impossible(
            f"{work.full}: {key.name} needs a row of {key.table} for each of {far.key.table}, and there are too few "
            f"(say in counts how many {key.table} has)"
        )
    work.refer(key, Relative(owner, far.way, work.draws.of("relative", key.name)))


def _owner(near: Reference, names: list[str], far: Reference | None, made: Mapping[str, Made]) -> Way | None:
    """Who both belong to, by the number of our row."""
    if far is None:
        return None
    if near.key.table == far.key.table:
        return near.way
    parents = made[near.key.table].references if near.key.table in made else ()
    through = next((r for r in parents if set(names) <= set(r.key.columns) and r.key.table == far.key.table), None)
    return Through(near, through) if through is not None else None


def _first(table: Table, key: ForeignKey) -> object:
    return next(column for column in table.columns if column.name == key.columns[0])


def _follows(key: ForeignKey, other: ForeignKey, tables: Mapping[str, Table]) -> bool:
    """Whether a row that the other means is one that itself references what this one must."""
    if not set(key.columns) <= set(other.columns) or other.table not in tables:
        return False
    there = tuple(other.references[other.columns.index(name)] for name in key.columns)
    if other.table == key.table:
        return there == key.references
    return any(
        further.table == key.table
        and dict(zip(further.columns, further.references, strict=True)) == dict(zip(there, key.references, strict=True))
        for further in tables[other.table].foreign_keys
    )
