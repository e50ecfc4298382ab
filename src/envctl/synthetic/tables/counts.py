"""How many rows each table gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envctl.catalogue import ForeignKey, Table
from envctl.shape import Shape
from envctl.synthetic.base import Impossible
from envctl.synthetic.likeness.counts import skew_of
from envctl.synthetic.names import table_named
from envctl.synthetic.settings import MOST, Per, Settings
from envctl.synthetic.tables.targets import Target

_MEAN = 3  # rows for each of the table that they belong to
_DEEPEST = 10  # times the rows of a table that belongs to none: no other gets more, unless somebody says so
_SMALL, _FEW = 4, 20  # so few columns are a list to choose from: with a so-manieth of the rows, and no fewer rows


@dataclass(frozen=True)
class Count:
    """Rows of a table. `said`: somebody wants just so many. `owner`: the foreign key to those that they belong to."""

    rows: int
    said: bool = False
    owner: ForeignKey | None = None
    skew: str | None = None


def counted(
    targets: tuple[Target, ...], broken: frozenset[tuple[str, str]], settings: Settings, shape: Shape | None
) -> dict[str, Count]:
    """The rows of each table, by its full name; `targets` come in their order. Raises Impossible."""
    tables = [target.table for target in targets]
    asked = {table_named(name, tables, "counts").full: (name, said) for name, said in settings.counts.items()}
    found: dict[str, Count] = {}
    for target in targets:
        keys = [k for k in target.table.foreign_keys if k.table != target.full and (target.full, k.name) not in broken]
        known = shape.rows(target.full) if shape else None
        found[target.full] = (
            _said(target, *asked[target.full], keys, tables, found)
            if target.full in asked
            else _like(known, target, _owner(target, keys), shape)
            if known is not None
            else _guessed(target, keys, found, settings.rows)
        )
    return found


def _like(rows: int, target: Target, owner: ForeignKey | None, shape: Shape | None) -> Count:
    """As many as in an example, shared out among those that they belong to as unevenly as there."""
    seen = shape.column(target.full, owner.columns[0]) if shape and owner else None
    parents = shape.rows(owner.table) if shape and owner else None
    skew = skew_of(seen, parents) if seen and parents else None
    return Count(rows, said=True, owner=owner, skew=skew)


def _said(
    target: Target,
    name: str,
    said: int | Per,
    keys: list[ForeignKey],
    tables: list[Table],
    found: Mapping[str, Count],
) -> Count:
    if isinstance(said, int):
        return Count(said, said=True, owner=_owner(target, keys))
    parent = table_named(said.per, tables, f"counts: {name}")
    key = next((key for key in keys if key.table == parent.full), None)
    if key is None:
        others = ", ".join(sorted({key.table for key in keys})) or "none"
        raise Impossible(f"counts: {name} does not reference {said.per} by a foreign key; those it does: {others}")
    rows = round(said.mean * found[parent.full].rows)
    if rows > MOST:
        raise Impossible(f"counts: {name} would have {rows:,} rows; at most {MOST:,} can be made")
    return Count(rows, said=True, owner=key, skew=said.skew)


def _guessed(target: Target, keys: list[ForeignKey], found: Mapping[str, Count], usual: int) -> Count:
    owner = _owner(target, keys)
    if owner is None:
        small = len(target.columns) <= _SMALL and not target.table.partitioned
        return Count(min(usual, max(_FEW, usual // _FEW)) if small else usual)
    parents = max(found[key.table].rows for key in keys) if _joins(target, keys) else found[owner.table].rows
    if _is_one_each(target, owner):
        return Count(found[owner.table].rows, owner=owner)
    return Count(min(_MEAN * parents, max(_DEEPEST * usual, parents)), owner=owner)


def _owner(target: Target, keys: list[ForeignKey]) -> ForeignKey | None:
    """Of which table rows are a part: by a key that must be there, of the primary key if one is."""
    table = target.table
    sure = [k for k in keys if not any(c.nullable for n in k.columns if (c := table.column(n)))]
    inner = [k for k in sure if set(k.columns) <= set(table.key)]
    return next(iter([*inner, *sure, *keys]), None)


def _joins(target: Target, keys: list[ForeignKey]) -> bool:
    """Whether it says which rows of other tables belong together."""
    own = {name for key in keys for name in key.columns}
    return len(keys) > 1 and bool(target.table.key) and set(target.table.key) <= own


def _is_one_each(target: Target, owner: ForeignKey) -> bool:
    return any(unique.columns and set(unique.columns) <= set(owner.columns) for unique in target.table.uniques)
