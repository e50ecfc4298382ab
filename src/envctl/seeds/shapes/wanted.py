"""What is looked at of each column: what is made up needs no more, and a policy lets pass no more. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from envctl.catalogue import Column, Family, Table

Spread = Literal["numbers", "moments", "lengths", "none"]

_SPREADS: dict[Family, Spread] = {
    "integer": "numbers",
    "number": "numbers",
    "date": "moments",
    "timestamp": "moments",
    "text": "lengths",
}
_FEW: frozenset[Family] = frozenset({"text", "enum", "boolean", "integer"})  # what lists of words are kept in


@dataclass(frozen=True)
class Wanted:
    """A column, and what is wanted of it beside how many nulls and how many different values it has.

    `common`: its values themselves, where they are few and each of them is frequent.
    """

    name: str
    spread: Spread = "none"
    common: bool = False


def wanted(table: Table, kept: Collection[str]) -> tuple[Wanted, ...]:
    """Of each column that is no result of others; `kept` are those whose values a rule of masking lets pass."""
    keys = frozenset(_keys(table))
    return tuple(_of(column, kept, keys) for column in table.columns if not column.generated)


def _keys(table: Table) -> Iterator[str]:
    """What tells rows apart alone, or leads to others: it is made by other means, so that its values say nothing."""
    for columns in (table.key, *(unique.columns for unique in table.uniques)):
        yield from columns if len(columns) == 1 else ()
    for key in table.foreign_keys:
        yield from key.columns


def _of(column: Column, kept: Collection[str], keys: Collection[str]) -> Wanted:
    if column.array:
        return Wanted(column.name)
    spread = _SPREADS.get(column.family, "none")
    if column.name in keys or column.counted:
        return Wanted(column.name, "lengths" if spread == "lengths" else "none")
    return Wanted(column.name, spread, column.name in kept and column.family in _FEW)
