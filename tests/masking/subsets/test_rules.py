"""What a subset asks for is held against a database: what is wrong is named, and what hangs together is known."""

from __future__ import annotations

from typing import Any

import pytest

from envctl.catalogue import Catalogue, Column, ForeignKey, Table, Unique
from envctl.masking.policies.rules import Fault
from envctl.masking.subsets.graph import Graph
from envctl.masking.subsets.rules import Rule, hold, parse
from tests.masking.conditions.test_where import NOW

ID = Column("id", "bigint", "integer")


def refers(table: str, *columns: str, name: str = "key", to: tuple[str, ...] = ("id",)) -> ForeignKey:
    return ForeignKey(name, columns, table, to)


def table(name: str, *keys: ForeignKey, columns: tuple[Column, ...] = (), schema: str = "public", **more: Any) -> Table:
    """One with an id, and a column for each foreign key that has none."""
    known = {ID.name, *(column.name for column in columns)}
    missing = dict.fromkeys(name for key in keys for name in key.columns if name not in known)
    return Table(
        schema, name, (ID, *columns, *(Column(n, "bigint", "integer") for n in missing)), foreign_keys=keys, **more
    )


AT = Column("at", "timestamp with time zone", "timestamp")
SHOP = Catalogue(
    (
        table("countries"),
        table("customers", refers("public.countries", "country"), refers("public.customers", "friend", name="friends")),
        table("orders", refers("public.customers", "customer"), columns=(AT,)),
        table("items", refers("public.orders", "order")),
        table("visits", refers("public.customers", "who"), columns=(AT,), partitioned=True),
        table("visits_old", refers("public.customers", "who"), columns=(AT,), parents=("public.visits",)),
        table("clicks", refers("public.visits", "visit")),
        table("settings"),
        table("logs"),
        table("logs", schema="old"),
    )
)


def held(section: dict[str, Any], catalogue: Catalogue = SHOP) -> Graph | tuple[Fault, ...]:
    return hold(
        parse({name: {"where": one} if isinstance(one, str) else one for name, one in section.items()}), catalogue, NOW
    )


def graph(section: dict[str, Any], catalogue: Catalogue = SHOP) -> Graph:
    found = held(section, catalogue)
    assert isinstance(found, Graph), found
    return found


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ({"order": "id = 1"}, "order: there is no table order (did you mean orders?)"),
        ({"zzz": "id = 1"}, "zzz: there is no table zzz (correct it or take it out)"),
        ({"shop.orders": "id = 1"}, "shop.orders: there is no table shop.orders (did you mean orders?)"),
        ({"logs": "id = 1"}, "logs: there is a table logs in several schemas: public, old (write public.logs)"),
        ({"*": "id = 1"}, '*: \'*\' is no name of a table (write it as SQL does: orders, sales.orders, "Odd"."T")'),
        ({"": "id = 1"}, ': \'\' is no name of a table (write it as SQL does: orders, sales.orders, "Odd"."T")'),
        (
            {"a.b.c": "true"},
            'a.b.c: \'a.b.c\' is no name of a table (write it as SQL does: orders, sales.orders, "Odd"."T")',
        ),
        ({"orders": "at > "}, "orders: its condition cannot be used: it ends too early"),
        ({"orders": ""}, "orders: its condition cannot be used: it ends too early"),
        (
            {"orders": "placed > now()"},
            'orders: its condition cannot be used: it names "placed", which is no column of public.orders',
        ),
        (
            {"visits": "at > random()"},
            'visits: its condition cannot be used: it calls "random": only now, lower, upper, length can be',
        ),
        ({"orders": "true", '"orders"': "true"}, '"orders": means the same as orders (take one of them out)'),
        (
            {"orders": {"follow": ["visits"]}},
            "orders: follow: visits does not reference orders (those that do: items)",
        ),
        ({"orders": {"follow": ["item"]}}, "orders: follow: there is no table item (did you mean items?)"),
        (
            {"items": {"follow": ["orders"]}},
            "items: follow: orders does not reference items (those that do: none does)",
        ),
    ],
)
def test_what_is_wrong_is_named(section: dict[str, Any], said: str) -> None:
    """A table that is not there or not the only one, a condition that is none, and what does not reference it."""
    found = held(section)
    assert isinstance(found, tuple)
    assert [said] == [str(fault) for fault in found]


def test_what_is_connected_is_cut() -> None:
    """Over whatever tables; what no foreign key connects comes whole."""
    assert {"countries", "customers", "orders", "items", "visits", "visits_old", "clicks"} == {
        full.removeprefix("public.") for full in graph({"orders": "true"}).parts
    }
    assert {"public.settings"} == set(graph({"settings": "true"}).parts)
    assert {"old.logs"} == set(graph({"old.logs": "true"}).parts)


def test_partitions_have_the_condition_of_the_whole() -> None:
    """Unless they have their own; who references the whole references rows of any of them."""
    found = graph({"visits": "at > now() - interval '30 days'"})
    assert {"public.visits", "public.visits_old"} == {full for full, part in found.parts.items() if part.condition}
    (clicks,) = found.of_child("public.clicks")
    assert ("public.visits", "public.visits_old") == clicks.parents
    own = graph({"visits": "at > now()", "visits_old": {"follow": True}})
    assert ["public.visits"] == [full for full, part in own.parts.items() if part.condition]
    assert {"public.visits": None, "public.visits_old": True} == {
        full: part.follow for full, part in own.parts.items() if "visits" in full
    }


def test_a_foreign_key_of_one_partition_is_followed_from_all() -> None:
    """And from rows that are named by the whole, as in a dump that was made with --load-via-partition-root."""
    who = Column("who", "bigint", "integer")
    leaf = table("leaf", refers("public.other", "who"), parents=("public.root",))
    bare = table("bare", columns=(who,), parents=("public.root",))
    whole = table("root", columns=(who,), partitioned=True)
    found = graph({"other": "true"}, Catalogue((whole, leaf, bare, table("other"))))
    children = {reference.child for reference in found.of_parent("public.other")}
    assert {"public.root", "public.leaf", "public.bare"} == children


def test_who_inherits_has_the_condition_and_not_the_keys() -> None:
    """As SQL asks of a table and those that inherit from it; Postgres lets no foreign key be inherited."""
    child = table("child", parents=("public.orders",), columns=(AT, Column("customer", "bigint", "integer")))
    found = graph({"orders": "at > now()"}, Catalogue((*SHOP.tables, child)))
    assert found.parts["public.child"].condition is not None
    assert () == found.of_child("public.child")


def test_what_is_followed_may_be_a_partition_or_the_table_itself() -> None:
    """Named as a whole, all partitions come."""
    found = graph({"customers": {"follow": ["visits", "customers"]}})
    assert (
        frozenset({"public.visits", "public.visits_old", "public.customers"}) == found.parts["public.customers"].follow
    )
    assert frozenset() == graph({"customers": {"follow": []}}).parts["public.customers"].follow


@pytest.mark.parametrize(
    ("mine", "theirs", "more", "why"),
    [
        (
            Column("a", "double precision", "number"),
            Column("b", "numeric", "number"),
            {},
            "of double precision and numeric nobody",
        ),
        (
            Column("a", "real", "number"),
            Column("b", "double precision", "number"),
            {},
            "of real and double precision nobody",
        ),
        (Column("a", "integer", "integer"), Column("b", "real", "number"), {}, "of integer and real nobody"),
        (Column("a", "jsonb", "json"), Column("b", "jsonb", "json"), {}, "of jsonb nobody"),
        (Column("a", "interval", "other"), Column("b", "interval", "other"), {}, "of interval nobody"),
        (
            Column("a", "date", "date"),
            Column("b", "timestamp with time zone", "timestamp"),
            {},
            "of date and timestamp with time zone nobody",
        ),
        (
            Column("a", "numeric[]", "number", array=True),
            Column("b", "numeric[]", "number", array=True),
            {},
            "of numeric[] nobody",
        ),
        (
            ID,
            Column("b", "bigint", "integer", generated=True),
            {},
            "it is on a column that is computed, and in no copy of the rows",
        ),
        (
            Column("a", "text", "text"),
            Column("b", "text", "text"),
            {"uniques": (Unique("u", ("b",), exact=False, expressions=("b COLLATE blind",)),)},
            "of text nobody",
        ),
    ],
)
def test_keys_that_nobody_can_compare_are_refused(mine: Column, theirs: Column, more: dict[str, Any], why: str) -> None:
    """Where equal values may have different texts; but only where the subset needs them."""
    parent = Table("public", "parents", (ID, theirs), **more)
    child = Table(
        "public", "children", (ID, mine), foreign_keys=(refers("public.parents", mine.name, to=("b",), name="odd_key"),)
    )
    found = held({"children": "true"}, Catalogue((parent, child, table("settings"))))
    assert isinstance(found, tuple)
    assert f"children: its foreign key odd_key cannot be followed: {why}" in str(found[0])
    assert isinstance(held({"settings": "true"}, Catalogue((parent, child, table("settings")))), Graph)


def test_what_is_said_to_others_holds_nothing_of_anybody() -> None:
    """Times and intervals are shown; other texts may be somebody's."""
    times = "at > '2024-01-01 10:00' and at < now() - interval '30 days'"
    where = f"{times} and mail = 'ann''s@mail.test' and phone = '0151 23'"
    assert f"{times} and mail = '…' and phone = '…'" == Rule("", where).said
