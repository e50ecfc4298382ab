"""Restoring into a real Postgres: all of it, or nothing changes."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.restore import restore
from envctl.seeds.server import identifier
from envctl.seeds.swap import Filled
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres
from tests.seeds.samples import SMALL

pytestmark = pytest.mark.docker

OLD = ["old"]


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """A database that holds something already; what is left of it afterwards is dropped."""
    before = postgres.databases()
    name = postgres.fresh()
    postgres.sql(name, "CREATE TABLE was (state text)", "INSERT INTO was VALUES ('old')")
    yield Database(name, USER, data="catalogue")
    for left in postgres.databases() - before:
        postgres.sql("postgres", f"DROP DATABASE {identifier(left)} WITH (FORCE)")


@pytest.fixture(scope="module")
def kept(postgres: Postgres) -> Iterator[Database]:
    """A database that no test of this module changes."""
    name = postgres.fresh()
    postgres.sql(name, "CREATE TABLE was (state text)", "INSERT INTO was VALUES ('old')")
    yield Database(name, USER)
    postgres.sql("postgres", f"DROP DATABASE {name} WITH (FORCE)")


def fill(postgres: Postgres, database: Database, path: Path, content: bytes) -> Filled:
    """Restore a dump with this content."""
    path.write_bytes(content)
    return restore(postgres, check(path), database)


def refusal(postgres: Postgres, database: Database, path: Path, content: bytes) -> EnvctlError:
    """Why it is refused, having seen that the old data stayed, and nothing else."""
    with pytest.raises(EnvctlError) as caught:
        fill(postgres, database, path, content)
    assert postgres.sql(database.name, "TABLE was") == OLD
    assert not [name for name in postgres.databases() if name.startswith(f"{database.name}__")]
    return caught.value


def test_new_data_takes_the_place_of_the_old(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """After a restore the database holds what the dump holds, and nothing of what it held."""
    filled = fill(postgres, database, dump_file, SMALL)
    assert ["1|ann@example.org|", "2|bob@example.org|a\\ttab \\. 'quoted; $$"] == postgres.sql(
        database.name, "TABLE customers"
    )
    assert ["customers"] == postgres.sql(
        database.name, "SELECT relname FROM pg_class WHERE relname IN ('was', 'customers')"
    )
    assert filled == postgres.filled_from(database.name)


def test_what_it_was_filled_from_is_known(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """A database that was never filled says so; one that was says from what."""
    assert postgres.filled_from(database.name) is None
    assert postgres.filled_from("nowhere") is None
    content = SMALL + b"COMMENT ON DATABASE shop IS 'something else';\n"
    assert fill(postgres, database, dump_file, content) == postgres.filled_from(database.name)


def test_a_restore_can_be_repeated(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """The same dump again gives the same, roles of its own making included."""
    content = b"CREATE ROLE clerk LOGIN;\n" + SMALL + b"GRANT SELECT ON public.customers TO clerk;\n"
    assert fill(postgres, database, dump_file, content) == fill(postgres, database, dump_file, content)


def test_a_database_that_does_not_exist_is_made(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """The database need not be there before; a name that must be quoted is one like any other."""
    other = Database('It\'s "new" \\ here=1', USER)
    fill(postgres, other, dump_file, SMALL)
    assert other.name in postgres.databases()


def test_the_owner_stays(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """Whoever owns the database owns it afterwards."""
    postgres.sql(
        "postgres",
        f"CREATE ROLE {database.name}_owner",
        f"ALTER DATABASE {database.name} OWNER TO {database.name}_owner",
    )
    fill(postgres, database, dump_file, SMALL)
    assert [f"{database.name}_owner"] == postgres.sql(
        "postgres", f"SELECT datdba::regrole FROM pg_database WHERE datname = '{database.name}'"
    )


def test_sessions_are_ended(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """A program that is connected and would stay is no obstacle."""
    argv = postgres.argv(("psql", f"--username={USER}", "--quiet", f"--dbname={database.name}"), True, None)
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as session:
        assert session.stdin and session.stdout
        session.stdin.write(b"\\echo connected\n")
        session.stdin.flush()
        assert session.stdout.readline() == b"connected\n"
        fill(postgres, database, dump_file, SMALL)
        session.stdin.close()
    assert [] == postgres.sql(database.name, "SELECT 1 FROM pg_class WHERE relname = 'was'")


def test_replication_slots_go_with_the_old_data(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """A slot that was made for the old data keeps it no longer."""
    postgres.sql(database.name, f"SELECT pg_create_logical_replication_slot('{database.name}', 'pgoutput')")
    fill(postgres, database, dump_file, SMALL)
    assert not [name for name in postgres.databases() if name.startswith(f"{database.name}__")]


def test_roles_are_made(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """Roles that a dump names exist afterwards, without being able to log in."""
    content = (
        b'CREATE TABLE a (i int);\nGRANT SELECT ON a TO "Eve ""E\\"" \'x\'";\nALTER TABLE a OWNER TO holder;\n'
        b"SET SESSION AUTHORIZATION 'nobody';\nCREATE TABLE b (i int);\nRESET SESSION AUTHORIZATION;\n"
    )
    fill(postgres, database, dump_file, content)
    made = postgres.sql("postgres", "SELECT rolname, rolcanlogin FROM pg_roles WHERE rolname ~ '^(Eve|holder|nobody)'")
    assert {"Eve \"E\\\" 'x'|f", "holder|f"} == set(made)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SMALL[: SMALL.index(b"2\tbob")], "ends inside a table's rows"),
        (
            SMALL.replace(b"1\tann", b"x\tann"),
            "table customers, row 1, column id: invalid input syntax for type integer",
        ),
        (SMALL.replace(b"bob@", b"ann@"), 'could not create unique index "customers_email_key"'),
        (b"CREATE EXTENSION no_such_thing;", 'extension "no_such_thing" is not available'),
        (b"CREATE TABLE a (i int);\nSELECT * FROM b;\n", 'at line 2: relation "b" does not exist'),
        (b"these are words\n", "at line 1: syntax error"),
    ],
)
def test_a_dump_that_fails_changes_nothing(
    postgres: Postgres, kept: Database, dump_file: Path, content: bytes, expected: str
) -> None:
    """The old data stays, and the error says where and what, without a value."""
    error = refusal(postgres, kept, dump_file, content)
    assert (Exit.DATA_REFUSED, True) == (error.code, expected in error.message)
    assert "example.org" not in repr((error.message, error.hint, error.details))


def test_a_newer_source_is_named(postgres: Postgres, kept: Database, dump_file: Path) -> None:
    """Where a dump of a newer Postgres fails, both versions are in the error."""
    content = b"-- Dumped from database version 99.1\nCREATE NEWS;\n"
    error = refusal(postgres, kept, dump_file, content)
    assert "It comes from Postgres 99.1, and the service runs Postgres 17" in error.message
    assert 'version = "99"' in error.hint


def test_a_newer_tool_is_no_obstacle(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """What a newer pg_dump sets and this server does not know is passed over."""
    content = SMALL.replace(b"transaction_timeout", b"tomorrows_timeout")
    assert postgres.filled_from(database.name) != fill(postgres, database, dump_file, content)


def test_settings_of_the_database_come_along(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """What ALTER DATABASE … SET says in a dump holds for the new database."""
    fill(
        postgres,
        database,
        dump_file,
        b"CREATE DATABASE x;\nALTER DATABASE x SET work_mem = '3MB';\n\\connect x\nSELECT 1;\n",
    )
    assert ["3MB"] == postgres.sql(database.name, "SHOW work_mem")


HOSTILE = [
    b"\\! touch /tmp/hostile\n",
    b"\\o |touch /tmp/hostile\nSELECT 1;\n",
    b"CREATE TABLE a (i text);\n\\copy a FROM PROGRAM 'touch /tmp/hostile; echo 1'\n",
    b"SELECT 1 \\g |touch /tmp/hostile\n",
    b"SELECT 1\n\\w |touch /tmp/hostile\n;",
    b"\\set x `touch /tmp/hostile`\n",
    b"\\restrict a\n\\unrestrict a\n\\! touch /tmp/hostile\n",
]


@pytest.mark.parametrize("content", HOSTILE)
def test_a_hostile_dump_is_refused(postgres: Postgres, kept: Database, dump_file: Path, content: bytes) -> None:
    """A dump that would have psql run programs is refused before anything of it runs."""
    error = refusal(postgres, kept, dump_file, content)
    assert "holds a command for psql, which could run programs" in error.message
    assert 0 != postgres.run(("test", "-e", "/tmp/hostile")).status


@pytest.mark.parametrize("content", HOSTILE[:3])
def test_psql_refuses_commands_too(
    postgres: Postgres, kept: Database, dump_file: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If our own look at a dump missed a command, psql, restricted by us, would not."""
    monkeypatch.setattr("envctl.seeds.dumps.contents._Reader._command", lambda _self, _piece: None)
    error = refusal(postgres, kept, dump_file, b"SELECT 1;\n" + content)
    assert error.code == Exit.DATA_REFUSED
    assert 0 != postgres.run(("test", "-e", "/tmp/hostile")).status


def test_an_older_psql_restores_too(postgres: Postgres, database: Database, dump_file: Path) -> None:
    """A psql that does not know \\restrict gets neither ours nor the dump's."""
    refuse = b'case "$*" in *restrict*) printf "%s\\n" "invalid command \\\\restrict" >&2; exit 1;; esac\n'
    wrapper = b"#!/bin/sh\n" + refuse + b'exec /usr/bin/psql "$@"\n'
    folder = f"/tmp/{database.name}"
    assert (
        0
        == postgres.run(
            ("sh", "-c", f"mkdir {folder} && cat >{folder}/psql && chmod +x {folder}/psql"), stdin=[wrapper]
        ).status
    )
    old = Postgres(postgres.container, folder)
    assert 0 != old.run(("psql", "--command=\\restrict x")).status
    fill(old, database, dump_file, SMALL)
    assert ["2"] == postgres.sql(database.name, "SELECT count(*) FROM customers")
    with pytest.raises(EnvctlError, match="command for psql"):
        fill(old, database, dump_file, HOSTILE[0])
