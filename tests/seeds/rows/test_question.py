"""What a database is asked for messages and keys, and what a real one answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from envctl.catalogue import Catalogue, Column, ForeignKey, Table
from envctl.errors import EnvctlError, Exit
from envctl.seeds.kafka.made import made as message_of
from envctl.seeds.redis.made import made as key_of
from envctl.seeds.rows.answer import answers, tables_of
from envctl.seeds.rows.question import Asking, Unanswerable, condition, table_named
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres

CUSTOMERS = Table(
    "public", "customers", (Column("id", "integer", "integer"), Column("e mail", "text", "text")), ("id",)
)
ORDERS = Table(
    "public",
    "orders",
    (
        Column("id", "integer", "integer"),
        Column("customer_id", "integer", "integer"),
        Column("other_id", "integer", "integer"),
        Column("at", "timestamp with time zone", "timestamp"),
        Column("note", "text", "text"),
    ),
    ("id",),
    foreign_keys=(
        ForeignKey("a", ("customer_id",), "public.customers", ("id",)),
        ForeignKey("b", ("other_id",), "public.customers", ("id",)),
        ForeignKey("c", ("other_id",), "public.orders", ("id",)),
    ),
)
CATALOGUE = Catalogue((CUSTOMERS, ORDERS, Table("old", "orders", ())))
SCHEMA = r"""
CREATE SCHEMA "Odd.Schema";
CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE TABLE people (id int PRIMARY KEY, name varchar(40), boss int REFERENCES people (id), born date, mood mood,
    code char(4), big numeric, flag boolean, doc json, docs jsonb, tags text[], raw bytea, at timestamptz);
INSERT INTO people VALUES (1, E'it''s "A" \\ \t\n ü', NULL, '1970-01-02', 'glad', 'ab', 1.50, true,
    '{"b":  1, "a": 2}', '"x"', '{a,"b c",NULL}', '\x00ff', '2024-02-29 12:00:00.5+02');
INSERT INTO people (id, boss, name) VALUES (2, 1, 'Bo'), (3, 2, NULL);
CREATE TABLE "Odd.Schema"."Odd ""Table" ("select" int, "$ {x}" text, person int REFERENCES people (id));
INSERT INTO "Odd.Schema"."Odd ""Table" VALUES (1, 'one', 3), (2, 'two', NULL)"""


LINES = Table(
    "public",
    "lines",
    (Column("order_id", "integer", "integer"), Column("customer_id", "integer", "integer")),
    foreign_keys=(ForeignKey("d", ("order_id", "customer_id"), "public.orders", ("id", "customer_id")),),
)


def refusal(ask: Any) -> tuple[str, str, str]:
    """Where it stands, what is wrong, what to do."""
    with pytest.raises(Unanswerable) as refused:
        ask()
    return refused.value.at, refused.value.message, refused.value.hint


def orders() -> Asking:
    """The rows of orders."""
    return Asking(CATALOGUE, ORDERS)


def test_a_statement_is_made_of_quoted_names() -> None:
    """A foreign key is followed once, however often it is asked for; the order is that of the primary key."""
    asking = Asking(CATALOGUE, ORDERS, "note <> 'it''s;--' AND \"at\" < DATE '2020-01-01'", 3)
    columns = [asking.text("key", '${customer_id."e mail"}'), asking.text("value", "${ID}, ${customer_id.id}")]
    expected = (
        'COPY (SELECT f1."e mail"::pg_catalog.text, t."id"::pg_catalog.text || \', \' || f1."id"::pg_catalog.text '
        "FROM (SELECT * FROM \"public\".\"orders\" WHERE (note <> 'it''s;--' and \"at\" < date '2020-01-01')) AS t "
        'LEFT JOIN "public"."customers" AS f1 ON f1."id" = t."customer_id" ORDER BY t."id" LIMIT 3) '
        "TO STDOUT (FORMAT binary)"
    )
    assert expected == asking.statement(columns)


def test_a_column_of_a_key_of_several_leads_to_whose_it_is() -> None:
    """To the row that all of them mean; but one that is itself the key of a further table leads there."""
    asking = Asking(Catalogue((CUSTOMERS, ORDERS, LINES)), LINES)
    statement = asking.statement([asking.text("key", "${order_id.note}, ${customer_id.id}")])
    assert (
        ' LEFT JOIN "public"."orders" AS f1 ON f1."id" = t."order_id" AND f1."customer_id" = t."customer_id"'
        ' LEFT JOIN "public"."customers" AS f2 ON f2."id" = t."customer_id" ORDER BY '
    ) in statement


@pytest.mark.parametrize(
    ("ask", "wrong"),
    [
        (lambda: orders().text("key", "${nte}"), ("key", "orders has no column nte", "did you mean note?")),
        (
            lambda: orders().json("value", {"a": {"b": "${customer_id.name}"}}),
            ("value.a.b", "customers has no column name", 'it has id, "e mail"'),
        ),
        (
            lambda: orders().text("key", "${note.id}"),
            ("key", "orders.note is no foreign key, and leads to no other table", ""),
        ),
        (
            lambda: orders().text("key", "${other_id.id}"),
            ("key", "orders.other_id is in several foreign keys: b, c", ""),
        ),
        (
            lambda: orders().moment("timestamp", "${note}"),
            ("timestamp", "${note} is of type text, and neither a date nor a point in time", ""),
        ),
        (
            lambda: orders().moment("timestamp", "at ${at}"),
            ("timestamp", "is one column of a date or a point in time", 'such as "${created_at}"'),
        ),
        (
            lambda: table_named(CATALOGUE, "custmers"),
            ("table", "there is no table custmers", "did you mean customers?"),
        ),
        (
            lambda: table_named(CATALOGUE, "orders"),
            ("table", "there is a table orders in several schemas: public, old", "write public.orders"),
        ),
        (
            lambda: table_named(CATALOGUE, "a.b.c"),
            ("table", "a.b.c is no name of a table", 'write "orders", or "sales.orders"'),
        ),
        (lambda: condition("pg_sleep(9) > id", ORDERS), ("where", 'it calls "pg_sleep"', "")),
        (
            lambda: condition('"at" < now()', ORDERS),
            ("where", "it asks what time it is, and what is made is kept", "write a point in time instead"),
        ),
    ],
)  # fmt: skip
def test_what_the_database_cannot_answer_is_said(ask: Any, wrong: tuple[str, str, str]) -> None:
    """Before anything is asked of it, with the key where that stands."""
    at, message, hint = refusal(ask)
    assert (wrong[0], wrong[2]) == (at, hint)
    assert message.startswith(wrong[1])


@pytest.mark.docker
def test_values_are_the_tables_own(postgres: Postgres) -> None:
    """Numbers stay numbers, documents documents and nulls nulls; texts keep every sign; keys lead to rows of keys."""
    database = Database(postgres.holding(SCHEMA.strip()), USER)
    catalogue = tables_of(postgres, database)
    columns = ("id", "name", "born", "mood", "big", "flag", "doc", "docs", "tags", "raw", "at")
    value = {**{name: f"${{{name}}}" for name in columns}, "q": "$${x} 'q'", "boss": {"of": ["${boss.boss.name}", 1.5]}}
    said = {"table": "people", "value": value, "key": "${code}-${id}", "headers": {"n": "${name}", "d": "${docs}"}}
    found = message_of(catalogue, said)
    first, second, third = found.messages("t", answers(postgres, database, found.statement))
    name = 'it\'s "A" \\ \t\n ü'
    assert {
        "id": 1, "name": name, "born": "1970-01-02", "mood": "glad", "big": 1.5, "flag": True,
        "doc": {"b": 1, "a": 2}, "docs": "x", "tags": ["a", "b c", None], "raw": "\\x00ff",
        "at": "2024-02-29T10:00:00.5+00:00", "q": "${x} 'q'", "boss": {"of": [None, 1.5]},
    } == json.loads(first.value or b"")  # fmt: skip
    assert b'"big":1.50,' in (first.value or b""), "not a digit of a number is lost"
    assert (("n", name.encode()), ("d", b'"x"')) == first.headers
    assert [b"ab  -1", None, None] == [m.key for m in (first, second, third)], "a null makes all of a text null"
    assert [None, name] == [json.loads(m.value or b"")["boss"]["of"][0] for m in (second, third)]
    odd = {"table": '"Odd.Schema"."Odd ""Table"', "value": '${"$ {x}"} of ${person.boss.name}', "where": '"select" = 1'}
    found = message_of(catalogue, odd)
    assert [b"one of Bo"] == [m.value for m in found.messages("t", answers(postgres, database, found.statement))]


@pytest.mark.docker
def test_times_and_keys_come_of_rows(postgres: Postgres) -> None:
    """Milliseconds, in their order, with a limit; a hash lacks what is null; what fails at the server is refused."""
    rows = "INSERT INTO e VALUES ('b', '2000-01-01', 1), ('a', '2000-01-01', 2), ('c', '1999-01-01', NULL)"
    database = Database(postgres.holding(f"CREATE TABLE e (n text, at timestamp, i int);\n{rows}"), USER)
    catalogue = tables_of(postgres, database)
    timed = message_of(catalogue, {"table": "e", "value": "${n}", "timestamp": "${at}", "limit": 2})
    sent = [(m.value, m.sent) for m in timed.messages("t", answers(postgres, database, timed.statement))]
    assert [(b"c", 915148800000), (b"a", 946684800000)] == sent
    hashes = key_of(catalogue, "k:${i}", {"table": "e", "value": {"n": "${n}", "i": "${i}", "one": 1, "no": False}})
    kept = [(e.key, e.value) for e in hashes.entries(answers(postgres, database, hashes.statement))]
    fixed = {b"one": b"1", b"no": b"false"}
    assert [(b"k:1", {b"n": b"b", b"i": b"1", **fixed}), (b"k:2", {b"n": b"a", b"i": b"2", **fixed})] == kept
    with pytest.raises(EnvctlError) as refused:
        list(answers(postgres, database, "COPY (SELECT 1 / (i - 2) FROM e) TO STDOUT (FORMAT binary)"))
    assert Exit.DATA_REFUSED == refused.value.code
