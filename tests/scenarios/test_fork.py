"""`fork` and `up --from`: another environment begins with the data that one has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from envctl import labels
from tests.scenarios.contents import APP, DATABASE, STACK, called, contents, dump, kept, redis, sql, write
from tests.scenarios.pools import pooled
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

FILES = dump("one", "two")
SMALL = f'{APP}{DATABASE}[services.cache]\nkind = "redis"\n'


@pytest.fixture(scope="module")
def origin(shared_stage: Stage) -> Iterator[Stage]:
    """An environment with data of its own in every store."""
    shared_stage.write(STACK, **FILES)
    shared_stage.up()
    write(shared_stage, "first")
    yield shared_stage
    shared_stage.write(STACK, **FILES)


@pytest.fixture(scope="module")
def report(origin: Stage) -> dict[str, Any]:
    """What the fork said of itself, and the containers of the origin before it."""
    before = origin.ids()
    return {"before": before, **origin.data("fork", origin.name, "two")}


@pytest.fixture(scope="module")
def forked(origin: Stage, report: dict[str, Any]) -> Stage:
    """A fork of it."""
    return called(origin, report["name"])


def test_a_fork_must_have_all_that_its_origin_had(origin: Stage, forked: Stage) -> None:
    """Rows, topics, messages, committed offsets and keys; the migration then ran on them once more."""
    before, after = contents(origin), contents(forked)
    assert ("first", "one", "two") == before.rows == after.rows
    assert {"orders": 2} == before.topics == after.topics
    assert ("first", "first, unread") == before.messages == after.messages
    assert {0: 1} == before.committed == after.committed
    assert {"first": "FIRST"} == before.keys == after.keys
    assert (1, 2) == (before.runs, after.runs)


def test_a_fork_must_be_whole(forked: Stage) -> None:
    """The same `up` without a word of where it began finds nothing to do."""
    assert [] == forked.up()["steps"]
    assert "running" == forked.data("status")["state"]


def test_a_fork_must_have_passwords_of_its_own(origin: Stage, forked: Stage) -> None:
    """Those of its origin open nothing in it."""
    own, others = forked.data("env"), origin.data("env")
    assert own["DB_PASSWORD"] != others["DB_PASSWORD"]
    with psycopg.connect(own["DB_URL"]) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    wrong = own["DB_URL"].replace(own["DB_PASSWORD"], others["DB_PASSWORD"])
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(wrong)


def test_a_fork_must_have_nothing_to_do_with_its_origin_any_more(origin: Stage, forked: Stage) -> None:
    """What is written in one is not in the other."""
    sql(forked, "DELETE FROM items WHERE name = 'one'")
    redis(origin, "SET", "later", "x")
    try:
        assert ["first", "one", "two"] == sql(origin, "SELECT name FROM items ORDER BY name")
        assert [""] == redis(forked, "GET", "later")
    finally:
        sql(forked, "INSERT INTO items VALUES ('one')")
        redis(origin, "DEL", "later")


def test_the_origin_must_go_on_in_the_same_containers(origin: Stage, report: dict[str, Any]) -> None:
    """It was away for the time that is said, and then everything went on, what was held included."""
    before = report["before"]
    assert before == {name: one for name, one in origin.ids().items() if name in before}
    assert "running" == origin.data("status")["state"]
    begun = report["snapshot"]
    assert (f"environment {origin.project}/{origin.name}", "two") == (begun["source"], report["name"])
    assert 0 < begun["away"] < report["seconds"]


def test_a_name_that_is_taken_must_be_refused(origin: Stage, forked: Stage) -> None:
    """Status 2, and neither of the two is touched."""
    before = (origin.lasting(), origin.container("db").attrs["State"]["StartedAt"])
    error = origin.refused(2, "fork", origin.name, forked.name)["error"]
    assert forked.name in error["message"]
    assert before == (origin.lasting(), origin.container("db").attrs["State"]["StartedAt"])


def test_data_that_is_there_must_never_be_replaced(origin: Stage, forked: Stage) -> None:
    """`up --from` of what has other data is refused before the origin stops; of what began so it changes nothing."""
    started = origin.container("db").attrs["State"]["StartedAt"]
    other = origin.data("snapshot create")["address"]
    again = origin.container("db").attrs["State"]["StartedAt"]
    assert started != again
    assert "data already" in forked.refused(9, "up", "--from", other)["error"]["message"]
    assert [] == forked.data("up", "--from", origin.name)["steps"]
    assert again == origin.container("db").attrs["State"]["StartedAt"]


@pytest.mark.parametrize(
    ("status", "words"),
    [(5, ("nosuch",)), (2, ("one",)), (5, ("elsewhere/one",))],
)
def test_an_origin_that_cannot_be_must_be_refused(origin: Stage, status: int, words: tuple[str, ...]) -> None:
    """One that is not there, and itself; nothing is made."""
    before = origin.lasting()
    origin.refused(status, "fork", *words, "one" if status == 2 else "new")
    assert before == origin.lasting()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('kind = "postgres"', 'kind = "postgres"\ndatabase = "other"', "database"),
        ('kind = "postgres"', 'kind = "postgres"\nuser = "ada"', "user"),
        ("[services.cache]", "[services.store]", "cache"),
    ],
)
def test_a_snapshot_that_does_not_fit_must_be_refused(origin: Stage, before: str, after: str, said: str) -> None:
    """A stack that changed since is told in what, and nothing is made."""
    made = kept(origin)[0]
    everything = origin.lasting()
    origin.write(STACK.replace(before, after).replace('"db", "cache"', '"db"'), **FILES)
    try:
        error = called(origin, "new").refused(9, "up", "--from", made.address)["error"]
        assert said in error["message"]
        assert everything == origin.lasting()
    finally:
        origin.write(STACK, **FILES)


def test_a_plan_must_tell_what_up_would_do(origin: Stage) -> None:
    """Without stopping anybody: the origin's own containers run on."""
    started = origin.container("db").attrs["State"]["StartedAt"]
    steps = [step["step"] for step in called(origin, "new").data("plan", "--from", origin.name)["steps"]]
    clones = [step for step in steps if step.startswith("clone snapshot of one")]
    assert ["cache-data", "db-data", "events-data"] == sorted(step.rpartition("_")[2] for step in clones)
    assert started == origin.container("db").attrs["State"]["StartedAt"]


def test_a_fork_in_a_pool_must_copy_nothing(stage: Stage) -> None:
    """Data that lies in a pool is shared, there and back: only of the cache, which does not, a full copy is told."""
    with pooled():
        stage.write(SMALL, **dump("pooled"))
        stage.up()
        ran = stage.did("fork", "one", "two")
        two = called(stage, "two")
        assert ["data of cache  copying all"] == [
            line[:26] for line in ran.stderr.splitlines() if "copying all" in line
        ]
        data = stage.docker.volumes.get(f"{two.full()}_db-data")
        assert "reflink" == data.attrs["Labels"][labels.STRATEGY]
        sql(two, "DELETE FROM items")
        two.did("reset", "db")
        assert ["pooled"] == sql(two, "SELECT name FROM items")
        for one in (stage, two):
            one.did("down")
        stage.close()
