"""A stack with every kind of data, and what is in it: rows, messages, committed offsets, keys."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from time import monotonic

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from envctl.ops.snapshots.find import look
from envctl.snapshot import Snapshot
from tests.scenarios.stage import Stage

PATIENCE = 60  # seconds
_PAUSE = 0.1  # seconds
# Its own word for "ask again", retriable(), is about transactions only.
_NOT_YET = (KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_NOT_AVAILABLE, KafkaError.COORDINATOR_LOAD_IN_PROGRESS)
GROUP, TOPIC = "workers", "orders"
MIGRATE = "psql $DATABASE_URL -c 'CREATE TABLE IF NOT EXISTS runs (n serial)' -c 'INSERT INTO runs DEFAULT VALUES'"
DATABASE = """
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""
APP = f"""
[services.app]
image = "postgres:17"
before = ["sh", "-ec", "{MIGRATE}"]
command = ["sh", "-c", "trap exit INT TERM; sleep infinity & wait"]  # the image's way to stop is INT
needs = ["db", "cache"]
env.DATABASE_URL = "${{db.url}}"
"""
OTHERS = """
[services.events]
kind = "kafka"
topics = { orders = 2 }
[services.cache]
kind = "redis"
"""
STACK = f"{APP}{DATABASE}{OTHERS}"
HEAD, FOOT = "--\n-- PostgreSQL database dump\n--\n", "--\n-- PostgreSQL database dump complete\n--\n"


def dump(*rows: str) -> dict[str, str]:
    """A plain dump with these rows."""
    lines = "".join(f"{row}\n" for row in rows)
    table = f"CREATE TABLE public.items (name text);\nCOPY public.items (name) FROM stdin;\n{lines}\\.\n"
    return {"catalogue.sql": f"{HEAD}{table}{FOOT}"}


@dataclass(frozen=True)
class Contents:
    """All of it. `committed` is by partition, where there is a commit."""

    rows: tuple[str, ...]
    runs: int  # of the migration
    topics: dict[str, int]  # how many partitions
    messages: tuple[str, ...]
    committed: dict[int, int]
    keys: dict[str, str]


def called(stage: Stage, name: str) -> Stage:
    """Another environment of the same stage."""
    other = copy.copy(stage)
    other.name = name
    return other


def kept(stage: Stage) -> list[Snapshot]:
    """The snapshots of the stage's environments, the newest first."""
    every = look(stage.here().world)
    return [s for s in every if s.project == stage.project and s.source.startswith("environment ")]


def sql(stage: Stage, *statements: str) -> list[str]:
    """Run statements in the database; what they print."""
    commands = [f"--command={statement}" for statement in statements]
    status, output = stage.inside("db", "psql", "-X", "-q", "-At", "-U", "postgres", "-d", stage.project, *commands)
    assert 0 == status, output
    return output.splitlines()


def redis(stage: Stage, *words: str) -> list[str]:
    """Run a command of Redis; what it prints."""
    script = 'REDISCLI_AUTH=$(cat /run/secrets/cache-password) exec redis-cli --no-auth-warning "$@"'
    status, output = stage.inside("cache", "sh", "-c", script, "sh", *words)
    assert 0 == status, output
    return output.splitlines()


def write(stage: Stage, what: str) -> None:
    """A row, a message that the group has read, a message that it has not, and a key, all of that name."""
    sql(stage, f"INSERT INTO items VALUES ('{what}')")
    redis(stage, "SET", what, what.upper())
    brokers = _brokers(stage)
    producer = Producer({"bootstrap.servers": brokers, "acks": "all"})
    producer.produce(TOPIC, what.encode(), partition=0)
    producer.produce(TOPIC, f"{what}, unread".encode(), partition=1)
    assert 0 == producer.flush(PATIENCE)
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": GROUP})
    _, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), timeout=PATIENCE)
    consumer.commit(offsets=[TopicPartition(TOPIC, 0, end)], asynchronous=False)
    consumer.close()


def contents(stage: Stage) -> Contents:
    """What is in an environment."""
    brokers = _brokers(stage)
    consumer = Consumer({"bootstrap.servers": brokers, "group.id": GROUP, "enable.auto.commit": False})
    partitions = [TopicPartition(TOPIC, number) for number in range(2)]
    committed = {p.partition: p.offset for p in _committed(consumer, partitions) if p.offset >= 0}
    found = {
        "rows": tuple(sql(stage, "SELECT name FROM items ORDER BY name")),
        "runs": int(sql(stage, "SELECT count(*) FROM runs")[0]),
        "keys": {key: redis(stage, "GET", key)[0] for key in sorted(redis(stage, "KEYS", "*")) if key},
    }
    made = Contents(topics=_topics(brokers), messages=_messages(consumer), committed=committed, **found)  # type: ignore[arg-type]  # as above
    consumer.close()
    return made


def _committed(consumer: Consumer, partitions: list[TopicPartition]) -> list[TopicPartition]:
    """A broker that was started again does not coordinate the group at once: as every client, ask again."""
    until = monotonic() + PATIENCE
    while True:
        try:
            return consumer.committed(partitions, timeout=PATIENCE)
        except KafkaException as error:
            if error.args[0].code() not in _NOT_YET or monotonic() > until:
                raise
            consumer.poll(_PAUSE)


def _messages(consumer: Consumer) -> tuple[str, ...]:
    found: list[str] = []
    for number in range(2):
        first, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, number), timeout=PATIENCE)
        consumer.assign([TopicPartition(TOPIC, number, first)])
        for _ in range(end - first):
            message = consumer.poll(PATIENCE)
            assert message is not None
            assert message.error() is None
            found.append((message.value() or b"").decode())
    return tuple(found)


def _topics(brokers: str) -> dict[str, int]:
    topics = AdminClient({"bootstrap.servers": brokers}).list_topics(timeout=PATIENCE).topics
    return {name: len(topic.partitions) for name, topic in sorted(topics.items()) if not name.startswith("__")}


def _brokers(stage: Stage) -> str:
    brokers = stage.data("env")["EVENTS_BROKERS"]
    assert isinstance(brokers, str)
    return brokers
