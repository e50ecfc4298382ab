"""Asking a server what a database consists of, and comparing two answers."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.catalogue import Catalogue, Check, Column, ForeignKey, Table, Unique
from envctl.seeds.catalogue.catalogue import ask, differences, read
from envctl.seeds.servers.live import Odd
from tests.seeds.postgres import USER, Postgres

PAGILA = os.environ.get("ENVCTL_PAGILA_SQL", "")
NASTY = Path(__file__).with_name("nasty.sql")
ODD = "Odd.Schema.Odd.Table"
NOTHING = (
    b'{"server" : 17, "large_objects" : 0, "foreign_tables" : null, "extension_tables" : null, "tables" : null, '
    b'"columns" : null, "uniques" : null, "checks" : null, "domain_checks" : null, "foreign_keys" : null}\n'
    b'{"objects" : [["schema", "public", ""]], "unfinished" : null}\n'
)
BEFORE = Catalogue(
    (),
    objects={
        "table": {"public.a": "p", "public.b": "p"},
        "column": {"public.a.i": "integer"},
        "view": {"v": "SELECT 1"},
    },
    unfinished=("trigger t on public.a is disabled", "materialized view m holds nothing: it was never refreshed"),
    server=17,
)


def looked_at(server: Postgres, database: str, *before: str) -> Catalogue:
    """What the catalogue of a database says."""
    first = [f"--command={statement}" for statement in before]
    found = server.run(("psql", f"--username={USER}", f"--dbname={database}", "--quiet", *first, *ask()))
    assert (0, b"") == (found.status, found.stderr)
    return read(found.stdout)


def filled(server: Postgres, sql: bytes) -> str:
    """A new database with what a script makes."""
    name = server.fresh()
    words = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={USER}", f"--dbname={name}")
    found = server.run(words, stdin=[sql])
    assert 0 == found.status, found.stderr.decode()
    return name


def columns(catalogue: Catalogue, table: str) -> dict[str, Column]:
    """The columns of a table by their names."""
    found = catalogue.table(table)
    assert found is not None
    return {column.name: column for column in found.columns}


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> str:
    """A database with everything that masking trips over."""
    return filled(postgres, NASTY.read_bytes())


@pytest.fixture(scope="module")
def nasty(postgres: Postgres, database: str) -> Catalogue:
    """What is said of it."""
    return looked_at(postgres, database)


def test_a_database_may_be_empty() -> None:
    """Nothing but the schema that every database has is an answer too."""
    assert Catalogue((), objects={"schema": {"public": ""}}, server=17) == read(NOTHING)


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{}",
        b"{}{}",
        NOTHING[:-30],
        NOTHING + b"{}",
        NOTHING.replace(b'"tables" : null', b'"tables" : 1'),
        NOTHING.replace(b'"columns" : null', b'"columns" : [{"table": 1}]'),
        NOTHING.replace(b"public", b"\xff"),
        b"[" * 100_000,
    ],
)
def test_what_is_no_answer_is_odd(said: bytes) -> None:
    """Half an answer, or another one, never passes for a catalogue in which something is missing."""
    with pytest.raises(Odd, match="which is no catalogue of a database"):
        read(said)


def test_the_same_has_no_differences() -> None:
    """But for a view that has to be refreshed in a copy, whatever it was before."""
    assert BEFORE.unfinished[1:] == differences(BEFORE, BEFORE)
    done = replace(BEFORE, unfinished=())
    assert () == differences(BEFORE, done)


def test_a_loss_has_its_name() -> None:
    """What is missing, what came along and what is another are named; of a lost table the columns are not."""
    after = replace(
        BEFORE, objects={"table": {"public.b": "p", "public.c": "p"}, "view": {"v": "SELECT 2"}}, unfinished=()
    )
    said = (
        "table public.a is missing",
        "table public.c was not there before",
        "view v is another than before",
    )
    assert said == differences(BEFORE, after)
    column = replace(BEFORE, objects={**BEFORE.objects, "column": {}}, unfinished=())
    assert ("column public.a.i is missing",) == differences(BEFORE, column)


def test_servers_of_two_versions_write_differently() -> None:
    """Definitions are no difference then; names still are."""
    after = replace(BEFORE, objects={**BEFORE.objects, "view": {"v": "SELECT (1)"}}, unfinished=(), server=18)
    assert () == differences(BEFORE, after)


def test_what_stopped_working_is_a_difference() -> None:
    """An index that is there and invalid, or a constraint that nobody validated, is none."""
    after = replace(BEFORE, unfinished=("index i is invalid",))
    assert ("index i is invalid",) == differences(BEFORE, after)


@pytest.mark.docker
def test_every_type_has_its_family(nasty: Catalogue) -> None:
    """Through domains over domains, arrays of them and names that need quotes."""
    found = {name: column.family for name, column in columns(nasty, ODD).items()}
    expected = {
        "text": {"e mail", "Upper", "code", "tag", "plain", "n", "all_mails", "lower_mail"},
        "integer": {"id", "few", "many", "tree", "serial"},
        "number": {"price", "any_number", "rough", "coarse"},
        "date": {"born"},
        "timestamp": {"at"},
        "time": {"clock"},
        "boolean": {"yes"},
        "uuid": {"who"},
        "network": {"ip", "mac"},
        "json": {"doc", "old"},
        "bytes": {"raw"},
        "enum": {"feeling", "feelings"},
        "other": {"wait", "nested", "pair", "range", "bits"},
    }
    assert expected == {family: {name for name in found if found[name] == family} for family in set(found.values())}


@pytest.mark.docker
def test_a_column_has_its_limits(nasty: Catalogue) -> None:
    """Those of its type below all domains, as are labels; a dropped column is none."""
    found = columns(nasty, ODD)
    assert Column("e mail", '"Odd.Schema"."work e""mail"', "text", nullable=False, length=80) == found["e mail"]
    assert Column("tag", "character varying(7)[]", "text", length=7, array=True) == found["tag"]
    assert Column("code", "character(4)", "text", length=4, fixed=True) == found["code"]
    assert Column("all_mails", "public.emails", "text", length=80, array=True) == found["all_mails"]
    assert ("character varying(7)", "character varying(80)") == (found["tag"].base, found["all_mails"].base)
    labels = ("sad", "it's ok", "Happy")
    assert Column("feelings", "public.moods", "enum", labels=labels, array=True) == found["feelings"]
    assert (-32768, 32767) == (found["few"].low, found["few"].high)
    assert (-9999, 9999) == (found["price"].low, found["price"].high)
    assert (0, 0) == (found["coarse"].low, found["coarse"].high)
    assert (None, None) == (found["any_number"].low, found["any_number"].high)
    assert (1, 63) == (found["Upper"].length, found["n"].length)
    assert {"id", "serial"} == {name for name, column in found.items() if column.counted}
    assert {"lower_mail"} == {name for name, column in found.items() if column.generated}
    assert "gone" not in found


@pytest.mark.docker
def test_everything_that_is_unique_is_found(nasty: Catalogue) -> None:
    """Expressions, conditions, exclusions, and generated columns by what they are made of; not what is only carried."""
    table = nasty.table(ODD)
    assert table
    lower = ('lower(("e mail")::text)',)
    assert (
        Unique("Odd.Table_lower_mail_key", ("lower_mail", "e mail"), exact=False, expressions=lower),
        Unique("Odd.Table_pkey", ("id",)),
        Unique("apart", ("yes", "range"), exact=False, expressions=("range WITH &&",), condition="yes"),
        Unique("by e mail", ("e mail", "plain", "few"), False, lower, "(plain <> ''::text)"),
        Unique("covered", ("code",)),
    ) == table.uniques
    assert ("id",) == table.key


@pytest.mark.docker
def test_nulls_may_meet(postgres: Postgres) -> None:
    """An index may say that two nulls are the same, look at rows as a whole, or compare without regard to case."""
    name = filled(
        postgres,
        b"CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
        b"CREATE TABLE t (a text UNIQUE NULLS NOT DISTINCT, b text COLLATE any_case UNIQUE, c int);"
        b"CREATE UNIQUE INDEX whole ON t ((t IS NOT NULL)) WHERE c > 0;",
    )
    table = looked_at(postgres, name).table("public.t")
    assert table
    assert (
        Unique("t_a_key", ("a",), nulls=False),
        Unique("t_b_key", ("b",), exact=False, expressions=("b COLLATE any_case",)),
        Unique("whole", ("a", "b", "c"), False, ("((t.* IS NOT NULL))",), "(c > 0)"),
    ) == table.uniques


@pytest.mark.docker
def test_extensions_are_left_out(postgres: Postgres) -> None:
    """What they bring along is theirs; what is made with their types has a family, and citext ignores case."""
    name = filled(
        postgres,
        b"CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE SCHEMA s; CREATE EXTENSION btree_gist SCHEMA s;"
        b"CREATE DOMAIN mail AS citext; CREATE TABLE t (a mail UNIQUE, b hstore, c citext[], d int);"
        b"ALTER TABLE t ADD CONSTRAINT apart EXCLUDE USING gist (d WITH =);",
    )
    found = looked_at(postgres, name)
    assert ("text", "hstore", "text", "integer") == tuple(column.family for column in found.tables[0].columns)
    assert {"a", "c"} == {column.name for column in found.tables[0].columns if column.caseless}
    assert {"apart": True, "t_a_key": True} == {unique.name: unique.exact for unique in found.tables[0].uniques}
    assert {"btree_gist", "citext", "hstore"} == set(found.objects["extension"])
    assert {"column", "constraint", "domain", "extension", "index", "schema", "table"} == set(found.objects)
    assert {"public.mail"} == set(found.objects["domain"])


@pytest.mark.docker
def test_checks_are_found(nasty: Catalogue) -> None:
    """Those of domains too, on each column of them."""
    table = nasty.table(ODD)
    assert table
    by_name = {(check.name, check.columns): check.text for check in table.checks}
    assert "((few < many) AND (plain !~ 'a.*b'::text))" == by_name["sane", ("plain", "few", "many")]
    assert "(length((VALUE)::text) < 60)" == by_name['"Odd.Schema"."work e""mail".short', ("e mail",)]
    assert {"e mail", "all_mails", "nested"} == {
        name for check in table.checks if check.name == "public.email.email_check" for name in check.columns
    }
    assert Check("later", ("lower_mail", "e mail"), "(lower_mail <> ''::text)") in table.checks


@pytest.mark.docker
def test_keys_lead_to_tables(nasty: Catalogue) -> None:
    """In the order of their columns, and to a partitioned table once, not to each of its parts."""
    people, replies = nasty.table("public.people"), nasty.table("public.replies")
    assert people
    assert replies
    both = ("team_number", "team_country")
    assert (
        ForeignKey("people_mentor_fkey", ("mentor",), "public.people", ("id",)),
        ForeignKey("people_team_number_team_country_fkey", both, "public.teams", ("number", "country")),
    ) == people.foreign_keys
    key = ForeignKey("replies_event_day_fkey", ("event", "day"), "public.events", ("id", "day"))
    assert (key,) == replies.foreign_keys


@pytest.mark.docker
def test_children_know_their_parents(nasty: Catalogue) -> None:
    """The nearest first, and by what rows are dealt to partitions."""

    def about(table: Table | None) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
        assert table
        return table.parents, table.partitioned, table.split_by

    assert ((), True, ("day",)) == about(nasty.table("public.events"))
    assert (("public.events",), True, ("id",)) == about(nasty.table("public.events_2024"))
    assert (("public.events_2024", "public.events"), False, ()) == about(nasty.table("public.events_2024_0"))
    assert ((), True, ("kind",)) == about(nasty.table("public.logs"))
    assert (("public.dogs", "public.animals"), False, ()) == about(nasty.table("public.puppies"))
    assert ((), False, ()) == about(nasty.table("public.nothing"))


@pytest.mark.docker
def test_everything_else_has_its_name(nasty: Catalogue) -> None:
    """One of each kind is there, without what Postgres makes by itself, and what does not do its work is said."""
    found = {kind: set(names) for kind, names in nasty.objects.items()}
    assert {'"Odd.Schema"', "public"} == found["schema"]
    assert {"public.busy"} == found["view"]
    assert {"public.kept", "public.empty"} == found["materialized view"]
    assert {"public.quiet()", "public.twice(integer)", "public.twice(pg_catalog.text)"} == found["function"]
    assert {"public.product(integer)"} == found["aggregate"]
    assert {"shy on public.people", "each on public.events"} == found["trigger"]
    assert {"public.alone", '"Odd.Schema"."Odd.Table_id_seq"'} <= found["sequence"]
    assert {'"Odd.Schema"."by e mail"', "public.kept_mail", "public.events_2024_0_pkey"} <= found["index"]
    assert {"led on public.teams", 'short on "Odd.Schema"."work e""mail"'} <= found["constraint"]
    assert {"public.mood"} == found["enum"]
    assert {"public.email", "public.emails", "public.moods", '"Odd.Schema"."work e""mail"'} == found["domain"]
    assert {"own on public.people"} == found["policy"]
    assert {"never on public.nothing"} == found["rule"]
    assert {"public.together"} == found["statistics"]
    assert {"public.german"} == found["collation"]
    assert {"public.far"} == found["foreign table"]
    assert ("public.far",) == nasty.foreign_tables
    assert 1 == nasty.large_objects
    assert (
        'constraint later on "Odd.Schema"."Odd.Table" is not validated',
        "materialized view public.empty holds nothing: it was never refreshed",
        "trigger shy on public.people is disabled",
    ) == nasty.unfinished


@pytest.mark.docker
def test_it_is_only_looked(postgres: Postgres, database: str, nasty: Catalogue) -> None:
    """A transaction that may not write is enough, and what the session or the user has set makes no difference."""
    settings = "SET search_path TO 'Odd.Schema', public", "SET DateStyle TO 'German'", "SET quote_all_identifiers TO on"
    assert nasty == looked_at(postgres, database, *settings, "BEGIN TRANSACTION READ ONLY")


@pytest.mark.docker
def test_nobody_needs_rights(postgres: Postgres, database: str, nasty: Catalogue) -> None:
    """A role that may read no table sees the whole catalogue."""
    postgres.sql("postgres", "DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger")
    assert nasty == looked_at(postgres, database, "SET ROLE stranger")


@pytest.mark.docker
def test_a_copy_is_complete(postgres: Postgres, database: str, nasty: Catalogue) -> None:
    """What pg_dump carries over has no difference, and every loss in it is named."""
    copy = filled(postgres, postgres.dump(database))
    assert ("materialized view public.empty holds nothing: it was never refreshed",) == differences(
        nasty, looked_at(postgres, copy)
    )
    postgres.sql(
        copy,
        "REFRESH MATERIALIZED VIEW empty",
        "ALTER TABLE people DISABLE TRIGGER ALL",
        "DROP INDEX kept_mail",
        "ALTER TYPE mood ADD VALUE 'new'",
        "ALTER TABLE people ALTER mentor SET DEFAULT 1",
        "ALTER TABLE replies DROP CONSTRAINT replies_event_day_fkey",
        "CREATE OR REPLACE VIEW busy AS SELECT person, count(*) FROM events WHERE id > 0 GROUP BY 1",
        "ALTER TABLE people ENABLE TRIGGER shy",
        "ALTER TABLE replies REPLICA IDENTITY FULL",
        "ALTER TABLE animals SET (fillfactor = 50)",
        "ALTER TABLE teams CLUSTER ON teams_pkey",
        "ALTER TABLE nothing DISABLE RULE never",
        "ALTER VIEW busy SET (security_barrier)",
    )
    found = differences(nasty, looked_at(postgres, copy))
    assert {
        "column public.people.mentor is another than before",
        "constraint replies_event_day_fkey on public.replies is missing",
        "enum public.mood is another than before",
        "index public.kept_mail is missing",
        "view public.busy is another than before",
        "trigger shy on public.people is another than before",
        "table public.replies is another than before",
        "table public.animals is another than before",
        "index public.teams_pkey is another than before",
        "rule never on public.nothing is another than before",
        "constraint led on public.teams does not hold: its triggers are disabled",
        "constraint people_mentor_fkey on public.people does not hold: its triggers are disabled",
    } <= set(found)


@pytest.mark.docker
@pytest.mark.skipif(not PAGILA, reason="ENVCTL_PAGILA_SQL names no file")
def test_pagila_is_known(postgres: Postgres) -> None:
    """Of a schema from elsewhere every table, key, view and partition is there."""
    text = Path(PAGILA).read_text(encoding="utf-8")
    postgres.sql(
        "postgres", "DO $$ BEGIN CREATE ROLE postgres; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )  # who owns it
    schema = re.sub(r"^COPY .*?^\\\.$", "", text, flags=re.MULTILINE | re.DOTALL)
    schema = re.sub(r"^\\(?:un)?restrict .*$", "", schema, flags=re.MULTILINE)
    found = looked_at(postgres, filled(postgres, schema.encode()))
    said = {kind: len(re.findall(rf"^CREATE {sql}\b", text, re.MULTILINE)) for kind, sql in (
        ("table", "TABLE"), ("view", "VIEW"), ("trigger", "TRIGGER"), ("enum", "TYPE .* AS ENUM"),
        ("materialized view", "MATERIALIZED VIEW"), ("domain", "DOMAIN"))}  # fmt: skip
    assert said == {kind: len(found.objects.get(kind, ())) for kind in said}
    assert said["table"] == len(found.tables)
    customer = found.table("public.customer")
    assert customer
    assert {"public.address", "public.store"} == {key.table for key in customer.foreign_keys}
    rental = found.table("public.rental")
    assert rental
    assert ("rental_id",) == rental.key
