"""`seed` fills databases again, with everything that comes after the data; nothing else ever replaces it."""

from __future__ import annotations

import copy

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

# The app's migration marks the database that it ran in.
MIGRATE = "psql $DATABASE_URL -c 'CREATE TABLE IF NOT EXISTS runs (n serial)' -c 'INSERT INTO runs DEFAULT VALUES'"
STACK = f"""
[services.app]
image = "postgres:17"
before = ["sh", "-ec", "{MIGRATE}"]
command = ["sh", "-c", "trap exit INT TERM; sleep infinity & wait"]  # the image's way to stop is INT
needs = ["db"]
env.DATABASE_URL = "${{db.url}}"
env.MODE = "MODE-IS"
[services.bystander]
image = "python:3.13-slim"
{IDLE}
[services.db]
kind = "postgres"
data = "catalogue"
[services.other]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""
END = "--\n-- PostgreSQL database dump complete\n--\n"
DUMP = f"""--
-- PostgreSQL database dump
--

CREATE TABLE public.items (id int PRIMARY KEY, name text);
COPY public.items (id, name) FROM stdin;
1\tone
2\ttwo
\\.
{END}"""
TRUNCATED = DUMP.removesuffix(END)
BROKEN = DUMP.replace("2\ttwo", "1\ttwo")  # found out only while it is loaded
ITEMS = "SELECT name FROM items ORDER BY id"
RUNS = "SELECT count(*) FROM runs"


@pytest.fixture(scope="module")
def shared(shared_stage: Stage) -> Stage:
    """An app with a migration, two databases filled from one dump, and what needs neither: up."""
    shared_stage.write(STACK, **{"catalogue.sql": DUMP})
    shared_stage.up()
    return shared_stage


@pytest.fixture
def stage(shared: Stage) -> Stage:
    """The same, one row changed, one removed and one added by hand."""
    shared.write(STACK, **{"catalogue.sql": DUMP})
    shared.up()
    sql(shared, "DELETE FROM items", "INSERT INTO items VALUES (1, 'changed'), (3, 'added')")
    assert ["changed", "added"] == sql(shared, ITEMS)
    return shared


def sql(stage: Stage, *statements: str, service: str = "db") -> list[str]:
    """Run statements in a database; what they print."""
    commands = [f"--command={statement}" for statement in statements]
    status, output = stage.inside(service, "psql", "-X", "-q", "-At", "-U", "postgres", "-d", stage.project, *commands)
    assert 0 == status, output
    return output.splitlines()


def started(stage: Stage) -> dict[str, tuple[str, str]]:
    """Each service's container and since when it runs."""
    services = ("app", "bystander", "db", "other")
    found = {service: stage.container(service) for service in services}
    return {service: (str(c.id), c.attrs["State"]["StartedAt"]) for service, c in found.items()}


def test_up_must_fill_and_then_migrate(shared: Stage) -> None:
    """A new environment holds the dump's rows and what the one-shot made of them, in either database its own."""
    assert ["one", "two"] == sql(shared, ITEMS) == sql(shared, ITEMS, service="other")
    assert ["1"] == sql(shared, RUNS)


def test_seed_must_undo_what_was_changed(stage: Stage) -> None:
    """Changed, removed and added rows are gone, the migration has run on the new data, and everything is up."""
    before = started(stage)
    stage.did("seed")
    assert ["one", "two"] == sql(stage, ITEMS)
    assert ["1"] == sql(stage, RUNS)
    assert "running" == stage.data("status")["state"]
    after = started(stage)
    assert ["app", "db", "other"] == [service for service in before if before[service] != after[service]]
    assert [] == stage.up()["steps"]


def test_seed_must_say_what_it_did(stage: Stage) -> None:
    """Every database with its data, source and time."""
    seeded = stage.data("seed")
    assert stage.name == seeded["name"]
    source = str(stage.folder / "catalogue.sql")
    assert [("db", "catalogue", source), ("other", "catalogue", source)] == [
        (s["service"], s["data"], s["source"]) for s in seeded["seedings"]
    ]
    assert all(0 < s["seconds"] < 180 for s in seeded["seedings"])


def test_seed_of_one_database_must_leave_the_other(stage: Stage) -> None:
    """`seed other` fills that one; the rows in db, and the app that needs only db, stay as they are."""
    sql(stage, "DELETE FROM items", service="other")
    before = started(stage)
    stage.did("seed", "other")
    assert ["one", "two"] == sql(stage, ITEMS, service="other")
    assert ["changed", "added"] == sql(stage, ITEMS)
    after = started(stage)
    assert ["other"] == [service for service in before if before[service] != after[service]]


def test_up_must_never_load_data_again(stage: Stage) -> None:
    """Rows of one's own outlive an `up`, a new app, and a database whose container is gone; the dump is not missed."""
    (runs,) = sql(stage, RUNS)
    (stage.folder / "catalogue.sql").unlink()
    stage.write(STACK.replace("MODE-IS", "other"))
    stage.container("db").remove(force=True)
    stage.up()
    assert ["changed", "added"] == sql(stage, ITEMS)
    assert [str(int(runs) + 1)] == sql(stage, RUNS)


@pytest.mark.parametrize("dump", [TRUNCATED, BROKEN], ids=["truncated", "broken"])
def test_a_seed_that_is_refused_must_keep_the_old_data(stage: Stage, dump: str) -> None:
    """Status 9; the rows there were are there, no database is left over, and nothing was stopped for it."""
    stage.write(STACK, **{"catalogue.sql": dump})
    before = started(stage)
    error = stage.refused(9, "seed")["error"]
    assert str(stage.folder / "catalogue.sql") in error["message"]
    assert error["unchanged"]
    assert ["changed", "added"] == sql(stage, ITEMS)
    assert [stage.project, "postgres"] == sorted(
        sql(stage, "SELECT datname FROM pg_database WHERE NOT datistemplate"), reverse=True
    )
    assert "running" == stage.data("status")["state"]
    assert before == started(stage)


@pytest.mark.parametrize("service", ["nosuch", "app"])
def test_seed_of_what_has_no_data_must_be_refused(stage: Stage, service: str) -> None:
    """Status 2, the hint lists what has data, and nothing is changed."""
    assert "db, other" in stage.refused(2, "seed", "db", service)["error"]["hint"]
    assert ["changed", "added"] == sql(stage, ITEMS)


def test_seed_of_what_is_absent_must_be_refused(shared: Stage) -> None:
    """Status 5 and the way to bring it up; nothing is made."""
    absent = copy.copy(shared)
    absent.name = "elsewhere"
    before = shared.lasting()
    assert "envctl up" in absent.refused(5, "seed")["error"]["hint"]
    assert before == shared.lasting()
