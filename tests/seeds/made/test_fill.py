"""Rows that somebody makes get into a real server by a schema alone, whole, or not at all."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.plain import plain
from envctl.seeds.made.fill import fill
from envctl.seeds.made.own import own_schema
from envctl.seeds.swap import Filled
from envctl.workload import Database
from tests.seeds.made.makers import Rows
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

# Tables in a circle, a partitioned one, all that counts, what is computed; of its rows only those of a tool count.
SCHEMA = """-- written by hand
CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY);
CREATE TABLE "Teams" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, lead int NOT NULL);
CREATE TABLE people (
    id serial PRIMARY KEY, team bigint NOT NULL REFERENCES "Teams", name text NOT NULL CHECK (name <> ''),
    loud text GENERATED ALWAYS AS (upper(name)) STORED, code smallint UNIQUE
);
ALTER TABLE "Teams" ADD CONSTRAINT led FOREIGN KEY (lead) REFERENCES people;
CREATE SEQUENCE below INCREMENT -1;
CREATE TABLE visits (at date NOT NULL, who int REFERENCES people, number int DEFAULT nextval('below'))
    PARTITION BY RANGE (at);
CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM ('2025-01-01') TO ('2030-01-01');
CREATE MATERIALIZED VIEW names AS SELECT name FROM people;
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
INSERT INTO alembic_version VALUES ('abc');
INSERT INTO people (team, name) VALUES (1, 'nobody;'); INSERT INTO "Teams" (lead) VALUES (1);
DO $$ BEGIN PERFORM 1; END $$;
SELECT setval('below', -1);
CREATE TRIGGER never BEFORE INSERT ON people EXECUTE FUNCTION never();
"""
TABLES = {
    "people": (("id", "team", "name", "code"), ("7\t5\tAnn\t1", "3\t5\tBo\t2")),
    "Teams": (("id", "lead"), ("5\t7",)),
    "visits": (("at", "who", "number"), ("2024-12-31\t7\t-40", "2025-01-01\t3\t-7")),
}
DIGEST = f"sha256:{'0' * 64}"


@pytest.fixture
def target(postgres: Postgres) -> Database:
    """Where it goes."""
    return Database(postgres.fresh(), USER, data="shop")


@pytest.fixture
def schema(tmp_path: Path) -> Path:
    """The file that says what tables there are."""
    (tmp_path / "schema.sql").write_text(SCHEMA)
    return tmp_path / "schema.sql"


def filled(postgres: Postgres, path: Path, target: Database, maker: Rows, **more: Any) -> dict[str, int]:
    """Fill it; the rows that got in."""
    return dict(fill(postgres, plain(postgres, check(path), target), target, Filled("shop", DIGEST), maker, **more))


@pytest.mark.parametrize("worth", [1 << 20, 0])
def test_made_rows_get_in_by_a_schema_alone(postgres: Postgres, schema: Path, target: Database, worth: int) -> None:
    """Each in its table, whatever references whatever; no trigger fired, sequences go on behind, views are filled; of
    the rows that the schema's file has, those of the tool that migrates are there, and no other.
    """
    before = postgres.databases()
    rows = filled(postgres, schema, target, Rows(TABLES), worth=worth)
    assert {"alembic_version": 1, "people": 2, "Teams": 1, "visits": 2} == {
        name.removeprefix("public."): count for name, count in rows.items()
    }
    one = "SELECT string_agg(name || loud || team, ' ' ORDER BY id) FROM people"
    assert ["BoBO5 AnnANN5", "abc", "1 1", "2", "8", "6", "-41"] == postgres.sql(
        target.name,
        one,
        "SELECT * FROM alembic_version",
        "SELECT (SELECT count(*) FROM visits_old) || ' ' || (SELECT count(*) FROM visits_new)",
        "SELECT count(*) FROM names",
        "SELECT nextval('people_id_seq')",
        "SELECT nextval(pg_get_serial_sequence('\"Teams\"', 'id'))",
        "SELECT nextval('below')",
    )
    assert Filled("shop", DIGEST) == postgres.filled_from(target.name)
    assert before == postgres.databases()


@pytest.mark.parametrize("form", ["--format=custom", "--format=plain"])
def test_of_a_dump_only_the_schema_is_taken(postgres: Postgres, target: Database, tmp_path: Path, form: str) -> None:
    """And the rows of the tool that migrates: no other row is ever on the server."""
    source = postgres.holding(
        "CREATE TABLE schema_migrations (version text PRIMARY KEY);\nCREATE TABLE people (id int, name text);\n"
        "INSERT INTO schema_migrations VALUES ('1'), ('2');\nINSERT INTO people VALUES (1, 'their secret')"
    )
    (tmp_path / "a.dump").write_bytes(postgres.dump(source, form))
    maker = Rows({"people": (("id", "name"), ("5\tmade",))})
    assert {"public.schema_migrations": 2, "public.people": 1} == filled(postgres, tmp_path / "a.dump", target, maker)
    assert ["made"] == postgres.sql(target.name, "SELECT name FROM people")


def test_the_schema_of_a_database_in_use_is_taken_as_it_is(
    postgres: Postgres, target: Database, tmp_path: Path
) -> None:
    """With the roles and rights that migrations made, its settings, and their record; nothing where it has no table."""
    used = Database(postgres.fresh(), USER, data="used")
    assert b"" == own_schema(postgres, used)
    role = f"app_{used.name}"
    postgres.sql(
        used.name,
        "CREATE TABLE public.schema_migrations (version text)",
        "INSERT INTO schema_migrations VALUES ('7')",
    )
    assert b"" == own_schema(postgres, used)
    postgres.sql(
        used.name,
        f"CREATE ROLE {role} LOGIN PASSWORD 'their secret'",
        "CREATE SCHEMA inner_one",
        f"ALTER DATABASE {used.name} SET search_path TO inner_one, public",
        f"ALTER DATABASE {used.name} SET work_mem TO '5MB'",
        "CREATE TABLE inner_one.people (name text)",
        f"GRANT INSERT ON inner_one.people TO {role}",
        "INSERT INTO inner_one.people VALUES ('their secret')",
    )
    text = own_schema(postgres, used)
    assert b"their secret" not in text
    assert b"SCRAM" not in text
    (tmp_path / "own.sql").write_bytes(text)
    assert {"public.schema_migrations": 1} == filled(postgres, tmp_path / "own.sql", target, Rows({}))
    assert ["inner_one, public", "5MB", "7", "t", "0"] == postgres.sql(
        target.name,
        "SHOW search_path",
        "SHOW work_mem",
        "SELECT version FROM schema_migrations",
        f"SELECT has_table_privilege('{role}', 'people', 'INSERT')",
        "SELECT count(*) FROM people",
    )


@pytest.mark.parametrize(
    ("table", "rows", "said"),
    [
        ("people", ("7\t5\t\t1",), r'violates check constraint "people_name_check" \(table people, row 1\)'),
        ("people", ("7\t5\tAnn\t1", "8\t5\tBo\t1"), r'could not create unique index "people_code_key"'),
        ("people", ("7\t6\tAnn\t1",), r'violates foreign key constraint "people_team_fkey"'),
        (
            "people",
            ("7\t5\tAnn\tvalue",),
            r"invalid input syntax for type smallint \(table people, column code, row 1\)",
        ),
        ("visits", ("2031-01-01\t7\t1",), r'no partition of relation "visits" found for row \(table visits, row 1\)'),
    ],
)
def test_what_the_server_refuses_is_named(
    postgres: Postgres, schema: Path, target: Database, table: str, rows: tuple[str, ...], said: str
) -> None:
    """The constraint and the row, without a value; and the database keeps what it holds."""
    postgres.sql(target.name, "CREATE TABLE old (n int)")
    before = postgres.databases()
    with pytest.raises(EnvctlError) as caught:
        filled(postgres, schema, target, Rows({**TABLES, table: (TABLES[table][0], rows)}), worth=len(rows[0]))
    assert Exit.DATA_REFUSED == caught.value.code
    assert re.search(f"^The made-up data shop is refused by the server: .*{said}\\.$", caught.value.message)
    assert "Make others." == caught.value.hint
    assert [] == postgres.sql(target.name, "SELECT * FROM old")
    assert before == postgres.databases()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "CREATE TABLE a (n int);\n\nCREATE TABLE b (n nothing);\n",
            r'refused by .* at line 3: type "nothing" does not',
        ),
        ("CREATE TABLE a (n int);\n\\! rm -rf /\n", r"holds a command for psql, which could run programs \(line 2\)"),
    ],
)
def test_a_schema_that_is_none_is_refused(
    postgres: Postgres, target: Database, tmp_path: Path, text: str, said: str
) -> None:
    """With the line of its file."""
    (tmp_path / "schema.sql").write_text(text)
    with pytest.raises(EnvctlError, match=said):
        filled(postgres, tmp_path / "schema.sql", target, Rows({}))
