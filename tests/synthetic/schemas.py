"""Catalogues said in a few words: what a server would say of such tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from envctl.catalogue import Catalogue, Check, Column, ForeignKey, Table, Unique

INTEGER = (-(1 << 31), (1 << 31) - 1)


def whole(name: str, *, nullable: bool = False, counted: bool = False) -> Column:
    """An integer."""
    low, high = INTEGER
    return Column(name, "integer", "integer", nullable, low=low, high=high, counted=counted, base="integer")


def word(name: str, *, nullable: bool = False, length: int | None = None) -> Column:
    """A text."""
    kind = f"character varying({length})" if length else "text"
    return Column(name, kind, "text", nullable, length=length, base=kind)


def table(
    name: str,
    *columns: Column,
    key: Sequence[str] = ("id",),
    uniques: Iterable[Unique] = (),
    checks: Iterable[Check] = (),
    keys: Iterable[ForeignKey] = (),
) -> Table:
    """One in the schema shop, with a primary key."""
    primary = [Unique(f"{name}_pkey", tuple(key))] if key else []
    return Table("shop", name, columns, tuple(key), (*primary, *uniques), tuple(checks), tuple(keys))


def references(column: str, other: str, *, deferrable: bool = False) -> ForeignKey:
    """A foreign key to the id of another table."""
    return ForeignKey(f"{column}_fkey", (column,), f"shop.{other}", ("id",), deferrable)


def catalogue(*tables: Table) -> Catalogue:
    """All of them."""
    return Catalogue(tables)
