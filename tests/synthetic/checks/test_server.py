"""What is read of conditions, held against the server that wrote them: it takes what facts allow, nothing beyond."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import pytest

from envctl.catalogue import Table
from envctl.seeds.catalogue import catalogue
from envctl.synthetic.checks.facts import Alternative
from envctl.synthetic.checks.limits import Contradiction
from envctl.synthetic.checks.read import read
from envctl.synthetic.patterns import Unreadable
from tests.seeds.postgres import USER, Postgres
from tests.synthetic.checks.combined import combined
from tests.synthetic.checks.conditions import LOOSE, READ, UNREAD
from tests.synthetic.checks.holds import Row, hold, row_of, written
from tests.synthetic.checks.rows import accepted, refused

pytestmark = pytest.mark.docker

TYPES = """
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN mail AS text CHECK (VALUE ~ '^[^@]+@[^@]+$' AND length(VALUE) < 50);
CREATE DOMAIN era AS integer CHECK (VALUE >= 1901) CHECK (VALUE <= 2155);
CREATE TABLE shape (
    x int, y int, z int, si smallint, bi bigint, n numeric(10, 2), price numeric(10, 2), quantity int, total numeric,
    r real, d8 float8, s text, v varchar(20), c char(5), cc citext, ci text, b boolean, b2 boolean, m mood,
    d date, d2 date, ts timestamp, tz timestamptz, ti time, iv interval, a int[], ta text[], j jsonb, js json, u uuid,
    rg int4range, by bytea, ip inet, "Odd Name" int
);
CREATE TABLE domains (mail mail, era era, eras era[]);
"""


def script(name: str, rows: Mapping[str, Mapping[str, str]]) -> bytes:
    """Tries rows (by what is to be said where one is refused, or taken), each by itself."""
    tries = (
        f"INSERT INTO {name} ({', '.join(map(quoted, row))}) VALUES ({', '.join(row.values())}); "
        f"RAISE NOTICE 'taken %', {label}; EXCEPTION WHEN check_violation THEN RAISE NOTICE 'refused %', {label};"
        for label, row in rows.items()
    )
    return "\n".join(f"DO $try$ BEGIN {one} END $try$;" for one in tries).encode()


def quoted(column: str) -> str:
    """A column's name as SQL."""
    return f'"{column}"'


@pytest.fixture(scope="module")
def database(postgres: Postgres) -> str:
    """A database with a table for each condition."""
    name = postgres.fresh()
    tables = [
        f"CREATE TABLE c{at} (LIKE shape); ALTER TABLE c{at} ADD CHECK ({check});"
        for at, check in enumerate((*READ, *UNREAD))
    ]
    made = postgres.run(
        ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={USER}", f"--dbname={name}"),
        stdin=[TYPES.encode(), "\n".join(tables).encode()],
    )
    assert "" == made.stderr.decode()
    return name


@pytest.fixture(scope="module")
def tables(postgres: Postgres, database: str) -> Mapping[str, Table]:
    """What the server says of them."""
    asked = postgres.run(("psql", f"--username={USER}", f"--dbname={database}", *catalogue.ask()))
    return {table.name: table for table in catalogue.read(asked.stdout).tables}


def tried(postgres: Postgres, database: str, said: bytes) -> list[str]:
    """What the server says to rows."""
    found = postgres.run(("psql", "--no-psqlrc", "--quiet", "--username=" + USER, f"--dbname={database}"), stdin=[said])
    return found.stderr.decode().splitlines()


def test_what_facts_allow_is_taken(postgres: Postgres, database: str, tables: Mapping[str, Table]) -> None:
    """Rows at the borders of what each condition is read as are taken, and those just beyond them are refused."""
    inside: dict[str, tuple[str, Mapping[str, str]]] = {}
    outside: dict[str, tuple[str, Mapping[str, str]]] = {}
    said: list[bytes] = []
    for at, check in enumerate(READ):
        table = tables[f"c{at}"]
        ways = read(table.checks[0], table)
        good = {str(len(inside) + n): row for n, row in enumerate(row for way in ways for row in accepted(table, way))}
        inside.update({label: (check, row) for label, row in good.items()})
        said.append(script(f"c{at}", good))
        if check not in LOOSE:
            bad = {str(-1 - len(outside) - n): row for n, row in enumerate(refused(table, ways))}
            outside.update({label: (check, row) for label, row in bad.items()})
            said.append(script(f"c{at}", bad))
    answers = tried(postgres, database, b"\n".join(said))
    assert [] == [line for line in answers if not line.split("NOTICE:  ")[-1].startswith(("taken ", "refused "))]
    taken = {line.rsplit(" ", 1)[1] for line in answers if "taken " in line}
    refusals = {line.rsplit(" ", 1)[1] for line in answers if "refused " in line}
    assert [] == [inside[label] for label in inside if label not in taken]
    assert [] == [outside[label] for label in outside if label not in refusals]
    assert len(inside) > 500 < len(answers) and len(outside) > 100


def test_what_holds_is_taken(postgres: Postgres) -> None:
    """Of rows by chance, those that fit one way to meet a condition made of others are taken, whatever is null."""
    chance, database = Random(8), postgres.fresh()
    checks = [combined(chance, chance.choice((2, 3))) for _ in range(60)]
    made = "\n".join(f"CREATE TABLE c{n} (LIKE shape); ALTER TABLE c{n} ADD CHECK ({c});" for n, c in enumerate(checks))
    assert [] == tried(postgres, database, f"{TYPES}{made}".encode())
    asked = postgres.run(("psql", f"--username={USER}", f"--dbname={database}", *catalogue.ask()))
    rows: dict[str, tuple[str, Row]] = {}
    said: list[bytes] = []
    for table in catalogue.read(asked.stdout).tables:
        ways = understood(table)
        found = [row_of(chance) for _ in range(25) if ways]
        fitting = {str(len(rows) + n): row for n, row in enumerate(found) if any(hold(way, row) for way in ways)}
        rows.update({label: (table.checks[0].text, row) for label, row in fitting.items()})
        said.append(script(table.name, {label: written(row) for label, row in fitting.items()}))
    answers = tried(postgres, database, b"\n".join(said))
    taken = {line.rsplit(" ", 1)[1] for line in answers if "taken " in line}
    assert [] == [rows[label] for label in rows if label not in taken]
    assert len(taken) > 250


def understood(table: Table) -> Sequence[Alternative]:
    """The ways to meet a table's condition; none where it is not understood, or has none."""
    try:
        return read(table.checks[0], table) if table.checks and table.name != "domains" else ()
    except (Unreadable, Contradiction):
        return ()


def test_what_is_not_understood(tables: Mapping[str, Table]) -> None:
    """Each condition that is not understood is said to be so."""
    for at, check in enumerate(UNREAD, start=len(READ)):
        table = tables[f"c{at}"]
        with pytest.raises(Unreadable):
            read(table.checks[0], table)
            pytest.fail(f"it is read: {check}")


def test_domains(postgres: Postgres, database: str, tables: Mapping[str, Table]) -> None:
    """A domain's conditions are about the column that is of it; not about the items of an array, which nobody reads."""
    table = tables["domains"]
    of_columns = [check for check in table.checks if check.columns != ("eras",)]
    assert {("mail",), ("era",)} == {check.columns for check in of_columns}
    rows = [row for check in of_columns for way in read(check, table) for row in accepted(table, way)]
    assert len(rows) == len(tried(postgres, database, script("domains", {str(at): row for at, row in enumerate(rows)})))
    with pytest.raises(Unreadable, match="each item of an array"):
        read(next(check for check in table.checks if check.columns == ("eras",)), table)
