"""What is behind the rows of a dump is built by several sessions of a real server."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.seeds.loading import sorting
from envctl.workload import Database
from tests.seeds.masked.test_fill import filled, hidden, lines, plain_dump
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

SCHEMA = """CREATE TABLE parts (
    id bigint, day date NOT NULL, code text, PRIMARY KEY (id, day)
) PARTITION BY RANGE (day);
CREATE TABLE parts_a PARTITION OF parts FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
CREATE TABLE parts_a_x PARTITION OF parts_a FOR VALUES WITH (MODULUS 1, REMAINDER 0);
CREATE TABLE parts_b PARTITION OF parts FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE INDEX parts_code ON parts (code) WHERE code <> 'a, (b';
CREATE TABLE "Odd.one" (a int NOT NULL, b int, CONSTRAINT "odd, key" UNIQUE (a), EXCLUDE USING gist (
    int4range(a, a, '[]') WITH &&) WHERE (a > 0));
CREATE TABLE main (id int PRIMARY KEY, code text NOT NULL, other int REFERENCES "Odd.one" (a), mail text,
    part bigint, day date, boss int REFERENCES main, FOREIGN KEY (part, day) REFERENCES parts);
ALTER TABLE "Odd.one" ADD CONSTRAINT circle FOREIGN KEY (b) REFERENCES main DEFERRABLE INITIALLY DEFERRED;
CREATE UNIQUE INDEX main_code ON main (code);
CREATE INDEX main_lower ON main (lower(mail)) INCLUDE (code) WITH (fillfactor = 70);
ALTER INDEX main_lower ALTER COLUMN 1 SET STATISTICS 500;
COMMENT ON INDEX main_lower IS 'found; by';
COMMENT ON CONSTRAINT main_pkey ON main IS 'its key';
ALTER TABLE main REPLICA IDENTITY USING INDEX main_code;
CLUSTER main USING main_pkey;
CREATE STATISTICS both_of ON code, mail FROM main;
ALTER TABLE main ADD CONSTRAINT later CHECK (code <> '') NOT VALID;
CREATE VIEW grouped AS SELECT id, code FROM main GROUP BY id;
CREATE MATERIALIZED VIEW codes AS SELECT code, count(*) FROM main GROUP BY code;
CREATE UNIQUE INDEX codes_code ON codes (code);
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
INSERT INTO parts SELECT n, '2024-06-01'::date + n, 'x' FROM generate_series(1, 400) AS n;
INSERT INTO "Odd.one" SELECT n, NULL FROM generate_series(1, 50) AS n;
INSERT INTO main SELECT n, 'raw' || n, 1 + n % 50, 'Raw' || n || '@mail.test', 1 + n % 400,
    '2024-06-01'::date + (1 + n % 400) FROM generate_series(1, 2000) AS n;
UPDATE "Odd.one" SET b = a;
CREATE TRIGGER never BEFORE INSERT ON main EXECUTE FUNCTION never();
CREATE RULE quiet AS ON DELETE TO main DO INSTEAD NOTHING;
REFRESH MATERIALIZED VIEW codes;
"""


@pytest.fixture(scope="module")
def source(postgres: Postgres) -> str:
    """A database with all that can depend on an index."""
    return postgres.holding(SCHEMA)


@pytest.fixture
def target(postgres: Postgres) -> Database:
    """Where it goes."""
    return Database(postgres.fresh(), USER, data="shop")


def test_all_that_depends_on_an_index_is_as_before(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """Keys, parts of indexes, what is said of them, and what refers to them; each was told of before it was begun."""
    told: list[str] = []
    filled(postgres, plain_dump(postgres, source, tmp_path), target, hidden, worth=0, say=told.append)
    assert lines(postgres.dump(source).replace(b"raw", b"xyz")) == lines(postgres.dump(target.name))
    found = [line for line in told if line.startswith("building ")]
    assert [f"building indexes and constraints: {n} of {len(found)}" for n in range(1, len(found) + 1)] == found
    keys = "SELECT count(*), bool_and(convalidated) FROM pg_constraint WHERE contype = 'f' AND conparentid = 0"
    assert ["4|t"] == postgres.sql(source, keys) == postgres.sql(target.name, keys)
    clustered = "SELECT indexrelid::regclass FROM pg_index WHERE indisclustered OR indisreplident ORDER BY 1"
    assert ["main_code", "main_pkey"] == sorted(postgres.sql(target.name, clustered))


# An index of it can be built here only with these settings of the session and of the table.
SORTED = """CREATE FUNCTION looked(n int, one regclass, memory text, options text)
RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
  IF current_database() LIKE '%incoming' AND (memory, options) IS DISTINCT FROM (
    current_setting('maintenance_work_mem'), (SELECT reloptions::text FROM pg_class WHERE oid = one)
  ) THEN RAISE 'other settings'; END IF; RETURN n; END $$;
CREATE TABLE large (n int);
CREATE TABLE own (n int) WITH (parallel_workers = 7, fillfactor = 80);
INSERT INTO large SELECT generate_series(1, 9);
INSERT INTO own SELECT generate_series(1, 9);
CREATE INDEX large_sorted ON large (looked(n, 'large', 'MEMORY', '{parallel_workers=HELPERS}'));
CREATE INDEX large_hashed ON large USING hash (looked(n, 'large', '64MB', '{parallel_workers=HELPERS}'));
CREATE INDEX own_sorted ON own (looked(n, 'own', 'MEMORY', '{parallel_workers=7,fillfactor=80}'));
"""


def test_what_sorts_has_helpers_and_little_memory_and_leaves_no_trace(
    postgres: Postgres, target: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of a table's helpers has its share; a table that says itself how many there are keeps that."""
    monkeypatch.setattr(sorting, "_WORTH", 0)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    source = postgres.holding(SORTED.replace("MEMORY", "8MB").replace("HELPERS", "1"))
    filled(postgres, plain_dump(postgres, source, tmp_path), target, hidden, worth=0)
    told = "SELECT relname, reloptions FROM pg_class WHERE relname IN ('large', 'own') ORDER BY 1"
    assert ["large|", "own|{parallel_workers=7,fillfactor=80}"] == postgres.sql(target.name, told)


def test_a_build_that_fails_says_where_without_a_value(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """The line of the dump, and the index; the other sessions end, and nothing of it is left."""
    dump = plain_dump(postgres, source, tmp_path)
    dump.write_bytes(dump.read_bytes().replace(b"\traw7\t", b"\traw8\t"))
    line = 1 + dump.read_bytes().split(b"CREATE UNIQUE INDEX main_code")[0].count(b"\n")
    before = postgres.databases()
    with pytest.raises(EnvctlError, match=f'shop could not be loaded at line {line}: .*"main_code"') as caught:
        filled(postgres, dump, target, hidden, worth=0)
    assert Exit.DATA_REFUSED == caught.value.code
    assert not [word for word in ("raw", "xyz") if word in f"{caught.value}{caught.value.details}"]
    assert before == postgres.databases()


def test_a_foreign_key_that_rows_do_not_keep_is_named(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """Though rows are looked at apart from where it is made."""
    dump = plain_dump(postgres, source, tmp_path)
    whole = dump.read_bytes()
    dump.write_bytes(whole.replace(b"\traw7\t8\t", b"\traw7\t99\t"))
    assert whole != dump.read_bytes()
    line = 1 + whole.split(b"\n    ADD CONSTRAINT main_other_fkey")[0].rpartition(b"\n")[0].count(b"\n") + 1
    with pytest.raises(EnvctlError, match=f'shop could not be loaded at line {line}: .*"main_other_fkey"'):
        filled(postgres, dump, target, hidden, worth=0)


def test_sessions_that_are_ended_are_noticed(postgres: Postgres, source: str, target: Database, tmp_path: Path) -> None:
    """By a server that goes away, say; nobody waits for them."""

    def ended(what: str) -> None:
        if " 3 of " in what:
            postgres.sql(
                "postgres",
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname LIKE '%incoming'",
            )

    before = postgres.databases()
    with pytest.raises(EnvctlError, match="shop could not be loaded at line"):
        filled(postgres, plain_dump(postgres, source, tmp_path), target, hidden, worth=0, say=ended)
    assert before == postgres.databases()


def test_an_interrupt_ends_all_sessions(postgres: Postgres, source: str, target: Database, tmp_path: Path) -> None:
    """As Ctrl-C does while indexes are built."""

    def interrupted(what: str) -> None:
        if " 2 of " in what:
            raise KeyboardInterrupt

    before = postgres.databases()
    with pytest.raises(KeyboardInterrupt):
        filled(postgres, plain_dump(postgres, source, tmp_path), target, hidden, worth=0, say=interrupted)
    assert before == postgres.databases()
    assert ["0"] == postgres.sql("postgres", "SELECT count(*) FROM pg_stat_activity WHERE datname LIKE '%incoming'")
