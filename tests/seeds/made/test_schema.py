"""Of a text with rows only what a schema consists of passes, and the rows of tools that migrate."""

from __future__ import annotations

import pytest

from envctl.catalogue import Column, Table
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.made.migrations import is_of_migrations
from envctl.seeds.made.schema import only_rows, without_rows

TEXT = b"""-- a schema
SET client_encoding = 'UTF8';
CREATE TABLE people (name text DEFAULT 'INSERT INTO; people');
INSERT INTO people VALUES ('their; secret'); INSERT INTO public."SequelizeMeta" VALUES ('1;');
insert into people
    values ('their secret');
DO $$ BEGIN PERFORM 'INSERT'; END $$;
COPY public.people (name) FROM stdin;
their secret
\\.
COPY public.alembic_version (version_num) FROM stdin;
a1
\\.
WITH a AS (SELECT 1) INSERT INTO people SELECT 'their secret';
UPDATE people SET name = 'their secret';
COPY people FROM '/their/secret';
SELECT pg_catalog.lo_from_bytea(1, 'their secret');
CREATE VIEW all_people AS SELECT name FROM people;
"""
LAST = TEXT.splitlines()[-1]


@pytest.mark.parametrize("step", [len(TEXT), 7])
def test_only_rows_of_tools_that_migrate_pass(step: int) -> None:
    """Whatever form the others have; lines stay where they are, so that errors name those of the file."""
    blocks = [TEXT[at : at + step] for at in range(0, len(TEXT), step)]
    passed = b"".join(without_rows(blocks))
    assert b"their" not in passed
    kept = [
        b"'INSERT INTO; people'",
        b"VALUES ('1;')",
        b"PERFORM 'INSERT'",
        b"\na1\n",
        b"CREATE VIEW",
        b"client_encoding",
    ]
    assert [] == [said for said in kept if said not in passed]
    without = TEXT.replace(b"their secret\n\\.", b"\\.").splitlines()  # rows are no lines of psql's
    assert without.index(LAST) == passed.splitlines().index(LAST)


def test_rows_are_found_without_the_rest() -> None:
    """In a text that has them behind its schema, with the settings that they need."""
    passed = b"".join(only_rows((TEXT,), {"alembic_version"}))
    assert b"their" not in passed
    assert [b"COPY public.alembic_version (version_num) FROM stdin;", b"a1", b"\\."] == passed.split(b"\n")[-4:-1]
    assert b"CREATE" not in passed
    assert b"client_encoding" in passed


def test_commands_of_psql_do_not_pass() -> None:
    """They could run programs."""
    with pytest.raises(BrokenText, match="command for psql"):
        list(without_rows((b"CREATE TABLE a (n int);\n\\i other.sql\n",)))


@pytest.mark.parametrize(
    ("name", "columns", "is_one"),
    [
        ("schema_migrations", ("version",), True),
        ("__EFMigrationsHistory", ("MigrationId", "ProductVersion"), True),
        ("migrations", ("id", "migration", "batch"), True),
        ("migrations", ("id", "species", "began"), False),  # of birds
        ("version", ("version",), False),
    ],
)
def test_tables_of_tools_that_migrate_are_known(name: str, columns: tuple[str, ...], *, is_one: bool) -> None:
    """By their name; by their columns where others call theirs so too."""
    assert is_one == is_of_migrations(Table("public", name, tuple(Column(c, "text", "text") for c in columns)))
