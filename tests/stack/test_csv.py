"""`[data.NAME]` with files: what it says comes to, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envctl.stack import Stack, workloads
from envctl.stack.csv import CsvSection
from envctl.stack.synthetic import SCHEMA_NEEDS, recipes
from envctl.stack.workloads import missing_files
from envctl.workload import Database, Schema
from tests.stack.conftest import Read, Refusal

DB = '[services.db]\nkind = "postgres"\ndata = "zoo"\n[data.zoo]\nfrom = "csv"\npath = "exports"\n'


def database(stack: Stack) -> Database:
    """What the service is filled from."""
    found = workloads(stack)[0].database
    assert found is not None
    return found


def test_files_are_read_as_is_said(read: Read, tmp_path: Path) -> None:
    """All that decides on rows is in the settings; paths are relative to the stack file."""
    more = 'schema = "s.sql"\ndelimiter = ";"\nnull = "NULL"\nencoding = "CP1252"\nignore = ["x.csv"]\n'
    found = database(read(DB + more + '[data.zoo.tables]\npets = "p.csv"\n[data.zoo.columns]\n"pets.id" = "No"\n'))
    assert (tmp_path / "exports", Schema(tmp_path / "s.sql")) == (found.csv and found.csv.path, found.schema)
    assert {
        "tables": {"pets": "p.csv"},
        "columns": {"pets.id": "No"},
        "ignore": ["x.csv"],
        "delimiter": ";",
        "null": "NULL",
        "encoding": "cp1252",
    } == json.loads(found.csv.settings if found.csv else "")


def test_a_recipe_knows_well_known_exports(read: Read) -> None:
    """Those for which it has names of its own; and every recipe has tables."""
    found = database(read(DB + 'recipe = "healthcare"\n'))
    assert found.csv and found.schema and found.schema.file
    assert "FIRST" == json.loads(found.csv.settings)["known"]["columns"]["patients.first_name"]
    assert {} == json.loads(database(read(DB + 'recipe = "ecommerce"\n')).csv.settings)["known"]  # type: ignore[union-attr]
    assert ("ecommerce", "healthcare") == recipes()


def test_without_tables_it_waits_for_those_of_the_environment(read: Read) -> None:
    """The database starts empty, and is filled when somebody asks."""
    found = database(read(DB))
    assert (None, "zoo", Schema()) == (found.data, found.later, found.schema)


def test_what_is_not_there_is_said_before_anything_starts(read: Read, tmp_path: Path) -> None:
    """The files and the schema, each at its key."""
    said = [
        (problem.path, problem.message, problem.hint)
        for problem in missing_files(read(DB + 'schema = "s.sql"\n'), ["zoo"])
    ]
    assert [
        ("data.zoo.schema", f"there is no {tmp_path / 's.sql'}", SCHEMA_NEEDS),
        ("data.zoo.path", f"there is no {tmp_path / 'exports'}", "export the files first"),
    ] == said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('delimiter = ";;"', "data.zoo.delimiter: is not one character that can stand between values"),
        ('encoding = "klingon"', "data.zoo.encoding: 'klingon' is no encoding that is known"),
        ('encoding = "base64"', "data.zoo.encoding: 'base64' is no encoding that is known"),
        ('recipe = "bakery"', "data.zoo.recipe: there is no recipe 'bakery'"),
        ('recipe = "ecommerce"\nschema = "x"', "data.zoo.recipe: `schema` says already what tables there are"),
        ('rows = 3', "data.zoo.rows: "),
        ('tables = { a = 1 }', "data.zoo.tables.a: must be text"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(refusal: Refusal, line: str, said: str) -> None:
    """At its key."""
    error = refusal(f"{DB}{line}\n")
    assert said in " ".join(error.details)


def test_all_keys_of_a_section_are_read() -> None:
    """No key is forgotten on the way to who reads the files."""
    from envctl.seeds.csv.settings import Settings

    section = CsvSection.model_validate({"from": "csv", "path": "x", "schema": "s.sql"})
    found = section.fill(Database("a", "b", data="x"), Path()).csv
    assert found and Settings() == Settings.read(found.settings)
