"""Every format of pg_dump, whole and cut off, restored into a real Postgres."""

from __future__ import annotations

import gzip
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envctl.errors import EnvctlError, Exit
from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.restore import restore
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

Make = Callable[[Postgres, str, Path], None]
PAGILA = os.environ.get("ENVCTL_PAGILA_SQL", "")
SOURCE = """
CREATE ROLE reader;
CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL UNIQUE, note text);
CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL REFERENCES customers, total numeric(10,2));
CREATE TABLE nothing ();
CREATE VIEW busy AS SELECT email, count(*) FROM customers JOIN orders ON customer = customers.id GROUP BY 1;
INSERT INTO customers
    SELECT i, 'c' || i || '@example.org', repeat(E'tab\\t, line\\n, \\\\. ', i % 4) FROM generate_series(1, 300) i;
INSERT INTO orders SELECT i, 1 + i % 300, i / 7.0 FROM generate_series(1, 900) i;
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders FOR SELECT TO reader USING (customer = 1);
GRANT SELECT ON busy TO reader;
SELECT lo_from_bytea(4711, decode(repeat('ab', 3000), 'hex'));
"""
CHECKSUM = """
SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM customers c
UNION ALL SELECT md5(string_agg(o::text, '|' ORDER BY id)) FROM orders o
UNION ALL SELECT md5(string_agg(b::text, '|' ORDER BY email)) FROM busy b
UNION ALL SELECT polname || polroles::regrole[]::text FROM pg_policy
UNION ALL SELECT md5(lo_get(4711))
"""
# What a dump says, and where Postgres holds it.
HELD = {
    rb"CREATE VIEW": "pg_class WHERE relkind = 'v' AND relnamespace",
    rb"CREATE MATERIALIZED VIEW": "pg_class WHERE relkind = 'm' AND relnamespace",
    rb"CREATE TABLE": "pg_class WHERE relkind IN ('r', 'p') AND relnamespace",
    rb"CREATE SEQUENCE": "pg_class WHERE relkind = 'S' AND relnamespace",
    rb"CREATE (?:FUNCTION|AGGREGATE)": "pg_proc WHERE pronamespace",
    rb"CREATE TRIGGER": "pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE NOT tgisinternal AND relnamespace",
    rb"ATTACH PARTITION": "pg_inherits JOIN pg_class c ON oid = inhrelid WHERE relkind IN ('r', 'i') AND relnamespace",
    rb"ADD CONSTRAINT": "pg_constraint WHERE contype IN ('p', 'u', 'f') AND connamespace",
}


@pytest.fixture(scope="module")
def source(postgres: Postgres) -> Iterator[str]:
    """A database to dump. Its role is gone before anything is restored, as on another server."""
    name = postgres.fresh()
    postgres.sql(name, SOURCE)
    yield name
    postgres.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> Iterator[Database]:
    """A database to restore into, again and again."""
    name = postgres.fresh()
    yield Database(name, USER)
    postgres.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def target(postgres: Postgres, database: Database) -> Database:
    """The same, holding something that is in no dump."""
    postgres.sql(database.name, "CREATE TABLE IF NOT EXISTS was (state text)")
    return database


def one_file(*options: str, pack: Callable[[bytes], bytes] = bytes) -> Make:
    """Makes a dump that is one file."""

    def make(postgres: Postgres, source: str, to: Path) -> None:
        to.write_bytes(pack(postgres.dump(source, *options)))

    return make


def a_folder(*options: str) -> Make:
    """Makes a dump that is a folder."""

    def make(postgres: Postgres, source: str, to: Path) -> None:
        postgres.dump_folder(source, to, *options)

    return make


FORMATS = {
    "plain": one_file(),
    "plain gzip": one_file(pack=gzip.compress),
    "plain zstd": one_file(pack=zstandard.compress),
    "plain create": one_file("--create"),
    "plain clean": one_file("--clean"),
    "plain clean if exists": one_file("--clean", "--if-exists", "--create"),
    "plain inserts": one_file("--inserts"),
    "plain session authorization": one_file("--use-set-session-authorization"),
    "plain schema": one_file("--schema=public", "--large-objects"),
    "custom": one_file("--format=custom"),
    "custom schema": one_file("--format=custom", "--schema=public", "--large-objects"),
    "custom gzip": one_file("--format=custom", "--compress=0", pack=gzip.compress),
    "custom inserts": one_file("--format=custom", "--inserts"),
    "tar": one_file("--format=tar"),
    "directory": a_folder(),
    "directory plain": a_folder("--compress=0"),
    "directory zstd": a_folder("--compress=zstd"),
    "directory lz4": a_folder("--compress=lz4"),
    "directory inserts": a_folder("--compress=0", "--inserts"),
}


@pytest.mark.parametrize("make", FORMATS.values(), ids=FORMATS.keys())
def test_every_format_is_restored(
    postgres: Postgres,
    source: str,
    target: Database,
    tmp_path: Path,
    make: Make,
) -> None:
    """Whatever format pg_dump wrote, the same rows, views, policies and large objects are there afterwards."""
    make(postgres, source, tmp_path / "dump")
    restore(postgres, check(tmp_path / "dump"), target)
    assert postgres.sql(source, CHECKSUM) == postgres.sql(target.name, CHECKSUM)
    assert [""] == postgres.sql(target.name, "SELECT to_regclass('was')")
    assert 0 != postgres.run(("test", "-e", "/tmp/envctl-restore")).status


@pytest.mark.parametrize("form", ["custom", "tar"])
def test_no_part_passes_for_the_whole(
    postgres: Postgres, source: str, target: Database, tmp_path: Path, form: str
) -> None:
    """A dump that is cut off anywhere is refused, and the old data stays."""
    inside = f"/tmp/{target.name}"
    postgres.dump(source, f"--file={inside}", f"--format={form}")  # into a file, which has nothing behind its end
    whole = postgres.run(("cat", inside)).stdout
    end = len(whole.rstrip(b"\0"))

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(1, end - 1))
    def cut_off_at(size: int) -> None:
        (tmp_path / "dump").write_bytes(whole[:size])
        with pytest.raises(EnvctlError) as caught:
            restore(postgres, check(tmp_path / "dump"), target)
        assert Exit.DATA_REFUSED == caught.value.code

    cut_off_at()
    assert ["was"] == postgres.sql(target.name, "SELECT to_regclass('was')")


@pytest.mark.parametrize("compress", ["0", "gzip", "zstd", "lz4"])
def test_no_file_of_a_folder_may_be_shorter(
    postgres: Postgres, source: str, target: Database, tmp_path: Path, compress: str
) -> None:
    """A dump in directory format is refused when a file of it is cut off, at a row's end too, or missing."""
    whole = postgres.dump_folder(source, tmp_path / "whole", f"--compress={compress}")
    largest = max(whole.glob("[0-9]*.dat*"), key=lambda path: path.stat().st_size)
    content = largest.read_bytes()
    for number, cut in enumerate((content[: content.rfind(b"\n", 0, -10) + 1], content[:-1], None)):
        copy = tmp_path / str(number)
        shutil.copytree(whole, copy)
        (copy / largest.name).unlink() if cut is None else (copy / largest.name).write_bytes(cut)
        with pytest.raises(EnvctlError) as caught:
            restore(postgres, check(copy), target)
        assert Exit.DATA_REFUSED == caught.value.code
    assert ["was"] == postgres.sql(target.name, "SELECT to_regclass('was')")


@pytest.mark.skipif(not PAGILA, reason="ENVCTL_PAGILA_SQL names no file")
def test_pagila_is_complete(postgres: Postgres, target: Database) -> None:
    """Of a dump from elsewhere every row, view, function, trigger, index and partition is there."""
    text = Path(PAGILA).read_bytes()
    restore(postgres, check(Path(PAGILA)), target)
    copies = re.findall(rb"^COPY (\S+) .*?FROM stdin;\n(.*?)^\\\.$", text, re.MULTILINE | re.DOTALL)
    assert 20 < len(copies)
    for table, rows in copies:
        counted = postgres.sql(target.name, f"SELECT count(*) FROM {table.decode()}")
        assert [str(rows.count(b"\n"))] == counted, table
    for what, catalogue in HELD.items():
        expected = len(re.findall(rb"^.*\b" + what + rb"\b", text, re.MULTILINE))
        assert [str(expected)] == postgres.sql(
            target.name, f"SELECT count(*) FROM {catalogue} = 'public'::regnamespace"
        )
