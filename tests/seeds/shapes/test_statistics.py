"""What the planner of a server knows, and nothing of its rows with it."""

from __future__ import annotations

import pytest

from envctl.catalogue import Catalogue, Column, Table
from envctl.seeds.catalogue import catalogue as catalogues
from envctl.seeds.servers.live import Odd
from envctl.seeds.shapes.rows import shape_of_rows
from envctl.seeds.shapes.statistics import OPTIONS, question, read_statistics
from envctl.seeds.shapes.wanted import Wanted, wanted
from envctl.shape import ColumnShape, Shape
from tests.seeds.postgres import USER, Postgres

TABLE = Table("public", "it's", (Column("e mail", "text", "text"), Column("n", "integer", "integer")))
SCHEMA = """CREATE TYPE mood AS ENUM ('happy', 'sad');
CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, email text, level text, mood mood, born date,
    balance numeric(12,2), visited timestamptz, gross double precision GENERATED ALWAYS AS (balance * 1.19) STORED);
INSERT INTO customers SELECT n, 'qzname' || n % 700, CASE WHEN n % 4 > 0 THEN 'qz' || n || '@example.org' END,
    CASE WHEN n % 10 = 0 THEN 'gold' WHEN n > 49990 THEN 'qzone' ELSE 'basic' END,
    (ARRAY['happy', 'sad'])[1 + n % 2]::mood, DATE '1950-01-01' + n % 20000, (n % 5000) * 1.37,
    TIMESTAMPTZ '2020-01-01 UTC' + n * INTERVAL '1 hour' FROM generate_series(1, 50000) n;
CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers, amount int);
INSERT INTO orders SELECT n, 1 + n % 2000, CASE WHEN n % 2 = 0 THEN 1 ELSE n % 40 END FROM generate_series(1, 20000) n;
CREATE TABLE "Odd's" (at date NOT NULL, "e mail" text) PARTITION BY RANGE (at);
CREATE TABLE odd_1 PARTITION OF "Odd's" FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO "Odd's" SELECT '2025-03-01', 'qz' || n FROM generate_series(1, 500) n;
CREATE TABLE forgotten (id int);
INSERT INTO forgotten VALUES (1);
CREATE TABLE nothing (id int);
ANALYZE customers;
ANALYZE orders;
ANALYZE odd_1"""
KEPT = {"public.customers": ("level", "mood", "id")}


def test_only_what_may_be_known_is_asked_for() -> None:
    """Limits and frequent values are named for numbers, moments and what is kept alone; names are quoted."""
    looked = {TABLE.full: (Wanted("e mail", "lengths"), Wanted("n", "numbers"))}
    asked = question(Catalogue((TABLE,)), looked).decode()
    by_what = {
        what: asked.partition(f"jsonb_build_object('{what}'")[0].rpartition("VALUES ")[2]
        for what in ("columns", "numbers")
    }
    assert by_what["columns"].startswith("('public', 'it''s', 'e mail'), ('public', 'it''s', 'n'))")
    assert by_what["numbers"].startswith("('public', 'it''s', 'n'))")
    assert 1 == asked.count("histogram_bounds")
    assert "'common'" not in asked
    assert "default_transaction_read_only TO on" in asked


def test_an_answer_of_another_kind_is_none() -> None:
    """And nothing of it is shown."""
    with pytest.raises(Odd) as odd:
        read_statistics(b"secret", Catalogue((TABLE,)), {TABLE.full: ()})
    assert "secret" not in str(odd.value)


def both(postgres: Postgres, database: str) -> tuple[Shape, Shape]:
    """The shape of a database by what its planner knows, and by a dump of it."""
    connection = ("psql", f"--username={USER}", f"--dbname={database}")
    catalogue = catalogues.read(postgres.run((*connection, *catalogues.ask())).stdout)
    looked = {table.full: wanted(table, KEPT.get(table.full, ())) for table in catalogue.tables}
    found = postgres.run((*connection, *OPTIONS), stdin=[question(catalogue, looked)])
    assert (0, b"") == (found.status, found.stderr)
    assert b"qz" not in found.stdout
    return read_statistics(found.stdout, catalogue, looked), shape_of_rows([postgres.dump(database)], catalogue, KEPT)


def column(shape: Shape, table: str, name: str) -> ColumnShape:
    """One of it."""
    found = shape.column(f"public.{table}", name)
    assert found is not None, (table, name)
    return found


@pytest.mark.docker
def test_a_server_and_its_dump_have_one_shape(postgres: Postgres) -> None:
    """About the same rows, nulls, different values, limits and common values, and no value of anybody in either."""
    shapes = both(postgres, postgres.holding(SCHEMA))
    for shape in shapes:
        assert "qz" not in shape.text()
        assert [50_000, 20_000, 500, 500, 0] == [
            shape.rows(f"public.{name}") for name in ("customers", "orders", "Odd's", "odd_1", "nothing")
        ]
        assert 0.25 == pytest.approx(column(shape, "customers", "email").nulls, abs=0.02)
        assert ("all", "all") == tuple(column(shape, "customers", name).distinct for name in ("id", "visited"))
        assert 700 == pytest.approx(column(shape, "customers", "name").distinct, rel=0.1)
        assert ["basic", "gold"] == [value for value, _ in column(shape, "customers", "level").common]
        assert 0.5 == pytest.approx(dict(column(shape, "customers", "mood").common)["sad"], abs=0.03)
        assert [(), ()] == [column(shape, "customers", "id").common, column(shape, "customers", "id").bounds]
        assert None is shape.column("public.customers", "gross")
        balance = [float(bound) for bound in column(shape, "customers", "balance").bounds]
        assert [0, 1700, 3400, 5100, 6800] == pytest.approx(
            [balance[at] for at in (0, 12, 25, 37, 50)], rel=0.05, abs=150
        )
        visited = column(shape, "customers", "visited").bounds
        assert all(bound.endswith("-01") for bound in visited)
        assert "2020-01-01" == visited[0]
        assert visited[25] in {"2022-10-01", "2022-11-01", "2022-12-01"}  # the server looks at some of the rows
        amount = column(shape, "orders", "amount").bounds
        assert 20 <= amount.count("1") <= 30
        assert {10} == set(column(shape, "orders", "customer").repeats)
        assert (
            "1950-01-01" <= column(shape, "customers", "born").bounds[0] < column(shape, "customers", "born").bounds[-1]
        )
    planner, dump = shapes
    assert ("public.forgotten was never analysed there: nothing is known of its rows",) == planner.notes
    assert (None, 1) == (planner.rows("public.forgotten"), dump.rows("public.forgotten"))
    assert 7 == pytest.approx(column(planner, "Odd's", "e mail").lengths[0], abs=3)
