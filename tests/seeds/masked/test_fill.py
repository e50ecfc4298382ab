"""Dumps of every format get into a real server masked, whole, or not at all."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.masking.key import Key
from envctl.masking.policies.policy import Checked
from envctl.masking.policies.policy import check as hold_against
from envctl.masking.policies.rules import Policy, parse
from envctl.masking.table import TableMask
from envctl.secret import Secret
from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.plain import plain
from envctl.seeds.masked.fill import declared, fill
from envctl.seeds.masked.text import Mask, Masks, Unmasked
from envctl.seeds.swap import Filled
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

PAGILA = os.environ.get("ENVCTL_PAGILA_SQL", "")
SCHEMA = """CREATE EXTENSION IF NOT EXISTS citext;
CREATE DOMAIN "odd name" AS text CHECK (VALUE <> '');
CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name "odd name", mail citext UNIQUE,
    loud text GENERATED ALWAYS AS (upper(name::text)) STORED, born date, boss bigint REFERENCES people
);
CREATE TABLE empty ();
CREATE TABLE visits (at date NOT NULL, who bigint REFERENCES people, note text) PARTITION BY RANGE (at);
CREATE TABLE visits_old PARTITION OF visits FOR VALUES FROM ('2020-01-01') TO ('2025-01-01');
CREATE TABLE visits_new PARTITION OF visits FOR VALUES FROM ('2025-01-01') TO ('2030-01-01');
CREATE MATERIALIZED VIEW names AS SELECT name FROM people;
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
INSERT INTO people (name, mail, born, boss) SELECT 'raw ' || n, 'raw' || n || '@mail.test', '1990-01-01',
    NULLIF(n % 7, 0) FROM generate_series(1, 5000) AS n;
INSERT INTO people (name, mail) VALUES (E'raw\ttab\nline\\\\back', NULL);
INSERT INTO empty SELECT FROM generate_series(1, 3);
INSERT INTO visits SELECT '2024-12-01'::date + n, n, 'raw note ' || n FROM generate_series(1, 100) AS n;
CREATE TRIGGER never BEFORE INSERT ON people EXECUTE FUNCTION never();
REFRESH MATERIALIZED VIEW names;
"""


@pytest.fixture(scope="module")
def source(postgres: Postgres) -> str:
    """A database with a bit of everything, whose every secret says `raw`."""
    return postgres.holding(SCHEMA)


@pytest.fixture
def target(postgres: Postgres) -> Database:
    """Where it goes."""
    return Database(postgres.fresh(), USER, data="shop")


def plain_dump(postgres: Postgres, source: str, folder: Path) -> Path:
    (folder / "a.sql").write_bytes(postgres.dump(source))
    return folder / "a.sql"


def packed(pack: Callable[[bytes], bytes]) -> Callable[[Postgres, str, Path], Path]:
    def dump(postgres: Postgres, source: str, folder: Path) -> Path:
        (folder / "a.sql").write_bytes(pack(postgres.dump(source)))
        return folder / "a.sql"

    return dump


def archive(*options: str) -> Callable[[Postgres, str, Path], Path]:
    def dump(postgres: Postgres, source: str, folder: Path) -> Path:
        (folder / "a.dump").write_bytes(postgres.dump(source, *options))
        return folder / "a.dump"

    return dump


def directory(*options: str) -> Callable[[Postgres, str, Path], Path]:
    def dump(postgres: Postgres, source: str, folder: Path) -> Path:
        return postgres.dump_folder(source, folder / "dump", *options)

    return dump


FORMATS = {
    "plain": plain_dump,
    "plain, gzip": packed(gzip.compress),
    "plain, zstd": packed(zstandard.compress),
    "custom": archive("--format=custom"),
    "custom, unpacked": archive("--format=custom", "--compress=0"),
    "custom, zstd": archive("--format=custom", "--compress=zstd"),
    "custom, lz4": archive("--format=custom", "--compress=lz4"),
    "tar": archive("--format=tar"),
    "directory": directory(),
    "directory, unpacked": directory("--compress=0"),
    "directory, zstd": directory("--compress=zstd"),
}


def hidden(_catalogue: Catalogue) -> Masks:
    """Every table's `raw` becomes another word."""
    return lambda _schema, _name, _columns: Mask(lambda block: block.replace(b"raw", b"xyz"))


def filled(
    postgres: Postgres,
    path: Path,
    target: Database,
    plans: Callable[[Catalogue], Masks],
    *,
    large_objects: bool = False,
    **more: Any,
) -> dict[str, int]:
    """Fill it; the rows that got in."""
    source, into = plain(postgres, check(path), target), Filled("shop", "sha256:" + "0" * 64)
    return dict(fill(postgres, source, target, into, plans, large_objects=large_objects, **more).rows)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_dump_gets_in_masked_and_whole(
    postgres: Postgres, source: str, target: Database, tmp_path: Path, format_: str
) -> None:
    """All that it consists of is there, no trigger fired, what is computed was computed of what is masked."""
    rows = filled(postgres, FORMATS[format_](postgres, source, tmp_path), target, hidden)
    assert {"people": 5001, "empty": 3, "visits_old": 30, "visits_new": 70} == {
        name.removeprefix("public."): count for name, count in rows.items()
    }
    before, after = postgres.dump(source), postgres.dump(target.name)
    assert b"raw" not in after
    assert lines(before.replace(b"raw", b"xyz").replace(b"RAW", b"XYZ")) == lines(after)
    assert ["5001"] == postgres.sql(target.name, "SELECT count(*) FROM names WHERE name LIKE 'xyz%'")
    assert ["0"] == postgres.sql(target.name, "SELECT count(*) FROM people WHERE loud NOT LIKE 'XYZ%'")


def lines(dump: bytes) -> list[bytes]:
    """Of a dump, without the key by chance that is in it."""
    return [line for line in dump.splitlines() if b"restrict " not in line]


LARGE = """CREATE TABLE scans (of oid, raw text);
INSERT INTO scans SELECT lo_from_bytea(0, decode(repeat(md5(n::text), n * 50000), 'hex')), 'raw'
    FROM generate_series(0, 3) AS n;
INSERT INTO scans VALUES (lo_from_bytea(0, convert_to(E'\\n\\\\.\\n''); DROP TABLE x; --', 'UTF8')), 'raw');
COMMENT ON TABLE scans IS 'after it';
"""
CONTENTS = "SELECT oid, length(lo_get(oid)), md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid"


@pytest.fixture(scope="module")
def large(postgres: Postgres) -> str:
    """A database with large objects: an empty one, some of megabytes, and one that reads like SQL."""
    return postgres.holding(LARGE)


@pytest.mark.parametrize("format_", ["custom", "directory", "directory, unpacked", "directory, zstd"])
def test_large_objects_get_in_as_they_are(
    postgres: Postgres, large: str, target: Database, tmp_path: Path, format_: str
) -> None:
    """Where they may; the rows beside them are masked."""
    assert {"public.scans": 5} == filled(
        postgres, FORMATS[format_](postgres, large, tmp_path), target, hidden, large_objects=True
    )
    assert postgres.sql(large, CONTENTS) == postgres.sql(target.name, CONTENTS)
    scans = "SELECT raw, sum(length(lo_get(of))) FROM scans GROUP BY raw"
    assert ["xyz|4800024"] == postgres.sql(target.name, scans)


def test_large_objects_of_a_folder_stop_it(postgres: Postgres, large: str, target: Database, tmp_path: Path) -> None:
    """Where nobody said that they may pass; and where the file of one is missing."""
    dump = directory("--compress=0")(postgres, large, tmp_path)
    with pytest.raises(EnvctlError, match="holds large objects, whose content nobody can mask") as caught:
        filled(postgres, dump, target, hidden)
    assert 'large_objects = "keep"' in caught.value.hint
    (lost, *_) = sorted(dump.glob("blob_*.dat"))
    lost.unlink()
    with pytest.raises(EnvctlError, match=rf"{lost.stem}"):
        filled(postgres, dump, target, hidden, large_objects=True)


def test_no_database_is_left_behind(postgres: Postgres, source: str, target: Database, tmp_path: Path) -> None:
    """Of the schema, or of what came before."""
    before = postgres.databases()
    filled(postgres, plain_dump(postgres, source, tmp_path), target, hidden)
    assert before == postgres.databases()


def test_what_it_consists_of_is_known_before_the_first_row(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """Of every format alike."""
    seen = []
    for format_ in ("plain", "custom"):
        (folder := tmp_path / format_).mkdir()
        seen.append(
            declared(postgres, plain(postgres, check(FORMATS[format_](postgres, source, folder)), target), target)
        )
    assert seen[0] == seen[1]
    assert {"people", "empty", "visits", "visits_old", "visits_new"} == {table.name for table in seen[0].tables}


def test_who_refuses_a_table_stops_all_of_it(postgres: Postgres, source: str, target: Database, tmp_path: Path) -> None:
    """The database keeps what it holds, and nothing of the new one is left."""
    before = postgres.databases()

    def plans(_catalogue: Catalogue) -> Masks:
        def masks(_schema: str, name: str, _columns: tuple[str, ...]) -> Mask:
            if name == "visits_new":
                raise Unmasked("has a table that nobody masks")
            return Mask(bytes)

        return masks

    postgres.sql(target.name, "CREATE TABLE kept ()")
    with pytest.raises(EnvctlError, match=r"has a table that nobody masks \(line \d+\)") as caught:
        filled(postgres, FORMATS["custom"](postgres, source, tmp_path), target, plans)
    assert Exit.DATA_REFUSED == caught.value.code
    assert before == postgres.databases()
    assert [""] * 0 == postgres.sql(target.name, "TABLE kept")


def test_what_masking_breaks_is_refused_without_a_value(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """Here all would have the same address, of which each may be there once."""

    def plans(_catalogue: Catalogue) -> Masks:
        return lambda _schema, name, _columns: Mask(
            lambda block: (
                b"".join(line.replace(b"\traw", b"\tsame", 1) for line in block.splitlines(keepends=True))
                if name != "people"
                else b"".join(
                    b"\t".join([*line.split(b"\t")[:2], b"one@mail.test", *line.split(b"\t")[3:]])
                    for line in block.splitlines(keepends=True)
                )
            )
        )

    with pytest.raises(EnvctlError, match="people_mail_key") as caught:
        filled(postgres, plain_dump(postgres, source, tmp_path), target, plans)
    assert "one@mail.test" not in f"{caught.value}{caught.value.details}"


def test_a_check_that_masked_values_break_is_named_without_them(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """And the database keeps what it holds."""
    (dump := tmp_path / "a.sql").write_bytes(
        postgres.dump(source).replace(
            b"mail public.citext", b"mail public.citext CONSTRAINT honest CHECK (mail ~ 'raw')"
        )
    )
    before = postgres.databases()
    with pytest.raises(EnvctlError, match="honest") as caught:
        filled(postgres, dump, target, hidden)
    assert Exit.DATA_REFUSED == caught.value.code
    assert not [word for word in ("raw", "xyz") if word in f"{caught.value}{caught.value.details}"]
    assert before == postgres.databases()


def test_an_extension_that_is_missing_is_said_before_any_row(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """The schema does not go in without it, and nobody asks for a mask."""
    (dump := tmp_path / "a.sql").write_bytes(
        postgres.dump(source).replace(b"EXTENSION IF NOT EXISTS citext", b"EXTENSION nowhere")
    )

    def plans(_catalogue: Catalogue) -> Masks:
        raise AssertionError

    with pytest.raises(EnvctlError, match='extension "nowhere" is not available'):
        filled(postgres, dump, target, plans)


def test_rows_that_are_lost_on_the_way_are_noticed(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """Exit 0 is no proof."""

    def plans(_catalogue: Catalogue) -> Masks:
        return lambda _schema, name, _columns: Mask(
            (lambda block: block[: block.rindex(b"\n", 0, -1) + 1]) if name == "visits_old" else bytes
        )

    with pytest.raises(EnvctlError, match="visits_old has 29 rows, and 30 were read"):
        filled(postgres, plain_dump(postgres, source, tmp_path), target, plans)


def test_a_sequence_that_does_not_go_on_where_it_stood_is_noticed(
    postgres: Postgres, source: str, target: Database, tmp_path: Path
) -> None:
    """Else new rows would meet old ones; here something moves it that pg_dump does not write."""
    text = postgres.dump(source)
    (dump := tmp_path / "a.sql").write_bytes(
        text.replace(
            b"', 5001, true);\n", b"', 5001, true);\nSELECT pg_catalog.setval('people_id_seq'::regclass, 7);\n"
        ).replace(b"set_config('search_path', '', false)", b"set_config('search_path', 'public', false)")
    )
    with pytest.raises(EnvctlError, match=r"sequence public\.people_id_seq does not go on where it stood") as caught:
        filled(postgres, dump, target, hidden)
    assert Exit.DATA_REFUSED == caught.value.code


@pytest.mark.skipif(not PAGILA, reason="ENVCTL_PAGILA_SQL is not set")
def test_pagila_gets_in_whole(postgres: Postgres, target: Database) -> None:
    """With its partitions, domains and triggers; masked by nothing, it is what a restore makes of it."""
    rows = filled(postgres, Path(PAGILA), target, lambda _: lambda _schema, _name, _columns: Mask(bytes))
    assert 16044 == rows["public.rental"]
    assert 599 == rows["public.customer"]


KEY = Key(Secret("a key of the tests, long enough"))
RULES = {
    "columns": {
        "customer.email": {"mask": "email", "identity": "email"},
        "staff.email": {"mask": "email", "identity": "email"},
        "*.first_name": {"mask": "name", "part": "first", "identity": "name"},
        "*.last_name": {"mask": "name", "part": "last", "identity": "name"},
        "customer.create_date": {"mask": "shift", "by": "customer_id"},
        "staff.username": "username",
        "staff.password": "redact",
        "staff.picture": "bytes",
        "address.address": "address",
        "address.address2": "redact",
        "address.phone": "phone",
        "address.postal_code": {"mask": "address", "part": "postcode"},
        "payment.amount": "noise",
    },
    "unlisted": "keep",
}
MASKED = {
    "actor": "39968cb18b1d6d49ff7e82735c881f5c",
    "address": "a69f22cd93868d2199aa77e50c33ac31",
    "customer": "3ff75357b3463951e797e0eac1e027fc",
    "film": "60a6c3ce6f73d9e72e4c48f7ab10205b",
    "payment": "964f91a074325de67cccb3f8b56ed100",
    "rental": "63cc432c5d7d1dc22f41d2fd903ddc88",
    "staff": "5c458170c871021cde8bc5e5bee1628b",
}


def by_rules(rules: dict[str, Any]) -> Callable[[Catalogue], Masks]:
    """Who masks by those rules."""

    def plans(catalogue: Catalogue) -> Masks:
        policy = parse(rules)
        assert isinstance(policy, Policy)
        found = hold_against(policy, catalogue)
        assert isinstance(found, Checked), found

        def masks(schema: str, name: str, columns: tuple[str, ...]) -> Mask:
            table = catalogue.table(f"{schema}.{name}")
            assert table is not None
            return Mask(TableMask(table, columns, found.tables[table.full], KEY).mask, divided=table.partitioned)

        return masks

    return plans


@pytest.mark.skipif(not PAGILA, reason="ENVCTL_PAGILA_SQL is not set")
def test_pagila_masked_is_always_the_same(postgres: Postgres, target: Database) -> None:
    """Byte for byte, on every machine and with any number of processors: each table's rows have these digests."""
    filled(postgres, Path(PAGILA), target, by_rules(RULES))
    digest = 'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text COLLATE "C")) FROM {} AS t'
    found = {table: postgres.sql(target.name, digest.format(table))[0] for table in MASKED}
    assert MASKED == found
