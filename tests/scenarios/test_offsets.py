"""`kafka offsets`, on a real broker: who read everything reads it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from threading import Event
from time import monotonic

import pytest
from confluent_kafka import Consumer, KafkaError, Producer

from tests.scenarios.contents import called
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

PATIENCE = 60  # seconds
READ = "exec /opt/kafka/bin/kafka-console-consumer.sh --bootstrap-server events:9092 --topic jobs --group workers"
STACK = f"""
[services.events]
kind = "kafka"
topics = {{ jobs = 1, orders = 2 }}
[services.worker]
image = "apache/kafka:4.1.1"
command = ["sh", "-c", "{READ} --consumer-property client.id=worker-1 --from-beginning"]
env.KAFKA_HEAP_OPTS = "-Xmx64m"
needs = ["events"]
"""
FIVE = ["one", "two", "three", "four", "five"]
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def up(shared_stage: Stage) -> Stage:
    """A broker, and a service that reads one of its topics."""
    shared_stage.write(STACK)
    shared_stage.up()
    return shared_stage


class Reader:
    """A group that reads a topic from here: both are one test's alone."""

    def __init__(self, stage: Stage) -> None:
        self.brokers = stage.data("env")["EVENTS_BROKERS"]
        self.topic, self.group = f"t{token_hex(4)}", f"g{token_hex(4)}"

    def write(self, *texts: str, at: datetime | None = None) -> None:
        """Write messages, all of one time."""
        producer = Producer({"bootstrap.servers": self.brokers, "acks": "all"})
        for text in texts:
            producer.produce(self.topic, text.encode(), timestamp=int((at or NOW).timestamp() * 1000))
        assert 0 == producer.flush(PATIENCE)

    @contextmanager
    def joined(self) -> Iterator[Consumer]:
        """A consumer of the group."""
        consumer = Consumer({
            "bootstrap.servers": self.brokers, "group.id": self.group, "client.id": "from-here",
            "auto.offset.reset": "earliest", "enable.auto.commit": False, "enable.partition.eof": True,
        })  # fmt: skip
        try:
            consumer.subscribe([self.topic])
            yield consumer
        finally:
            consumer.close()

    def read(self) -> list[str]:
        """Read to the end of the topic, as a consumer that comes and goes."""
        with self.joined() as consumer:
            found = list(to_the_end(consumer))
            if found:
                consumer.commit(asynchronous=False)
        return found


def to_the_end(consumer: Consumer) -> Iterator[str]:
    """What comes before the end of the one partition."""
    while (message := consumer.poll(PATIENCE)) is not None:
        if (error := message.error()) is None:
            yield (message.value() or b"").decode()
        elif error.code() == KafkaError._PARTITION_EOF:  # it has no other name
            return
    pytest.fail("the end of the topic did not come")


@pytest.fixture(scope="module")
def reader(up: Stage) -> Reader:
    """One that has read five messages, each an hour older than the next. Every test leaves it so."""
    made = Reader(up)
    for age, text in zip((5, 4, 3, 2, 1), FIVE, strict=True):
        made.write(text, at=NOW - timedelta(hours=age))
    assert FIVE == made.read()
    assert [] == made.read()
    return made


@pytest.mark.parametrize(
    ("to", "again"),
    [
        ("earliest", FIVE),
        ("latest", []),
        ("0", FIVE),
        ("3", FIVE[3:]),
        ("5", []),
        ("150m", FIVE[3:]),
        ((NOW - timedelta(hours=3)).isoformat(), FIVE[2:]),
        ((NOW - timedelta(hours=3, milliseconds=-1)).isoformat(timespec="milliseconds"), FIVE[3:]),
        ("1999-12-31", FIVE),
        ("10m", []),
        ("99", []),
    ],
)
def test_what_was_read_must_be_read_again_from_where_it_is_said(
    up: Stage, reader: Reader, to: str, again: list[str]
) -> None:
    """From the start, an offset, a time or a while ago; a time or an offset behind the last message is the end."""
    (row,) = up.data("kafka offsets", reader.group, "--to", to)["partitions"]
    assert (reader.topic, 5, 5 - len(again), len(again)) == (row["topic"], row["before"], row["after"], row["again"])
    assert again == reader.read()


def test_what_was_not_read_yet_must_be_passed_over_when_asked(up: Stage) -> None:
    """`latest`, and it is said how much that is."""
    reader = Reader(up)
    reader.write("one")
    assert ["one"] == reader.read()
    reader.write("two", "three")
    (row,) = up.data("kafka offsets", reader.group, "--to", "latest")["partitions"]
    assert (1, 3, 0, 2) == (row["before"], row["after"], row["again"], row["skipped"])
    assert [] == reader.read()
    reader.write("four")
    assert ["four"] == reader.read()


def test_a_dry_run_must_change_nothing(up: Stage, reader: Reader) -> None:
    """It says what would be read again."""
    data = up.data("kafka offsets", reader.group, "--to", "earliest", "--dry-run")
    assert (True, 5) == (data["dry_run"], data["partitions"][0]["again"])
    assert [] == reader.read()


def test_it_must_work_from_anywhere(up: Stage, reader: Reader, tmp_path: Path) -> None:
    """By the environment's name and its project's, without a stack file."""
    up.by_branch = True
    try:
        words = ("kafka offsets", f"{up.project}/{up.name}", reader.group, "--to", "earliest")
        said = up.did(*words, cwd=tmp_path)
    finally:
        up.by_branch = False
    assert [reader.topic, "0", "5", "0", "5", "-"] == said.stdout.splitlines()[1].split()
    assert "5 messages will be read again" in said.stderr
    assert FIVE == reader.read()


def test_only_the_topics_that_are_named_must_be_reset(up: Stage) -> None:
    """Every partition of them, also of one that the group never read."""
    reader = Reader(up)
    reader.write("one")
    assert ["one"] == reader.read()
    rows = up.data("kafka offsets", reader.group, "--to", "earliest", "--topic", "orders")["partitions"]
    assert [("orders", 0, None), ("orders", 1, None)] == [(r["topic"], r["partition"], r["before"]) for r in rows]
    assert [] == reader.read()


def test_names_that_are_not_there_must_be_refused(up: Stage, reader: Reader) -> None:
    """Environment, group, topic, broker: status 5, and nothing is read again."""
    refused = [
        called(up, "one-two-three").refused(5, "kafka offsets", reader.group, "--to", "earliest"),
        up.refused(5, "kafka offsets", f"{reader.group}x", "--to", "earliest"),
        up.refused(5, "kafka offsets", reader.group, "--to", "earliest", "--topic", "ordrs"),
        up.refused(5, "kafka offsets", reader.group, "--to", "earliest", "--service", "worker"),
    ]
    said = [" ".join((e["error"]["message"], *e["error"]["details"])) for e in refused]
    assert "there is no environment one-two-three" in said[0]
    assert f"Did you mean {reader.group}?" in said[1]
    assert "Did you mean orders?" in said[2]
    assert "worker is no Kafka" in said[3]
    up.refused(2, "kafka offsets", reader.group, "--to", "yesterday")
    assert f"{reader.group}x" not in groups(up)
    assert [] == reader.read()


def groups(stage: Stage) -> str:
    """The consumer groups, as Kafka's own tool lists them."""
    status, said = stage.inside(
        "worker", "/opt/kafka/bin/kafka-consumer-groups.sh", "--bootstrap-server", "events:9092", "--list"
    )
    assert 0 == status
    return said


def test_a_group_that_is_read_from_here_must_be_left_alone(up: Stage, reader: Reader) -> None:
    """Status 9, with what its consumer calls itself; once that is gone it can be done."""
    with reader.joined() as consumer:
        assert [] == list(to_the_end(consumer))
        error = up.refused(9, "kafka offsets", reader.group, "--to", "earliest")["error"]
        assert ["from-here: a program at "] == [line.rpartition("at ")[0] + "at " for line in error["details"]]
        assert "No offset was changed." == error["unchanged"]
    assert [] == reader.read()
    up.did("kafka offsets", reader.group, "--to", "earliest")
    assert FIVE == reader.read()


def count(stage: Stage, expected: int) -> None:
    """Wait until the worker has printed its one message so often."""
    deadline, pause = monotonic() + PATIENCE, Event()
    while stage.container("worker").logs().decode().splitlines().count("a job") < expected:
        assert monotonic() < deadline, stage.container("worker").logs().decode()
        pause.wait(0.2)


def test_a_service_that_reads_must_be_named_and_how_it_is_stopped(up: Stage) -> None:
    """What the hint says works: stop it, reset, bring it up; to pause it is not enough."""
    jobs = Reader(up)
    jobs.topic = "jobs"
    jobs.write("a job")
    count(up, 1)
    for pause in (False, True):
        if pause:
            up.did("pause", "worker")
        error = up.refused(9, "kafka offsets", "workers", "--to", "earliest")["error"]
        assert ["worker-1: the service worker"] == error["details"]
        assert f"`docker stop {up.full()}_worker`" in error["hint"]
    up.did("resume", "worker")
    up.container("worker").stop()
    data = up.data("kafka offsets", "workers", "--to", "earliest")
    assert [("jobs", 0, 1)] == [(row["topic"], row["after"], row["again"]) for row in data["partitions"]]
    up.up()
    count(up, 2)


def test_a_broker_that_does_not_run_must_be_told(up: Stage, reader: Reader) -> None:
    """At once, with what lets it run; afterwards everything is there."""
    up.did("pause", "events")
    assert "envctl resume" in up.refused(8, "kafka offsets", reader.group, "--to", "earliest")["error"]["hint"]
    up.did("resume", "events")
    up.container("events").stop()
    assert "envctl up" in up.refused(8, "kafka offsets", reader.group, "--to", "earliest")["error"]["hint"]
    up.up()
    up.did("kafka offsets", reader.group, "--to", "earliest")
    assert FIVE == reader.read()
