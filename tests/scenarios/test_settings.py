"""The same services under the names of the network from inside, and under the settings of `env` from the host."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
import redis
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

KAFKA = "/opt/kafka/bin"


@pytest.fixture(scope="module")
def settings(shop: Stage) -> dict[str, str]:
    """What `envctl env` says."""
    found: dict[str, str] = shop.data("env")
    return found


def test_the_database_must_answer_the_host(settings: dict[str, str], shop: Stage) -> None:
    """DB_URL connects to a database of the project's name, and its parts say the same."""
    with psycopg.connect(settings["DB_URL"]) as connection:
        row = connection.execute("SELECT current_database(), current_user").fetchone()
    assert (shop.project, "postgres") == row
    parts = "postgresql://{DB_USER}:{DB_PASSWORD}@{DB_HOST}:{DB_PORT}/{DB_DATABASE}"
    assert settings["DB_URL"] == parts.format_map(settings)


def test_a_wrong_password_must_be_refused(settings: dict[str, str]) -> None:
    """From the host nobody gets in without the environment's password."""
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(settings["DB_URL"].replace(settings["DB_PASSWORD"], "guess"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(settings["CACHE_HOST"], int(settings["CACHE_PORT"])).ping()


def test_the_cache_must_answer_the_host(settings: dict[str, str]) -> None:
    """CACHE_URL sets and gets a key."""
    cache = redis.Redis.from_url(settings["CACHE_URL"])
    assert cache.set("key", "value", ex=60)
    assert b"value" == cache.get("key")


def test_the_broker_must_take_and_give_events_on_the_host(settings: dict[str, str]) -> None:
    """Through EVENTS_BROKERS, so through the address that the broker itself advertises, an event goes in and out."""
    body = uuid4().hex.encode()
    producer = Producer({"bootstrap.servers": settings["EVENTS_BROKERS"]})
    producer.produce("payments", body)
    assert 0 == producer.flush(30)
    consumer = Consumer(
        {"bootstrap.servers": settings["EVENTS_BROKERS"], "group.id": uuid4().hex, "auto.offset.reset": "earliest"}
    )
    consumer.subscribe(["payments"])
    try:
        event = consumer.poll(30)
        assert event is not None
        assert (None, body) == (event.error(), event.value())
    finally:
        consumer.close()


def test_topics_must_have_their_partitions(settings: dict[str, str]) -> None:
    """The topics of the stack file exist with as many partitions as it says."""
    topics = AdminClient({"bootstrap.servers": settings["EVENTS_BROKERS"]}).list_topics(timeout=30).topics
    assert {"orders": 3, "payments": 1} == {
        name: len(topic.partitions) for name, topic in topics.items() if not name.startswith("_")
    }


def test_the_inner_url_must_open_the_database(shop: Stage) -> None:
    """What a container is told as `${db.url}` works inside the network."""
    url = shop.did("exec", "tools", "printenv", "DATABASE_URL").stdout
    assert url.endswith(f"@db:5432/{shop.project}\n")
    assert (0, "1\n") == shop.inside("db", "psql", url.strip(), "--tuples-only", "--no-align", "--command=SELECT 1")


def test_the_inner_url_must_open_the_cache(shop: Stage) -> None:
    """What a container is told as `${cache.url}` works inside the network."""
    url = shop.did("exec", "tools", "printenv", "REDIS_URL").stdout
    assert url.endswith("@cache:6379/0\n")
    assert (0, "PONG\n") == shop.inside("cache", "redis-cli", "--no-auth-warning", "-u", url.strip(), "PING")


def test_the_broker_must_take_and_give_events_in_the_network(shop: Stage) -> None:
    """A container produces to and consumes from `${events.address}`, whatever the host is told."""
    _, brokers = shop.inside("tools", "printenv", "KAFKA_BROKERS")
    assert "events:9092\n" == brokers
    body = uuid4().hex
    produce = f"echo {body} | {KAFKA}/kafka-console-producer.sh --bootstrap-server events:9092 --topic orders"
    assert 0 == shop.inside("kafka-tools", "sh", "-c", produce)[0]
    consume = (f"{KAFKA}/kafka-console-consumer.sh", "--bootstrap-server", "events:9092", "--topic", "orders")
    status, output = shop.inside("kafka-tools", *consume, "--from-beginning", "--max-messages=1", "--timeout-ms=30000")
    assert 0 == status
    assert body in output.splitlines()


def test_dotenv_and_shell_must_say_the_same(shop: Stage, settings: dict[str, str]) -> None:
    """A shell that reads `envctl env` holds the very values of the JSON document."""
    ran = shop.did("run", "sh", "-c", 'eval "$0"; env', shop.did("env").stdout)
    assert settings.items() <= dict(line.partition("=")[::2] for line in ran.stdout.splitlines()).items()
    dotenv = shop.did("env", "--format", "dotenv").stdout.splitlines()
    assert settings == dict(line.partition("=")[::2] for line in dotenv)
