"""A server's database in one snapshot that several sessions read, against what pg_dump writes of it alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace

import pytest

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.masked.fill import fill
from envctl.seeds.masked.text import Mask, Masks
from envctl.seeds.server import ask
from envctl.seeds.servers import live
from envctl.seeds.servers.parts import Limits
from envctl.seeds.servers.shared import Elsewhere, Shared, shared
from envctl.seeds.servers.url import Url
from envctl.seeds.swap import Filled
from envctl.workload import Database
from envctl.world.pipes import Reading
from envctl.world.shell import Finished, Shell
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

SCHEMA = r"""CREATE SCHEMA "Odd.Schema *?$";
CREATE TYPE mood AS ENUM ('sad', 'it''s ok');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN mail AS text CHECK (VALUE LIKE '%@%');
CREATE TABLE plain (id int, raw text);
CREATE TABLE "Odd.Schema *?$"."a.b""c*d?e$f|g(h)[i]{2}^\+'é:x
y" (
    gone int, "Big Id" bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "order" text, "o""k:'x" mail, feeling mood,
    long text, loud text GENERATED ALWAYS AS (upper("order")) STORED, bytes bytea, rough float8, rougher float4,
    exact numeric, wait interval, at timestamptz, born date, clock timetz, where_ regclass, cost money, doc jsonb,
    old json, texts text[], tree int[][], two pair, span int4range, spans int4multirange, flags bit varying,
    one "char", address inet, who uuid, point point, words tsvector, paper xml
);
ALTER TABLE "Odd.Schema *?$"."a.b""c*d?e$f|g(h)[i]{2}^\+'é:x
y" DROP COLUMN gone;
INSERT INTO "Odd.Schema *?$"."a.b""c*d?e$f|g(h)[i]{2}^\+'é:x
y" ("order", "o""k:'x", feeling, long, bytes, rough, rougher, exact, wait, at, born, clock, where_, cost, doc, old,
    texts, tree, two, span, spans, flags, one, address, who, point, words, paper)
SELECT CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E'tab\there \\. \\N\r\nline' ELSE '\.' END,
    n || '@mail.test', CASE n % 2 WHEN 0 THEN 'sad' ELSE 'it''s ok' END::mood,
    CASE n % 50 WHEN 0 THEN repeat(md5(n::text), 400) END, decode(md5(n::text), 'hex'), 1 / (n + 0.3), 1 / (n + 0.7),
    'NaN', n * interval '1 month 2 days 03:04:05.678', '2024-03-31 01:30:00+01'::timestamptz + n * interval '1 hour',
    'infinity', '10:00:00+05:30', 'public.plain', n, '{"a": "\u00e9"}', '{"b" :  [1,2]}',
    ARRAY['a,b', NULL, '"', E'\\'], '{{1,2},{3,4}}', ROW(n, 'x"y')::pair, int4range(n, n + 2), '{[1,2],[5,7]}',
    B'10110', 'z', '10.0.0.0/8', md5(n::text)::uuid, point(n, 0.1), 'a fat cat'::tsvector, '<a>é</a>'
FROM generate_series(1, 400) AS n;
ALTER TABLE "Odd.Schema *?$"."a.b""c*d?e$f|g(h)[i]{2}^\+'é:x
y" ADD COLUMN later text DEFAULT 'new';
INSERT INTO plain SELECT n, 'raw ' || n FROM generate_series(1, 20000) AS n;
DELETE FROM plain WHERE id % 3 = 0;
INSERT INTO plain SELECT n, 'raw again ' || n FROM generate_series(1, 4000) AS n;
CREATE TABLE "Plain" (id int);
INSERT INTO "Plain" SELECT generate_series(1, 3);
CREATE TABLE nothing ();
INSERT INTO nothing SELECT FROM generate_series(1, 2000);
CREATE TABLE child (more text) INHERITS (plain);
INSERT INTO child SELECT n, 'raw child', 'x' FROM generate_series(1, 2000) AS n;
CREATE TABLE years (at date, what text) PARTITION BY RANGE (at);
CREATE TABLE years_old PARTITION OF years FOR VALUES FROM ('2000-01-01') TO ('2020-01-01');
CREATE TABLE years_new (what text, at date);
ALTER TABLE years ATTACH PARTITION years_new FOR VALUES FROM ('2020-01-01') TO ('2040-01-01');
INSERT INTO years SELECT '2019-01-01'::date + n, 'raw ' || n FROM generate_series(1, 3000) AS n;
CREATE UNLOGGED TABLE unlogged AS SELECT n FROM generate_series(1, 5000) AS n;
CREATE TABLE empty (id int);
CREATE INDEX ON plain (raw);
CREATE VIEW seen AS SELECT raw FROM plain;
CREATE MATERIALIZED VIEW kept AS SELECT raw FROM plain;
CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'fired'; END $$;
CREATE TRIGGER never BEFORE INSERT ON plain EXECUTE FUNCTION never();
CREATE SEQUENCE alone START 7;
SELECT nextval('alone');
CREATE ROLE weak LOGIN;
GRANT pg_read_all_data TO weak;
"""
ALL = Limits(large=0, part=40_000, sessions=3)  # of tables of a few pages


@pytest.fixture(scope="module")
def source(postgres: Postgres) -> Iterator[str]:
    """A database in which every name and every value is odd."""
    name = postgres.holding(SCHEMA)
    yield name
    postgres.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)", "DROP ROLE weak")


def failed(finished: Finished) -> EnvctlError:
    """As what reads a live server says it."""
    said = live.why(finished.stderr, finished.status)
    return EnvctlError(Exit.DATA_REFUSED, said, hint=live.hint(finished.stderr))


def elsewhere(postgres: Postgres, source: str, limits: Limits = ALL, user: str = USER) -> Elsewhere:
    """That database as it is read."""
    shell = Shell(os.environ)

    def programs(script: str, *words: str, stdin: Iterable[bytes]) -> AbstractContextManager[Reading]:
        return shell.reading(postgres.argv(("sh", "-c", script, "envctl", *words), True, None), stdin=stdin)

    return Elsewhere(programs, Url((("dbname", source), ("user", user))), 17, failed, limits)


def read(text: Shared) -> bytes:
    """All of it."""
    with text.text() as blocks:
        return b"".join(blocks)


def told(postgres: Postgres, source: str, limits: Limits = ALL, user: str = USER) -> tuple[bytes, list[str]]:
    """A text, and what was told of it."""
    said: list[str] = []
    with shared(elsewhere(postgres, source, limits, user), said.append) as text:
        return read(text), said


def noting(blocks: Iterable[bytes], note: Callable[[], None]) -> Iterator[bytes]:
    """The same, of which somebody takes notice."""
    for block in blocks:
        note()
        yield block


def rows(text: bytes) -> Mapping[bytes, bytes]:
    """The rows of each table, in order; each table has them once."""
    found: dict[bytes, bytes] = {}
    for part in text.split(b"\nCOPY ")[1:]:
        begin, _, more = part.partition(b" FROM stdin;\n")
        name = begin.replace(b'"', b"")
        assert name not in found
        found[name] = more[: more.index(b"\\.\n")] if more.startswith(b"\\.") else more[: more.index(b"\n\\.\n") + 1]
    return found


def others(text: bytes) -> list[bytes]:
    """The statements that make things, in order."""
    return [one for one in text.split(b"\n") if one.startswith((b"CREATE", b"ALTER", b"SELECT pg_catalog.setval"))]


def test_a_text_is_what_pg_dump_writes(postgres: Postgres, source: str) -> None:
    """The same rows of the same tables, byte for byte, whoever read them; and whatever comes before and after them."""
    wanted = postgres.dump(source, "--no-owner", "--no-privileges", "--no-publications")
    with shared(elsewhere(postgres, source), print) as shares:
        text = read(shares)
        assert ["Plain", "child", "plain", "years_new", "years_old"] == [
            table.name for table in shares.listing.large if table.schema == "public"
        ]
        assert 3 * len(shares.listing.large) < len(list(shares.listing.parts(ALL.part)))
    assert rows(wanted) == rows(text)
    assert others(wanted) == others(text)
    assert rows(text) == rows(told(postgres, source, replace(ALL, sessions=1, part=1))[0])
    assert text.index(b"CREATE FUNCTION") < text.index(b" FROM stdin")
    assert text.rindex(b"\n\\.\n") < min(text.index(b"CREATE INDEX"), text.index(b"CREATE TRIGGER"))


def test_a_text_gets_in_whole(postgres: Postgres, source: str) -> None:
    """As that of a dump does: every row, each as it was."""
    target = Database(postgres.fresh(), USER, data="shop")

    def plans(_: Catalogue) -> Masks:
        return lambda _schema, _name, _columns: Mask(lambda block: block)

    with shared(elsewhere(postgres, source), print) as text:
        plain = Plain(ask(postgres, target), (), lambda: (text.schema,), text.text, text.share, text.done)
        fill(postgres, plain, target, Filled("shop", f"sha256:{'0' * 64}"), plans, large_objects=False)
        assert ["0"] == postgres.sql(source, "SELECT count(*) FROM pg_locks WHERE relation = 'plain'::regclass")
    assert rows(postgres.dump(source)) == rows(postgres.dump(target.name))


def test_what_changes_meanwhile_is_not_seen(postgres: Postgres, source: str) -> None:
    """Nor in a second reading, which has its rows in the same order; tables cannot be emptied or changed until then."""
    shares: list[float | None] = []
    with shared(elsewhere(postgres, source), print) as text:
        postgres.sql(source, "UPDATE plain SET raw = 'changed' WHERE id % 2 = 0", "DELETE FROM plain WHERE id % 7 = 0")
        postgres.sql(source, "INSERT INTO years SELECT '2025-01-01', 'added' FROM generate_series(1, 5000)")
        with text.text() as blocks:
            first = b"".join(noting(blocks, lambda: shares.append(text.share())))
        assert rows(first) == rows(read(text))
        with pytest.raises(AssertionError, match="lock timeout"):
            postgres.sql(source, "SET lock_timeout = '50ms'", "TRUNCATE empty")
        assert (b"changed" in first, b"added" in first) == (False, False)
        known = [share for share in shares if share is not None]
        assert sorted(known) == known
        assert (0.0, 1.0) == (known[0], text.share())
    assert b"changed" in told(postgres, source)[0]
    postgres.sql(source, "SET lock_timeout = '5s'", "TRUNCATE empty")


def test_a_server_that_exports_no_snapshot_is_read_by_one(postgres: Postgres, source: str) -> None:
    """Which is told; the rows are the same."""
    export = "EXECUTE ON FUNCTION pg_export_snapshot() {} PUBLIC"
    postgres.sql(source, f"REVOKE {export.format('FROM')}")
    try:
        text, said = told(postgres, source, user="weak")
    finally:
        postgres.sql(source, f"GRANT {export.format('TO')}")
    assert 1 == len(said)
    assert "no snapshot" in said[0]
    assert rows(text) == rows(told(postgres, source)[0])


def test_few_connections_are_enough(postgres: Postgres, source: str) -> None:
    """Who finds no room is done without."""
    postgres.sql(source, "ALTER ROLE weak CONNECTION LIMIT 3")
    assert rows(told(postgres, source)[0]) == rows(told(postgres, source, user="weak")[0])
    postgres.sql(source, "ALTER ROLE weak CONNECTION LIMIT -1")


def test_a_table_that_may_not_be_read_is_named(postgres: Postgres, source: str) -> None:
    """Before a row is read, with what to do."""
    postgres.sql(source, "REVOKE pg_read_all_data FROM weak", "GRANT SELECT ON plain TO weak")
    try:
        with pytest.raises(EnvctlError, match="permission denied for") as raised:
            told(postgres, source, user="weak")
    finally:
        postgres.sql(source, "GRANT pg_read_all_data TO weak")
    assert "pg_read_all_data" in raised.value.hint


def test_a_server_that_goes_away_is_told(postgres: Postgres, source: str) -> None:
    """Half-way, with the table, and with none of its rows."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with (
        shared(elsewhere(postgres, source), print) as text,
        pytest.raises(EnvctlError) as raised,
        text.text() as blocks,
    ):
        for block in blocks:
            if block.startswith(b'COPY "public"'):
                postgres.sql(source, f"SELECT pg_terminate_backend(pid) {others}")
    error = raised.value
    assert "terminating connection" in error.message
    assert "It was reading the rows of public." in str(error.details)
    assert "raw" not in f"{error.message} {error.details} {error.hint}"
