"""kafka: what its container is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from envctl.services.kafka import Kafka, variable
from envctl.text import PublishedPort, text
from envctl.workload import Address, Topics, Workload
from tests.services.test_kinds import told


def make(**fields: Any) -> Kafka:
    """A broker with these fields."""
    return Kafka.model_validate({"kind": "kafka", **fields})


def work(**fields: Any) -> Workload:
    """Its workload as `events`."""
    return make(**fields).workload("events", "shop", Path("/made-up"), told)


def test_each_side_is_told_the_address_that_works_there() -> None:
    """Services get the broker's name, the host the published port; the controller is reached by nobody else."""
    env = work().environment
    assert (
        text("INTERNAL://events:9092,HOST://127.0.0.1:", PublishedPort("events")) == env["KAFKA_ADVERTISED_LISTENERS"]
    )
    assert "INTERNAL://0.0.0.0:9092,HOST://0.0.0.0:19092,CONTROLLER://127.0.0.1:9093" == str(env["KAFKA_LISTENERS"])
    assert (19092, 9092) == (work().port, work().inner_port)


def test_brokers_inside_and_outside() -> None:
    """`brokers` is the address, wherever one stands."""
    assert text("events:9092") == make().settings("events", "shop", Address("events", text("9092")))["brokers"]


def test_topics_are_handed_on() -> None:
    """Name and partitions."""
    assert Topics({"orders": 3, "a.b": 1}) == work(topics={"orders": 3, "a.b": 1}).topics


def test_a_broker_alone_keeps_one_copy() -> None:
    """Nothing waits for a second broker, and few internal partitions start quickly."""
    env = {key: str(value) for key, value in work().environment.items()}
    assert "1" == env["KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR"]
    assert "1" == env["KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS"]
    assert "1" == env["KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS"]
    assert "0" == env["KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS"]


def test_config_wins_over_defaults_but_not_over_listeners() -> None:
    """What the stack file sets reaches the broker under the image's names."""
    env = work(config={"auto.create.topics.enable": False, "min.insync.replicas": 1, "num.partitions": 4}).environment
    assert "false" == str(env["KAFKA_AUTO_CREATE_TOPICS_ENABLE"])
    assert "4" == str(env["KAFKA_NUM_PARTITIONS"])
    assert ["listeners"] == [c.at[1] for c in make(config={"listeners": "x"}).complaints("e", "s")]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("log.retention.ms", "KAFKA_LOG_RETENTION_MS"),
        ("a_b.c", "KAFKA_A__B_C"),
        ("a-b.c", "KAFKA_A___B_C"),
    ],
)
def test_names_of_settings_become_variables(key: str, name: str) -> None:
    """As the official image reads them back: _ is a dot, __ a _, ___ a -."""
    assert name == variable(key)


def test_the_heap_is_small_and_can_be_set() -> None:
    """384 MiB unless said otherwise."""
    assert "-Xmx393216k" == str(work().environment["KAFKA_HEAP_OPTS"])
    assert "-Xmx1048576k" == str(work(heap="1g").environment["KAFKA_HEAP_OPTS"])


def test_the_log_is_below_the_volumes_root() -> None:
    """A root may hold lost+found, which a broker takes for a broken topic."""
    assert "/var/lib/kafka/data" == work().mounts[0].path
    assert "/var/lib/kafka/data/logs" == str(work().environment["KAFKA_LOG_DIRS"])


def test_what_its_topics_are_filled_from() -> None:
    """By name; without one a broker begins empty."""
    assert (None, "messages") == (work().data, work(data="messages").data)
    assert work().derived is None
