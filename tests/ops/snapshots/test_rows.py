"""What messages and keys that are made of rows are known by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envctl.blueprint import Blueprint
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources import read_again, source_of
from envctl.snapshot import Snapshot
from envctl.stack import load
from tests.fakes.engine import NOON
from tests.ops.fake import FakeEngine, here

IMAGES = {"postgres:17": "sha256:17", "apache/kafka:4.1.1": "sha256:4"}
STACK = """
[project]
name = "shop"
[services.db]
kind = "postgres"
data = "catalogue"
[services.events]
kind = "kafka"
data = "messages"
topics = { orders = 3, others = 1 }
[data.catalogue]
from = "live"
url = "SHOP_URL"
[data.messages]
from = "rows"
of = "catalogue"
[data.messages.messages.orders]
table = "orders"
value = { b = "${id}", a = 1 }
"""
URL = "postgresql://shop:secret@db.example:5432/shop"


class Engine(FakeEngine):
    """One that has images."""

    def image(self, reference: str) -> str | None:
        """The ID of an image."""
        return IMAGES.get(reference)


@pytest.fixture
def there(tmp_path: Path) -> Here:
    """An environment on that stack."""
    found = here(tmp_path, Engine())
    return replace(found, world=replace(found.world, environ={"SHOP_URL": URL}))


def drawn(there: Here, stack: str = STACK) -> tuple[Here, Blueprint]:
    """The environment on another stack file."""
    path = there.stack.path
    path.write_text(stack)
    found = replace(there, written=load(path, environ={}))
    return found, found.blueprint()


def digest(there: Here, blueprint: Blueprint) -> str:
    """What the broker's data is made of."""
    workload = blueprint.workload("events")
    assert workload is not None
    assert "rows messages" == source_of(there, workload).words
    return source_of(there, workload).digest(there)


def test_it_is_what_the_database_is_and_what_is_made_of_it(there: Here) -> None:
    """The same for the same; another for another database, template or number of partitions, but not for a topic that
    gets nothing.
    """
    first = digest(*drawn(there))
    assert first.startswith("sha256:")
    assert first == digest(*drawn(there))
    assert first == digest(*drawn(there, STACK.replace("others = 1", "others = 2, more = 1")))
    others = {
        digest(*drawn(there, STACK.replace(*words)))
        for words in (("orders = 3", "orders = 2"), ("a = 1", "a = 2"), ('of = "cat', 'of = "cat'), ("${id}", "${n}"))
    }
    assert {first} < others
    assert 4 == len(others)
    assert digest(*drawn(there, STACK.replace('"live"', '"live"\nmethod = "physical"'))) not in others
    keyed = STACK.replace('"postgres"\n', '"postgres"\nuser = "shop"\n')
    assert digest(*drawn(there, keyed)) not in others


def test_a_live_database_that_is_read_again_makes_other_messages(there: Here) -> None:
    """Of the very same reading of it."""
    found, blueprint = drawn(there)
    database = blueprint.workload("db")
    assert database is not None
    read = Snapshot("a" * 32, "live catalogue", NOON, "", (), digest=source_of(found, database).digest(found))
    found.world.engine.create_volume(read.marker, read.labels())
    again = read_again(found, blueprint, ["db"])
    events, anew = again.workload("events"), again.workload("db")
    assert events is not None
    assert events.derived is not None
    assert database != anew == events.derived.of
    assert digest(found, blueprint) != digest(found, again)
    assert digest(found, blueprint) == digest(found, read_again(found, blueprint, ["events"]))
