"""`reset`: data goes back to what it began as, whatever was done to it since."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from envctl import labels
from envctl.job import script
from envctl.planning.ownership import own_labels
from envctl.world.helper import environment_helper, made
from tests.scenarios.contents import STACK, called, contents, dump, redis, sql, write
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

FILES = dump("one", "two")
STORES = ("db", "events", "cache")


@pytest.fixture(scope="module")
def up(shared_stage: Stage) -> Iterator[Stage]:
    """An environment that began with what its stack file says."""
    shared_stage.write(STACK, **FILES)
    shared_stage.up()
    yield shared_stage
    shared_stage.write(STACK, **FILES)


@pytest.fixture(scope="module")
def forked(up: Stage) -> Stage:
    """One that began with data of another environment."""
    write(up, "first")
    up.did("fork", up.name, "two")
    return called(up, "two")


def containers(stage: Stage) -> dict[str, str]:
    """The container of each store and of the app."""
    return {service: str(stage.container(service).id) for service in (*STORES, "app")}


def test_all_data_of_a_fork_must_go_back(forked: Stage) -> None:
    """Rows, messages, committed offsets and keys are as they were when it was forked; migrations run on them again."""
    began, before = contents(forked), containers(forked)
    write(forked, "second")
    sql(forked, "DROP TABLE runs", "DELETE FROM items WHERE name = 'first'")
    redis(forked, "DEL", "first")
    report = forked.data("reset")
    assert began == contents(forked)
    assert ("running", ["app"]) == (report["status"]["state"], report["restarted"])
    assert [True] * len(STORES) == [len(one["snapshot"]) == 32 for one in report["put"]]
    after = containers(forked)
    assert ["app"] == [service for service in before if before[service] != after[service]]
    assert [] == forked.up()["steps"]


def test_the_passwords_must_be_those_of_the_environment(forked: Stage) -> None:
    """Not those of the one that the snapshot was made of."""
    forked.did("reset", "db")
    with psycopg.connect(forked.data("env")["DB_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM items").fetchone() == (3,)


def test_what_began_empty_must_be_empty_again(up: Stage, forked: Stage) -> None:
    """A database has the dump's rows and what the migration made of them, a broker its topics, a cache nothing."""
    del forked  # it began with what is reset here
    write(up, "more")
    report = up.data("reset")
    assert {"db": 32, "events": 32, "cache": 0} == {one["service"]: len(one["snapshot"] or "") for one in report["put"]}
    found = contents(up)
    assert (("one", "two"), 1, {"orders": 2}) == (found.rows, found.runs, found.topics)
    assert ((), {}, {}) == (found.messages, found.committed, found.keys)
    assert [] == up.up()["steps"]


def test_only_what_is_named_must_go_back(up: Stage) -> None:
    """`reset events` leaves rows, keys and the app as they are."""
    write(up, "kept")
    before = containers(up)
    started = up.container("db").attrs["State"]["StartedAt"]
    up.did("reset", "events")
    found = contents(up)
    assert (("kept", "one", "two"), {"kept": "KEPT"}, ()) == (found.rows, found.keys, found.messages)
    assert (before, started) == (containers(up), up.container("db").attrs["State"]["StartedAt"])


def test_a_broken_store_must_come_back(up: Stage) -> None:
    """Data that its server cannot start on any more, as somebody left it."""
    database = up.container("db")
    status, _ = up.inside("db", "sh", "-c", "rm -rf $PGDATA/global $PGDATA/pg_xact")
    assert 0 == status
    database.kill()
    assert "app  stopping\n" in up.did("reset", "db").stderr  # it is told whom one waits for
    assert ["one", "two"] == sql(up, "SELECT name FROM items ORDER BY name")
    assert database.id == up.container("db").id


def test_a_reset_that_died_must_be_finished_by_the_same_command(up: Stage) -> None:
    """What it removed comes back, and what it left at work, which may be copying still, goes."""
    here, image = up.here(), up.container("db").attrs["Image"]
    name, own = environment_helper(here.identity, own_labels(here.identity))
    helper = made(here.world.engine, script(image, "sleep 600", mounts={}), name, own)
    here.world.engine.start_container(helper)
    redis(up, "SET", "left", "1")
    for service in ("app", "cache"):
        up.container(service).remove(force=True)
    report = up.data("reset")
    assert ("running", ["app"]) == (report["status"]["state"], report["restarted"])
    assert [""] == redis(up, "KEYS", "left")
    assert here.world.engine.inspect(helper) is None
    assert [] == up.up()["steps"]


def test_another_environment_must_be_had_by_its_name(up: Stage, forked: Stage) -> None:
    """The first word is an environment unless it is a service."""
    sql(forked, "DELETE FROM items")
    branch = copy.copy(up)
    branch.by_branch = True  # so that no --env is said
    report = branch.data("reset", "two", "db")
    assert ("two", ["db"]) == (report["status"]["name"], [one["service"] for one in report["put"]])
    assert ["first", "one", "two"] == sql(forked, "SELECT name FROM items ORDER BY name")


def snapshot_of(stage: Stage, service: str) -> dict[str, Any]:
    """The labels of the marker of the snapshot that a service's data is a copy of."""
    own = stage.docker.volumes.get(f"{stage.full()}_{service}-data").attrs["Labels"]
    marker = stage.docker.volumes.get(f"envctl-snapshot__{own[labels.CLONE]}")
    found: dict[str, Any] = {"marker": marker, **marker.attrs["Labels"]}
    return found


def test_a_snapshot_that_is_gone_must_be_built_again(up: Stage) -> None:
    """As long as the stack file says the same of it; else nothing is touched, and it is said."""
    address = snapshot_of(up, "db")[labels.SNAPSHOT]
    snapshot_of(up, "db")["marker"].remove()
    up.did("reset", "db")
    assert address == snapshot_of(up, "db")[labels.SNAPSHOT]
    snapshot_of(up, "db")["marker"].remove()
    up.write(STACK, **dump("other"))
    before = containers(up)
    try:
        error = up.refused(5, "reset", "db")["error"]
        assert address[:12] in error["message"]
        assert before == containers(up)
    finally:
        up.write(STACK, **FILES)


@pytest.mark.parametrize(("status", "words"), [(2, ("app",)), (2, ("db", "nosuch")), (2, ("db", ""))])
def test_what_has_no_data_must_be_refused(up: Stage, status: int, words: tuple[str, ...]) -> None:
    """The hint says what has; nothing is touched."""
    before = containers(up)
    assert "cache, db, events" in up.refused(status, "reset", *words)["error"]["hint"]
    assert before == containers(up)


@pytest.mark.parametrize(("word", "meant"), [("cahce", "the service cache?"), ("zzz", "app, db"), ("", "app, db")])
def test_a_word_that_means_nothing_may_have_been_a_service(up: Stage, word: str, meant: str) -> None:
    """Neither an environment nor a service is called so; the hint has both."""
    up.by_branch = True
    try:
        error = up.refused(5, "reset", word)["error"]
    finally:
        up.by_branch = False
    assert "neither an environment nor a service" in error["message"]
    assert (True, True) == (meant in error["hint"], "envctl ls" in error["hint"])


def test_what_is_absent_must_be_refused(up: Stage) -> None:
    """Status 5 and the way to bring it up."""
    assert "envctl up" in called(up, "elsewhere").refused(5, "reset")["error"]["hint"]
