"""Of a real dump those rows come that were asked for, with all that belongs to them: every foreign key is valid."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from envctl.catalogue import Catalogue, Column, ForeignKey, Table
from envctl.errors import EnvctlError, Exit
from envctl.masking import copying
from envctl.masking.subsets.graph import Graph
from envctl.masking.subsets.rules import hold, parse
from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.plain import Plain, plain
from envctl.seeds.masked.fill import fill
from envctl.seeds.masked.subset import Subset
from envctl.seeds.masked.text import BLOCK, Mask, Masks, Text, Unmasked
from envctl.seeds.server import Server
from envctl.seeds.swap import Filled
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres

PAGILA = os.environ.get("ENVCTL_PAGILA_SQL", "")
N = "\\N"
NOW = datetime(2022, 6, 1, tzinfo=UTC)


HEARD: list[str] = []


@pytest.fixture
def target(postgres: Postgres) -> Database:
    """Where it goes."""
    return Database(postgres.fresh(), USER, data="shop")


def unmasked(catalogue: Catalogue) -> Masks:
    """Every row stays as it is."""
    divided = {table.full for table in catalogue.tables if table.partitioned}
    return lambda schema, name, _columns: Mask(bytes, divided=f"{schema}.{name}" in divided)


def subset_of(source: Plain, section: Mapping[str, Any], found: list[Catalogue] | None = None) -> Subset:
    """What the section of a stack file asks for."""

    def graph(catalogue: Catalogue) -> Graph:
        held = hold(parse(section), catalogue, NOW)
        assert isinstance(held, Graph), held
        return held

    return Subset("shop", source, graph, say=HEARD.append)


def filled(
    postgres: Postgres, path: Path, target: Database, section: Mapping[str, Any]
) -> tuple[dict[str, int], Subset]:
    """Fill it; the rows that got in."""
    source = plain(postgres, check(path), target)
    subset = subset_of(source, section)
    digest = Filled("shop", "sha256:" + "0" * 64)
    loaded = fill(postgres, source, target, digest, subset.plans(unmasked), large_objects=False)
    subset.confirm()
    return {name.removeprefix("public."): count for name, count in loaded.rows.items()}, subset


SCHEMA = """CREATE EXTENSION IF NOT EXISTS citext;
CREATE TABLE regions (code char(4) PRIMARY KEY, parent text REFERENCES regions);
CREATE TABLE "Odd.Users" (id numeric PRIMARY KEY, "e mail" citext UNIQUE, region varchar(9) REFERENCES regions,
    mentor bigint);
ALTER TABLE "Odd.Users" ADD FOREIGN KEY (mentor) REFERENCES "Odd.Users" DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE orders (id int, shop int, placed timestamptz NOT NULL, who int REFERENCES "Odd.Users", mail citext
    REFERENCES "Odd.Users" ("e mail"), best int, PRIMARY KEY (id, placed)) PARTITION BY RANGE (placed);
CREATE TABLE orders_old PARTITION OF orders FOR VALUES FROM ('2020-01-01Z') TO ('2022-05-15Z');
CREATE TABLE orders_new PARTITION OF orders FOR VALUES FROM ('2022-05-15Z') TO ('2023-01-01Z');
CREATE TABLE items (id int PRIMARY KEY, order_id int, placed timestamptz,
    FOREIGN KEY (order_id, placed) REFERENCES orders MATCH FULL);
ALTER TABLE orders ADD FOREIGN KEY (best) REFERENCES items;
CREATE TABLE gifts (id int PRIMARY KEY, order_id int, placed timestamptz,
    FOREIGN KEY (order_id, placed) REFERENCES orders);
CREATE TABLE loose (who int);
CREATE TABLE settings (name text PRIMARY KEY, value text);
INSERT INTO regions VALUES ('eu', NULL), ('nl', 'eu'), ('us', NULL), ('ca', 'us');
INSERT INTO "Odd.Users" VALUES (1, 'Ann@mail.test', 'nl  ', NULL), (2.0, 'bob@mail.test', 'us', 3), (3, 'cy', 'ca', 2),
    (4, 'dee', 'eu', 4), (5, 'eve', 'nl', 1);
INSERT INTO orders SELECT n, 1, '2022-05-01Z'::timestamptz + n * interval '1 day', NULL, NULL
    FROM generate_series(1, 30) AS n;
UPDATE orders SET who = 1 WHERE id = 29;
UPDATE orders SET who = 2 WHERE id = 3;
UPDATE orders SET mail = 'ANN@mail.test' WHERE id = 30;
INSERT INTO items SELECT n, n, '2022-05-01Z'::timestamptz + n * interval '1 day' FROM generate_series(1, 30) AS n;
INSERT INTO items VALUES (100, NULL, NULL);
UPDATE orders SET best = 2 WHERE id = 29;
UPDATE orders SET best = 100 WHERE id = 30;
INSERT INTO gifts VALUES (1, 28, '2022-05-29Z'), (2, 28, NULL), (3, 1, '2022-05-02Z'), (4, NULL, NULL);
INSERT INTO loose VALUES (4), (99), (NULL);
ALTER TABLE loose ADD FOREIGN KEY (who) REFERENCES "Odd.Users" NOT VALID;
INSERT INTO settings SELECT 'name ' || n, repeat('x', 100) FROM generate_series(1, 500) AS n
"""
# Orders of the last four days; order 2 because item 2 is the best of order 29, and what those are of.
ASKED = {"orders": {"where": "placed > now() - interval '4 days'"}}
COME = {
    "orders": "2|28|29|30",
    "items": "2|28|29|30|100",  # 2 and 100 are referenced; the others reference orders that were asked for
    "gifts": "1",
    '"Odd.Users"': "1",
    "regions": "eu  |nl  ",
    "loose": "",
}


def ids(postgres: Postgres, database: str) -> dict[str, str]:
    """The keys of the rows that are there."""
    keys = {"regions": "code", "loose": "who"}
    return {
        table: "|".join(postgres.sql(database, f"SELECT {keys.get(table, 'id')} FROM {table} ORDER BY 1"))
        for table in COME
    }


@pytest.mark.docker
def test_whatever_references_whatever_comes_closed(postgres: Postgres, target: Database, tmp_path: Path) -> None:
    """Partitions, circles, keys of several columns and of different types, of each kind of dump alike."""
    source = postgres.holding(SCHEMA)
    forms = (("--format=plain",), ("--format=custom",), ("--format=plain", "--load-via-partition-root"))
    for number, options in enumerate(forms):
        (dump := tmp_path / f"{number}.dump").write_bytes(postgres.dump(source, *options))
        rows, subset = filled(postgres, dump, target, ASKED)
        assert (options, COME) == (options, ids(postgres, target.name))
        assert (500, 30) == (rows["settings"], sum(n for table, n in subset.out_of.items() if "orders" in table))
        assert "settings" not in str(subset.out_of)
    rows, _ = filled(postgres, dump, target, {**ASKED, '"Odd.Users"': {"follow": ["loose", '"Odd.Users"']}})
    assert (2, 4) == (rows["Odd.Users"], rows["orders"])


# Of the rentals of a month: what SQL says that comes with them.
PAGILA_COMES = {
    "rental": "SELECT rental_id FROM rental WHERE rental_date >= '2022-06-01Z' AND rental_date < '2022-07-01Z'",
    "payment": "SELECT payment_id FROM payment WHERE rental_id IN ({rental})",
    "inventory": "SELECT inventory_id FROM inventory WHERE inventory_id IN (SELECT inventory_id FROM rental WHERE "
    "rental_id IN ({rental}))",
    "film": "SELECT film_id FROM film WHERE film_id IN (SELECT film_id FROM inventory WHERE inventory_id IN "
    "({inventory}))",
    "customer": "SELECT customer_id FROM customer WHERE customer_id IN (SELECT customer_id FROM rental WHERE "
    "rental_id IN ({rental}) UNION SELECT customer_id FROM payment WHERE payment_id IN ({payment}))",
    "film_actor": "SELECT film_id FROM film_actor WHERE film_id IN ({film})",
    "actor": "SELECT actor_id FROM actor WHERE actor_id IN (SELECT actor_id FROM film_actor WHERE film_id IN ({film}))",
    "film_category": "SELECT film_id FROM film_category WHERE false",
}


@pytest.mark.docker
@pytest.mark.skipif(not PAGILA, reason="ENVCTL_PAGILA_SQL is not set")
def test_a_month_of_pagila(postgres: Postgres, target: Database, tmp_path: Path) -> None:
    """The rentals of a month, their payments, and whom and what those belong to; films with their actors, if one says
    so. From a plain and a custom dump the same.
    """
    section = {
        "rental": {"where": "rental_date >= '2022-06-01' and rental_date < now() + interval '1 month'"},
        "film": {"follow": ["film_actor"]},
    }
    whole = postgres.fresh()
    assert 0 == postgres.run(("psql", "-qX", f"--username={USER}", whole), stdin=[Path(PAGILA).read_bytes()]).status
    (custom := tmp_path / "custom").write_bytes(postgres.dump(whole, "--format=custom"))
    comes: dict[str, str] = {}
    for table, sql in PAGILA_COMES.items():
        comes[table] = sql.format_map(comes)
    wanted = {table: tally(postgres, whole, sql) for table, sql in comes.items()}
    assert ("2311", "0") == (wanted["rental"].split("|")[0], wanted["film_category"].split("|")[0])
    for dump in (Path(PAGILA), custom):
        rows, subset = filled(postgres, dump, target, section)
        keys = {table: sql.partition(" FROM ")[0] for table, sql in comes.items()}
        assert wanted == {table: tally(postgres, target.name, f"{key} FROM {table}") for table, key in keys.items()}
        assert (16044, 2311) == (subset.out_of["public.rental"], rows["rental"])
        assert ["0"] == postgres.sql(target.name, "SELECT count(*) FROM pg_constraint WHERE NOT convalidated")


def tally(postgres: Postgres, database: str, query: str) -> str:
    """How many rows a query has, and a digest of their keys."""
    (found,) = postgres.sql(
        database, f"SELECT count(*), md5(string_agg(k::text, ',' ORDER BY k)) FROM ({query}) AS t (k)"
    )
    return found


IDS = Catalogue(
    (
        Table("public", "a", (Column("id", "integer", "integer"), Column("t", "text", "text"))),
        Table(
            "public",
            "b",
            (Column("id", "integer", "integer"), Column("a", "integer", "integer"), Column("t", "text", "text")),
            foreign_keys=(ForeignKey("k", ("a",), "public.a", ("id",)),),
        ),
    )
)


def text(a: Iterable[str], b: Iterable[str]) -> bytes:
    """A plain dump with these rows."""
    return "".join(
        ("COPY public.a (id, t) FROM stdin;\n", *a, "\\.\n\nCOPY public.b (t, a, id) FROM stdin;\n", *b, "\\.\n")
    ).encode()


def read(texts: Iterable[bytes]) -> Plain:
    """A source that says something each time that it is read."""
    waiting = iter(texts)
    return Plain(
        Server("17.0", 17, frozenset(), frozenset(), None, restricts=True),
        (),
        tuple,
        lambda: nullcontext([next(waiting)]),
    )


def chosen(source: Plain, section: Mapping[str, Any]) -> tuple[bytes, Subset, Text]:
    """What passes of it."""
    subset = subset_of(source, section)
    passed = Text(subset.plans(unmasked)(IDS))
    with source.text() as blocks:
        return b"".join(passed.masked(blocks)), subset, passed


def test_rows_are_chosen_across_blocks() -> None:
    """Whatever they hold, and however many blocks there are; the others are never masked."""
    pad = "x" * (BLOCK // 40_000)
    a = [f"{n}\tline\\n{n}\\t{pad}\n" for n in range(50_000)]
    b = [f"{pad}\t{n * 7 % 50_000 if n % 3 else N}\t{n}\n" for n in range(100_000)]
    whole = text(a, b)
    asked = {"b": {"where": "id >= 40000 and id < 50000"}, "a": {"where": "id < 0"}}
    said, subset, passed = chosen(read((whole, whole)), asked)
    subset.confirm()
    assert ["16,667 of 150,000 rows come", "mind that no row of public.a meets its condition"] == HEARD[-2:]
    assert len(whole) > 3 * BLOCK
    comes = sorted({n * 7 % 50_000 for n in range(40_000, 50_000) if n % 3})
    assert text([a[n] for n in comes], b[40_000:50_000]) == said
    assert {"public.a": len(comes), "public.b": 10_000} == passed.rows
    assert {"public.a": 50_000, "public.b": 100_000} == subset.out_of


@pytest.mark.parametrize(
    ("second", "said"),
    [
        (text(["1\tx\n", "2\tz\n"], ["x\t1\t1\n"]), "The rows of public.a changed while shop was read for its subset."),
        (text(["1\tx\n"], ["x\t1\t1\n"]), "The rows of public.a changed while shop was read for its subset."),
    ],
)
def test_a_source_that_changes_meanwhile_is_noticed(second: bytes, said: str) -> None:
    """Rows are known by their numbers: they must be the same each time."""
    _, subset, _ = chosen(read((text(["1\tx\n", "2\ty\n"], ["x\t1\t1\n"]), second)), {"b": {"where": "true"}})
    with pytest.raises(EnvctlError) as caught:
        subset.confirm()
    assert (Exit.DATA_REFUSED, said) == (caught.value.code, str(caught.value))


def test_more_rows_than_before_are_refused_at_once() -> None:
    """Nobody knows which of them come."""
    source = read((text(["1\tx\n"], []), text(["1\tx\n", "2\tx\n"], [])))
    with pytest.raises(Unmasked, match=r"has other rows of public\.a than when it was read for its subset"):
        chosen(source, {"a": {"where": "true"}})


def test_a_table_that_comes_only_later_is_refused() -> None:
    """Nobody knows which of its rows come, either."""
    both = text(["1\tx\n"], [])
    with pytest.raises(Unmasked, match=r"has other rows of public\.b than when it was read for its subset"):
        chosen(read((both.partition(b"\nCOPY public.b")[0], both)), {"a": {"where": "true"}})


def test_rows_that_cannot_be_read_are_refused_without_a_value() -> None:
    """By their number in their table; and a dump that is cut off."""
    whole = [f"{n}\t{'x' * (BLOCK // 10)}\n" for n in range(1, 31)]
    with pytest.raises(
        EnvctlError, match=r"has rows that cannot be masked: row 31 of public\.a has 1 columns instead of 2"
    ) as caught:
        chosen(read((text([*whole, "secret\n"], []),)), {"a": {"where": "true"}})
    assert "secret" not in f"{caught.value}{caught.value.details}"
    with pytest.raises(EnvctlError, match="The dump shop"):
        chosen(read((text(["1\tx\n"], ["x\t1\t1\n"])[:-20],)), {"a": {"where": "true"}})


def test_a_row_that_cannot_be_masked_is_named_among_all_rows() -> None:
    """Also where it was not looked at before, because nothing is asked of that column; others do not come."""
    rows = [f"{n}\t{'secret' if n < 29 else chr(92) + 'x80'}{'x' * (BLOCK // 10)}\n" for n in range(1, 31)]
    whole = text(rows, [])
    subset = subset_of(read((whole, whole)), {"a": {"where": "id >= 25"}})

    def masks(_schema: str, _name: str, columns: tuple[str, ...]) -> Mask:
        def mask(block: bytes) -> bytes:
            copying.unescaped(copying.rows(block, columns)["t"])
            return block

        return Mask(mask)

    with subset.plain.text() as blocks, pytest.raises(Unmasked, match=r"row 29 of public\.a holds bytes") as caught:
        list(Text(subset.plans(lambda _: masks)(IDS)).masked(blocks))
    assert "secret" not in f"{caught.value}"
