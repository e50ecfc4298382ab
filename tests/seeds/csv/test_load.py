"""Files get into a real server as the rows of its tables, whole, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.seeds.csv.maker import Files
from envctl.seeds.csv.settings import Settings
from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.plain import plain
from envctl.seeds.made.fill import fill
from envctl.seeds.made.text import as_dump
from envctl.seeds.masked.fill import fill as masked
from envctl.seeds.masked.text import Mask, Masks
from envctl.seeds.swap import Filled
from envctl.stack.csv import CsvSection
from envctl.workload import Database
from tests.seeds.csv.synthea import ROWS, export
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

DIGEST = f"sha256:{'0' * 64}"
SCHEMA = """
CREATE TABLE owners (
    id serial PRIMARY KEY, name text NOT NULL CHECK (name <> ''), email text UNIQUE, born date, tags text[], raw bytea,
    extra jsonb, since timestamptz DEFAULT '2020-01-01 00:00+00', loud text GENERATED ALWAYS AS (upper(name)) STORED
);
CREATE TABLE pets (id int PRIMARY KEY, owner_id int NOT NULL REFERENCES owners, name varchar(5));
"""


def loaded(postgres: Postgres, target: Database, root: Path, **said: Any) -> dict[str, int]:
    """Fill it as a section of the stack file says; the rows of the tables that have some."""
    section = CsvSection.model_validate({"from": "csv", "path": "files", **said})
    database = section.fill(target, root)
    assert database.csv and database.schema and database.schema.file
    maker = Files("zoo", database.csv.path, Settings.read(database.csv.settings))
    text = plain(postgres, check(database.schema.file), target)
    rows: Mapping[str, int] = fill(postgres, text, target, Filled("zoo", DIGEST), maker)
    return {name.removeprefix("public."): count for name, count in rows.items() if count}


@pytest.fixture
def target(postgres: Postgres) -> Database:
    """Where it goes."""
    return Database(postgres.fresh(), USER, data="zoo")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a schema and an empty folder for files."""
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "files").mkdir()
    return tmp_path


def test_an_export_of_synthea_needs_no_more_than_the_recipe(postgres: Postgres, target: Database, root: Path) -> None:
    """Each of its rows is in its table, with its types; the keys hold, and what counts goes on."""
    export(root / "files")
    assert ROWS == loaded(postgres, target, root, recipe="healthcare")
    assert [
        "Ada1 Crane3 Dove4|1970-03-01|02108",
        'Eve "X" Finch |1991-12-31|',
        "2",
        "170.4 cm 08:00",
        "3",
    ] == postgres.sql(
        target.name,
        "SET TIME ZONE 'UTC'; SELECT concat_ws(' ', first_name, last_name, coalesce(maiden_name, '')) || '|' || "
        "birth_date || '|' || coalesce(zip, '') FROM patients ORDER BY birth_date",
        "SELECT count(*) FROM observations WHERE patient_id IN (SELECT id FROM patients)",
        "SET TIME ZONE 'UTC'; SELECT value || ' ' || units || to_char(date, ' HH24:MI') FROM observations "
        "WHERE encounter_id IS NOT NULL",
        "INSERT INTO observations (date, patient_id, code, description, value, type) "
        "SELECT now(), id, '1', 'a', 'b', 'text' FROM patients LIMIT 1 RETURNING id",
    )


def test_what_mockaroo_makes_gets_into_the_shop(postgres: Postgres, target: Database, root: Path) -> None:
    """Its usual six columns are those of customers; what they lack has its default."""
    (root / "files" / "MOCK_DATA.csv").write_text(
        "id,first_name,last_name,email,gender,ip_address\n"
        "1,Ann,Orr,aorr0@example.com,Female,203.0.113.9\n2,Bo,Pym,bpym1@example.com,Male,2001:db8::1\n"
    )
    said = {"recipe": "ecommerce", "tables": {"customers": "MOCK_DATA.csv"}}
    assert {"customers": 2} == loaded(postgres, target, root, **said)
    asked = "SELECT last_name, ip_address, newsletter FROM customers ORDER BY id"
    assert ["Orr|203.0.113.9|f", "Pym|2001:db8::1|f"] == postgres.sql(target.name, asked)


def test_types_of_parquet_and_texts_of_csv(postgres: Postgres, target: Database, root: Path) -> None:
    """Lists, records, bytes and dates arrive as they are; a CSV file beside it references the rows."""
    frame = pl.DataFrame(
        {
            "id": [1.0, 2.0],
            "Name": ["Ann\t\\N", "Bo"],
            "born": [date(1990, 1, 2), None],
            "tags": [["a,b", None, '"'], []],
            "raw": [b"\x00\xff", None],
            "extra": [{"a": [1]}, None],
        }
    )
    frame.write_parquet(root / "files" / "owners.parquet")
    (root / "files" / "pets.tsv").write_text('ID\tOwner\tname\n1\t1\t"R""x"\n2\t2\t\n')
    assert {"owners": 2, "pets": 2} == loaded(postgres, target, root, schema="schema.sql")
    assert [
        'Ann\t\\N|1990-01-02|{"a,b",NULL,"\\""}|\\x00ff|{"a": [1]}|2020',
        "Bo||{}|||2020",
        'R"x',
        "",
        "3",
    ] == postgres.sql(
        target.name,
        "SELECT name, born, tags, raw, extra, date_part('year', since AT TIME ZONE 'UTC') FROM owners ORDER BY id",
        "SELECT name FROM pets ORDER BY id",
        "INSERT INTO owners (name) VALUES ('Cy') RETURNING id",
    )


@pytest.mark.parametrize(
    ("owners", "pets", "said"),
    [
        ("id,name\n1,Ann\n2,\n", "", 'null value in column "name" of relation "owners" violates not-null constraint '
         "(table owners, owners.csv, line 3)"),
        ("id,name\n\n1,A\n2,\"\"\n", "", 'new row for relation "owners" violates check constraint "owners_name_check" '
         "(table owners, owners.csv, line 4)"),
        ("id,name,born\n1,A,1990-01-02\n2,B,their secret\n", "", "invalid input syntax for type date "
         "(table owners, column born, owners.csv, line 3)"),
        ("id,name\n1,A\n", "id,owner\n1,7\n", 'insert or update on table "pets" violates foreign key constraint '
         '"pets_owner_id_fkey"'),
        ("id,name,email\n1,A,x@y\n2,B,x@y\n", "", 'could not create unique index "owners_email_key"'),
    ],
)  # fmt: skip
def test_rows_that_constraints_refuse(
    postgres: Postgres, target: Database, root: Path, owners: str, pets: str, said: str
) -> None:
    """The file, the line where it is known, the constraint, and no value; the database keeps what it holds."""
    postgres.sql(target.name, "CREATE TABLE before (a int)")
    (root / "files" / "owners.csv").write_text(owners)
    if pets:
        (root / "files" / "pets.csv").write_text(pets)
    with pytest.raises(EnvctlError) as refused:
        loaded(postgres, target, root, schema="schema.sql")
    assert Exit.DATA_REFUSED == refused.value.code
    assert f"The data zoo is refused by the server: {said}." == refused.value.message
    assert "secret" not in f"{refused.value.message}{refused.value.details}"
    assert ["before"] == postgres.sql(
        target.name, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    )


def test_files_are_masked_on_their_way_in(postgres: Postgres, target: Database, root: Path) -> None:
    """They come as the text of a dump: all of it passes whoever masks, and is whole."""
    (root / "files" / "owners.csv").write_text("id,name,email,born\n4,Ann raw,raw@mail.test,1990-01-02\n7,Bo raw,,\n")
    (root / "files" / "pets.csv").write_text("id,owner,name\n1,7,Rex\n")
    maker = Files("zoo", root / "files", Settings())
    text = as_dump(postgres, plain(postgres, check(root / "schema.sql"), target), target, maker)
    got = masked(postgres, text, target, Filled("zoo", DIGEST), _hidden, large_objects=False)
    assert {"public.owners": 2, "public.pets": 1} == dict(got.rows)
    asked = "SELECT name, email, born, since IS NULL FROM owners ORDER BY id"
    assert ["Ann xyz|xyz@mail.test|1990-01-02|f", "Bo xyz|||f"] == postgres.sql(target.name, asked)
    assert 1.0 == maker.share()


def _hidden(_catalogue: Catalogue) -> Masks:
    """Every table's `raw` becomes another word."""
    return lambda _schema, _name, _columns: Mask(lambda block: block.replace(b"raw", b"xyz"))
