"""The contract of `apache/kafka:4.1.1`, kept by the official image and by its stand-in."""

from __future__ import annotations

import pytest

from tests.images.boxes import Box, Boxes, docker

pytestmark = pytest.mark.docker

IMAGE = "apache/kafka:4.1.1"
DATA = "/var/lib/kafka/data"
BROKER = {
    "KAFKA_NODE_ID": "7",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_LISTENERS": "INNER://:9092,CONTROLLER://:9093",
    "KAFKA_ADVERTISED_LISTENERS": "INNER://localhost:9092",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "7@localhost:9093",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "INNER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CONTROLLER:PLAINTEXT,INNER:PLAINTEXT",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "1",
    "KAFKA_NUM_PARTITIONS": "3",
    "KAFKA_LOG_DIRS": f"{DATA}/logs",
    "KAFKA_HEAP_OPTS": "-Xmx300m",
    "CLUSTER_ID": "ZW52Y3RsLWNsdXN0ZXItMQ",
}
VARIABLES = tuple(word for key, value in BROKER.items() for word in ("--env", f"{key}={value}"))
SERVER = ("--bootstrap-server", "localhost:9092")


def ready(box: Box) -> Box:
    box.wait("bash", "-c", "exec 3<>/dev/tcp/localhost/9092")
    return box


def tool(box: Box, name: str, *args: str, stdin: str | None = None) -> str:
    return box.out(f"/opt/kafka/bin/{name}.sh", *SERVER, *args, stdin=stdin)


def test_variables_configure_the_broker_and_data_survives(boxes: Boxes) -> None:
    """KAFKA_ variables are the broker's settings; what was produced is there for a new broker on the volume."""
    options = (*VARIABLES, "--volume", f"{boxes.volume()}:{DATA}")
    first = ready(boxes.start(IMAGE, options=options))
    tool(first, "kafka-console-producer", "--topic", "orders", stdin="one\n")
    assert "PartitionCount: 3" in tool(first, "kafka-topics", "--describe", "--topic", "orders")
    properties = first.out("cat", f"{DATA}/logs/meta.properties").splitlines()
    assert {"node.id=7", "cluster.id=ZW52Y3RsLWNsdXN0ZXItMQ", "version=1"} < set(properties)
    assert first.stop() in {0, 143}

    second = ready(boxes.start(IMAGE, options=options))
    read = ("--topic", "orders", "--group", "g", "--from-beginning", "--max-messages", "1")
    assert tool(second, "kafka-console-consumer", *read) == "one"
    tools = [f"/opt/kafka/bin/kafka-{name}.sh" for name in ("consumer-groups", "storage", "server-start", "configs")]
    second.run("test", "-x", *" -a -x ".join(tools).split())


def test_two_storages_are_two_directories(boxes: Boxes) -> None:
    """Two brokers formatted alike still have directory ids of their own."""
    boxes_of = [ready(boxes.start(IMAGE, options=VARIABLES)) for _ in range(2)]
    ids = {box.out("grep", "directory.id", f"{DATA}/logs/meta.properties") for box in boxes_of}
    assert len(ids) == 2


def test_underscores_and_hyphens_of_a_setting_are_kept(boxes: Boxes) -> None:
    """`__` stands for an underscore and `___` for a hyphen in a setting's name; the tools' variables are none."""
    box = boxes.start(
        IMAGE,
        options=(*VARIABLES, "--env", "KAFKA_A__B_C___D=x=y z", "--env", "KAFKA_GC_LOG_OPTS=-Dx=y"),
    )
    ready(box)
    grep = "grep -rhE '^(a_b.c-d|gc.log|heap)' /opt/kafka/config /tmp/*.properties 2>/dev/null | sort -u"
    assert box.out("sh", "-c", grep) == "a_b.c-d=x=y z"


def test_a_setting_that_cannot_be_stops_the_broker(boxes: Boxes) -> None:
    """A broker that cannot run says so and exits, instead of running otherwise."""
    box = boxes.start(IMAGE, options=(*VARIABLES, "--env", "KAFKA_NUM_PARTITIONS=none"))
    assert docker("wait", box.name).stdout.strip() not in {"0", ""}


def test_without_variables_it_is_a_broker_all_the_same(boxes: Boxes) -> None:
    """The defaults are a broker on localhost:9092, run by appuser."""
    box = ready(boxes.start(IMAGE))
    assert "4.1" in box.out("sh", "-c", "ls /opt/kafka/libs | grep kafka-clients")
    assert box.out("id", "-un") == "appuser"
    assert box.out("stat", "-c", "%U", DATA) == "appuser"
