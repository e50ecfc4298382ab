"""The rows of files, on the real daemon."""

from __future__ import annotations

from copy import copy

import pytest

from tests.scenarios.stage import Stage
from tests.seeds.csv.synthea import ROWS, export

pytestmark = pytest.mark.docker

STACK = """
[services.db]
kind = "postgres"
data = "clinic"
[data.clinic]
from = "csv"
path = "exports"
recipe = "healthcare"
[services.people]
kind = "postgres"
data = "people"
[data.people]
from = "csv"
path = "people.csv"
schema = "people.sql"
[data.people.mask]
columns = { "people.id" = "keep", "people.name" = "name", "people.born" = "shift" }
"""
SCHEMA = "CREATE TABLE people (id int GENERATED ALWAYS AS IDENTITY, name text NOT NULL, born date);"
PEOPLE = "ID,Name,Born\n7,Their Secret,1990-01-02\n8,Another Secret,\n"


def ask(stage: Stage, question: str, service: str = "db") -> str:
    """What the database answers."""
    status, said = stage.inside(service, "psql", "--no-psqlrc", "-U", "postgres", "-Atc", question)
    assert 0 == status, said
    return said.strip()


def anywhere(stage: Stage) -> Stage:
    """For commands that are for no environment."""
    found = copy(stage)
    found.by_branch = True
    return found


def test_files_become_a_snapshot(shared_stage: Stage) -> None:
    """Built once, and told; who comes second gets a copy. Other files are other data; those that do not fit are named
    before anything is changed.
    """
    stage = shared_stage
    stage.write(STACK, **{"people.csv": PEOPLE, "people.sql": SCHEMA})
    stage.environ["ENVCTL_MASK_KEY"] = "a key of a test, made by nobody else"
    exports = export(stage.folder / "exports")
    stage.up()
    assert str(ROWS["observations"]) == ask(stage, "SELECT count(*) FROM observations")
    listed = anywhere(stage).data("snapshot ls", "--project", stage.project)["snapshots"]
    (found,) = (row for row in listed if row["source"] == "csv clinic")
    about = anywhere(stage).data("snapshot inspect", found["address"])["about"]
    assert {"rows": str(sum(ROWS.values())), "rows.care_plans": "1"}.items() <= about.items()
    stage.name = "two"
    assert not [s for s in stage.data("plan")["steps"] if s["step"].startswith("build a snapshot of csv")]

    stage.name = "one"
    with (exports / "observations.csv").open("a") as file:
        file.write("2020-02-01T10:00:00Z,0a5e2c77-8a44-4a1c-9d07-5f3f2b6f8d11,,,1,a,b,,numeric\n")
    (seeding,) = stage.data("seed", "db")["seedings"]
    assert ("clinic", str(exports)) == (seeding["data"], seeding["source"])
    assert "3" == ask(stage, "SELECT count(*) FROM observations")
    with (exports / "patients.csv").open("a") as file:
        file.write("their secret\n")
    error = stage.refused(9, "seed", "db")["error"]
    assert f"{exports / 'patients.csv'}, line 4 has 1 value where there are 28 values." == error["message"]
    stage.refused(9, "seed", "db", "--masked")
    assert "3" == ask(stage, "SELECT count(*) FROM observations")
    assert "0 9" == ask(stage, "SELECT count(*) FILTER (WHERE name LIKE '%Secret%') FROM people", "people") + " " + ask(
        stage, "SELECT nextval(pg_get_serial_sequence('people', 'id'))", "people"
    )
