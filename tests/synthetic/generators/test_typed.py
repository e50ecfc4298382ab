"""A value for every type: what a real Postgres says of its own types is made, and taken by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import polars as pl
import pytest

from envctl.catalogue import Column, Table
from envctl.seeds.catalogue.catalogue import ask, read
from envctl.synthetic.base import Field, Generator, Impossible, Limits
from envctl.synthetic.draws import Draws
from envctl.synthetic.generators.typed import typed
from envctl.synthetic.tables.rows import Block, Generated, Made
from envctl.synthetic.write import copy_text
from tests.seeds.postgres import USER, Postgres
from tests.synthetic import rows as some

COUNT = 2000
# Whatever can stand in a table, with its arrays: what has no array type is for the server's own use.
TYPES = """SELECT format_type(oid, NULL) FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace
AND typtype IN ('b', 'r', 'm') AND typarray <> 0 ORDER BY 1"""
# Those with a width or a scale of their own, in the words of SQL.
MEASURED = (
    "numeric(10,2) numeric(3,5) numeric(3,-2) numeric(30,25) numeric(40,0) varchar(1) varchar(5) varchar(30) char(3) "
    "char(30) bit(3) bit(100) varbit(7) timestamp(0) timestamptz(3) time(0) interval(0) interval_day_to_second "
    "interval_year interval_hour"
)
SCHEMA = """CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'a,b "c" \\ {}');
CREATE DOMAIN price AS numeric(8,3);
CREATE DOMAIN span AS interval;
CREATE DOMAIN codes AS varchar(4)[];
CREATE TYPE pair AS (a int, b int);
"""
OWN = ("hstore", "citext", "mood", "price", "span", "mood[]", "price[]", "hstore[]")
UNKNOWN = {"aclitem", "gtsvector", "pg_brin_bloom_summary"}  # access rights, and an index's own
NO_EQUALITY = {"json", "json[]"}


def _filled(server: Postgres, database: str, table: str, columns: Mapping[str, pl.Series]) -> None:
    """Copy into these columns."""
    names = ", ".join(columns)
    words = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={USER}", f"--dbname={database}")
    copied = (*words, f"--command=SET TimeZone TO 'UTC'; COPY {table} ({names}) FROM STDIN")
    found = server.run(copied, stdin=[copy_text(columns.values())])
    assert (0, b"") == (found.status, found.stderr)


def _made(table: Table, columns: Iterable[Column]) -> dict[str, tuple[Field, Generator]]:
    fields = {column.name: some.field_of(table, column.name) for column in columns}
    return {name: (field, typed(field)) for name, field in fields.items()}


@pytest.mark.docker
def test_every_type_is_made_and_taken(postgres: Postgres) -> None:
    """Rows of all types that the server has, their arrays too, are copied in; and rows that differ in each of them."""
    database = postgres.holding(SCHEMA)
    measured = [word.replace("_", " ") for word in MEASURED.split()]
    kinds = [kind for kind in postgres.sql(database, TYPES) if kind not in UNKNOWN]
    kinds = [*kinds, *measured, *(f"{kind}[]" for kind in (*kinds, *measured)), *OWN, "codes"]
    postgres.sql(
        database,
        "CREATE TABLE made ({})".format(", ".join(f"c{at} {kind} NOT NULL" for at, kind in enumerate(kinds))),
    )
    found = postgres.run(("psql", f"--username={USER}", f"--dbname={database}", "--quiet", *ask()))
    assert (0, b"") == (found.status, found.stderr)
    table = read(found.stdout).table("public.made")
    assert table is not None
    makers = _made(table, table.columns)
    made = Made(
        table, COUNT, Draws(1), fillers={name: Generated(maker, field) for name, (field, maker) in makers.items()}
    )
    block = Block({table.full: made}, made, np.arange(COUNT, dtype=np.int64))
    _filled(postgres, database, "made", {name: block.column(name) for name in makers})
    assert [str(COUNT)] == postgres.sql(database, "SELECT count(*) FROM made")

    apart = {
        name: _apart(maker, field, space)
        for name, (field, maker) in makers.items()
        if (space := maker.space(field)) is not None and field.column.type not in NO_EQUALITY
    }
    assert len(apart) > len(kinds) // 2
    declared = (f"{name} {makers[name][0].column.type} UNIQUE" for name in apart)
    postgres.sql(database, "CREATE TABLE apart ({})".format(", ".join(declared)))
    _filled(postgres, database, "apart", apart)
    counts = postgres.sql(database, "SELECT {} FROM apart".format(", ".join(f"count({name})" for name in apart)))
    assert ["|".join(str(values.drop_nulls().len()) for values in apart.values())] == counts


def _apart(maker: Generator, field: Field, space: int) -> pl.Series:
    """As many different ones as there are, at most one for each row; the other rows have none."""
    numbers = Draws(1, "apart").shuffled(np.arange(min(COUNT, space), dtype=np.int64), min(space, 1 << 62))
    return maker.nth(field, numbers).extend_constant(None, COUNT - len(numbers))


def test_what_nobody_knows_is_named() -> None:
    """A type of an extension, or of several values, is refused with the column, the type, and what to do."""
    table = some.table_of("places", some.typed("where", "public.geometry(Point,4326)", "other"))
    with pytest.raises(Impossible, match=r'public.places."?where"? is of the type public.geometry.*`null`') as refused:
        typed(some.field_of(table, "where"))
    assert "pick" in str(refused.value)


@pytest.mark.parametrize(
    ("column", "limits", "why"),
    [
        (some.text("c", 3), Limits(shortest=4), "no text is left"),
        (some.typed("c", "integer", "integer", -5, 5), Limits(low="6"), "no number is left"),
        (
            some.typed("c", "integer", "integer", -5, 5),
            Limits(low="1", high="2", never=("1", "2")),
            "no number is left",
        ),
        (some.typed("c", "date", "date"), Limits(low="2020-01-02", high="2020-01-01"), "no moment is left"),
        (some.typed("c", "boolean", "boolean"), Limits(values=()), "no value"),
        (some.text("c", 2), Limits(patterns=("^[0-9]{3}$",)), "no text matches"),
    ],
)
def test_what_limits_leave_nothing_of_is_said(column: Column, limits: Limits, why: str) -> None:
    """Before anything is made."""
    table = some.table_of("t", column)
    with pytest.raises(Impossible, match=rf"public\.t\.c .*{why}"):
        typed(some.field_of(table, "c", limits))
