"""Rows that nobody has, on the real daemon: by a schema, or by the tables that migrations have made."""

from __future__ import annotations

import copy

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

# The app's migration makes the tables of the database `own`, of which the stack file says nothing.
MIGRATE = """\
CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO alembic_version VALUES ('a1') ON CONFLICT DO NOTHING;
CREATE TABLE IF NOT EXISTS tags (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS uses (tag int NOT NULL REFERENCES tags, at date);
"""
STACK = """
[services.app]
image = "postgres:17"
before = ["sh", "-ec", "psql --set=ON_ERROR_STOP=1 $DATABASE_URL <<'END'\\nMIGRATIONS\\nEND"]
command = ["sh", "-c", "trap exit INT TERM; sleep infinity & wait"]
needs = ["own"]
env.DATABASE_URL = "${own.url}"
[services.own]
kind = "postgres"
[services.db]
kind = "postgres"
data = "shop"
[services.other]
kind = "postgres"
data = "shop"
database = "another"
[data.shop]
from = "synthetic"
schema = "schema.sql"
[data.shop.counts]
customers = 700
orders = { per = "customers", mean = 3 }
""".replace("MIGRATIONS", MIGRATE.replace("\n", "\\n"))
SCHEMA = """
CREATE TYPE status AS ENUM ('new', 'paid');
CREATE TABLE customers (
    id bigserial PRIMARY KEY, name text NOT NULL, email text NOT NULL UNIQUE CHECK (email LIKE '%@%'), best bigint
);
CREATE TABLE orders (
    id uuid PRIMARY KEY, customer bigint NOT NULL REFERENCES customers, status status NOT NULL,
    total numeric(8, 2) NOT NULL CHECK (total > 0), at timestamptz NOT NULL
);
CREATE INDEX ON orders (customer);
"""
ALL = (
    "SELECT md5(string_agg(c::text || o::text, ',' ORDER BY o.id)) FROM customers c JOIN orders o ON o.customer = c.id"
)


@pytest.fixture(scope="module")
def shop(shared_stage: Stage) -> Stage:
    """Two databases with made-up rows of one schema, and one that migrations have made: up."""
    shared_stage.write(STACK, **{"schema.sql": SCHEMA})
    shared_stage.up()
    return shared_stage


def called(stage: Stage, name: str) -> Stage:
    """The same stage for another environment."""
    other = copy.copy(stage)
    other.name = name
    return other


def listed(stage: Stage, source: str) -> list[str]:
    """The addresses of the project's snapshots of that source."""
    rows = anywhere(stage).data("snapshot ls", "--project", stage.project)["snapshots"]
    return [row["address"] for row in rows if row["source"] == source]


def anywhere(stage: Stage) -> Stage:
    """The same for commands that are for no environment."""
    other = copy.copy(stage)
    other.by_branch = True
    return other


def ask(stage: Stage, service: str, question: str) -> str:
    """What the database of a service answers."""
    status, said = stage.inside(service, "psql", "--no-psqlrc", "-U", "postgres", "-Atc", question)
    assert 0 == status, said
    return said.strip()


def test_rows_are_made_up_by_a_schema(shop: Stage) -> None:
    """As many as the stack file says, the same wherever they are made; the next row that somebody adds has room; who
    comes second gets a copy, and what they are made of is told.
    """
    assert "2100" == ask(shop, "db", "SELECT count(*) FROM orders JOIN customers c ON c.id = customer")
    assert "701" == ask(shop, "db", "INSERT INTO customers (name, email) VALUES ('a', 'b@c') RETURNING id").split()[0]
    assert "DELETE 1" == ask(shop, "db", "DELETE FROM customers WHERE id = 701")
    assert ask(shop, "db", ALL) == ask(shop, "other", ALL)
    first, second = listed(shop, "synthetic shop")
    about = anywhere(shop).data("snapshot inspect", first)["about"]
    assert {"seed": "1", "rows": "2800", "rows.customers": "700", "rows.orders": "2100"}.items() <= about.items()
    assert first != second
    two = called(shop, "two")
    assert not [step for step in two.data("plan")["steps"] if "a snapshot of synthetic" in step["step"]]
    two.up()
    assert ask(shop, "db", ALL) == ask(two, "db", ALL)


def test_another_seed_makes_other_rows(shop: Stage) -> None:
    """Which are the environment's own from then on; only what was named is filled."""
    before, others = ask(shop, "db", ALL), ask(shop, "other", ALL)
    (seeding,) = shop.data("seed", "db", "--synthetic", "--random-seed", "7", "--masked")["seedings"]
    assert ("db", "shop", "synthetic, seed 7") == (seeding["service"], seeding["data"], seeding["source"])
    made = ask(shop, "db", ALL)
    assert before != made
    assert others == ask(shop, "other", ALL)
    assert [] == shop.data("plan")["steps"]
    ask(shop, "db", "DELETE FROM orders")
    shop.did("reset", "db")
    assert made == ask(shop, "db", ALL)


def test_tables_that_migrations_made_are_filled(shop: Stage) -> None:
    """Of a database that the stack file says nothing of: what migrations wrote down is there too, and they run again
    without a word. What the server refuses is named, and changes nothing; who is killed meanwhile leaves nothing.
    """
    steps = [step["step"] for step in shop.data("seed", "own", "--synthetic", "--dry-run")["steps"]]
    assert "build a snapshot of synthetic data of own for own" in steps
    with shop.running("seed", "own", "--synthetic") as process:
        assert process.stderr is not None
        assert any("looking at the schema" in line for line in process.stderr)
        process.kill()
    assert "0" == ask(shop, "own", "SELECT count(*) FROM tags")
    shop.did("seed", "own", "--synthetic")
    assert "t|a1" == ask(shop, "own", "SELECT count(*) > 9, (SELECT version_num FROM alembic_version) FROM tags")
    uses = ask(shop, "own", "SELECT count(*) FROM uses JOIN tags ON id = tag")
    assert int(uses) > 0
    assert [] == shop.data("plan")["steps"]
    assert 1 == len(listed(shop, "synthetic data of own"))
    ask(shop, "own", "CREATE FUNCTION never(date) RETURNS bool LANGUAGE sql AS 'SELECT $1 IS NULL'")
    ask(shop, "own", "ALTER TABLE uses ADD CONSTRAINT one_day CHECK (never(at)) NOT VALID")
    error = shop.refused(9, "seed", "own", "--synthetic")["error"]
    assert "one_day" in error["message"]
    assert uses == ask(shop, "own", "SELECT count(*) FROM uses")


def test_nothing_is_made_without_tables(shop: Stage) -> None:
    """Neither here nor there: it is said what to do."""
    ask(shop, "own", "DROP TABLE uses, tags")
    error = shop.refused(9, "seed", "own", "--synthetic")["error"]
    assert "the database of own has no table yet" in error["message"]
    assert "a1" == ask(shop, "own", "SELECT * FROM alembic_version")
    assert "`--like` is about rows that are made up" in shop.refused(2, "seed", "--like", "shop")["error"]["message"]
    assert (
        "there is no such section" in shop.refused(2, "seed", "db", "--synthetic", "--like", "none")["error"]["message"]
    )
