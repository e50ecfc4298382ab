"""What an environment holds is there after all its containers stopped."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
import redis
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.scenarios.stacks import STORES, TOOLS
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

TOLD = """needs = ["db", "events", "cache"]
env.DATABASE_URL = "${db.url}"
"""


@pytest.fixture(scope="module")
def full(shared_stage: Stage) -> Stage:
    """All stores, and a container that was told of them."""
    shared_stage.write(f"{TOOLS}{TOLD}{STORES}")
    shared_stage.up()
    return shared_stage


def put(settings: dict[str, str], what: str) -> None:
    """A row, an event and a key, each acknowledged by its store."""
    with psycopg.connect(settings["DB_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS items (name text)")
        connection.execute("INSERT INTO items VALUES (%s)", (what,))
    producer = Producer({"bootstrap.servers": settings["EVENTS_BROKERS"], "acks": "all"})
    producer.produce("payments", what.encode())
    assert 0 == producer.flush(30)
    assert redis.Redis.from_url(settings["CACHE_URL"]).set(what, what)


def events(settings: dict[str, str]) -> list[str]:
    """Every event of the topic, from its beginning."""
    consumer = Consumer({"bootstrap.servers": settings["EVENTS_BROKERS"], "group.id": "nobody"})
    try:
        first, end = consumer.get_watermark_offsets(TopicPartition("payments", 0), timeout=30)
        consumer.assign([TopicPartition("payments", 0, first)])
        found = consumer.consume(end - first, timeout=30) if end > first else []
        return [(event.value() or b"").decode() for event in found]
    finally:
        consumer.close()


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_data_must_outlive_its_containers(full: Stage, how: str) -> None:
    """All containers stopped or killed at once: `up` starts the very same, with addresses, rows, events and keys."""
    before, settings = full.ids(), full.data("env")
    put(settings, how)
    containers = full.docker.containers
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda found: getattr(containers.get(found), how)(), before.values()))
    assert "stopped" == full.data("status")["state"]

    full.up()
    assert before == full.ids()
    assert settings == full.data("env")
    with psycopg.connect(settings["DB_URL"]) as connection:
        assert [(how,)] == connection.execute("SELECT name FROM items WHERE name = %s", (how,)).fetchall()
    assert [how] == [event for event in events(settings) if event == how]
    assert how.encode() == redis.Redis.from_url(settings["CACHE_URL"]).get(how)
    assert [] == full.up()["steps"]
