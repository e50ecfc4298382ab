"""Databases made of values, for tests of policies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from envctl.catalogue import Catalogue, Check, Column, Family, ForeignKey, Table, Unique
from envctl.masking.policies.policy import Checked, Problems, check
from envctl.masking.policies.rules import Policy, parse


def column(name: str, family: Family = "text", **more: Any) -> Column:
    """A column that says no more than it must."""
    return Column(name, more.pop("type", family), family, **more)


def table(name: str, *columns: Column | str, keys: Sequence[tuple[str, str]] = (), **more: Any) -> Table:
    """A table in `public`, or `schema.name`. `keys` are foreign: `column` (`a,b`) → `table.column` (`table.a,b`)."""
    schema, _, plain = name.rpartition(".")
    return Table(
        schema=schema or "public",
        name=plain,
        columns=tuple(column(one) if isinstance(one, str) else one for one in columns),
        foreign_keys=tuple(_key(*key) for key in keys),
        **more,
    )


def _key(columns: str, to: str) -> ForeignKey:
    other, _, references = to.rpartition(".")
    full = other if "." in other else f"public.{other}"
    return ForeignKey(f"{columns}_fkey", tuple(columns.split(",")), full, tuple(references.split(",")))


def unique(*columns: str, name: str = "once", **more: Any) -> Unique:
    """What is unique."""
    return Unique(name, columns, **more)


def lowered(name: str, **more: Any) -> Unique:
    """A unique index of a column in lower case."""
    return unique(name, exact=False, expressions=(f"lower(({name})::text)",), **more)


def condition(text: str, *columns: str) -> Check:
    """A CHECK."""
    return Check("sane", columns, text)


def policy(columns: dict[str, Any], **more: str) -> Policy:
    """A policy without a fault of its own."""
    found = parse({"columns": columns, **more})
    assert isinstance(found, Policy), [str(fault) for fault in found]
    return found


def masked(columns: dict[str, Any], *tables: Table, **more: str) -> dict[str, tuple[str, str]]:
    """What masks each masked column, and its identity: a policy that has no fault."""
    found = checked(columns, *tables, **more)
    return {
        f"{full}.{rule.column.name}": (rule.transform.name, rule.identity)
        for full, rules in found.tables.items()
        for rule in rules
    }


def checked(columns: dict[str, Any], *tables: Table, **more: str) -> Checked:
    """All that is known of a policy without a fault."""
    found = check(policy(columns, **more), Catalogue(tables))
    assert isinstance(found, Checked), [str(fault) for fault in found.faults]
    return found


def problems(columns: dict[str, Any], *tables: Table, **more: str) -> Problems:
    """What is wrong with a policy that has a fault."""
    found = check(policy(columns, **more), Catalogue(tables))
    assert isinstance(found, Problems), found
    return found


def faults(columns: dict[str, Any], *tables: Table, **more: str) -> list[str]:
    """Every fault as it reads."""
    return [str(fault) for fault in problems(columns, *tables, **more).faults]


CUSTOMERS = table("customers", column("id", "integer"), "email", "name", uniques=(unique("id"), unique("email")))
ORDERS = table("orders", column("id", "integer"), "mail", "note", keys=[("mail", "customers.email")])
KEPT = {"customers.*": "keep"}
EMAIL = ("email", "public.customers.email")  # what masks the addresses, and whose they are
