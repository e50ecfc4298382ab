"""Two Kafka brokers: a real one and the one made of values. Tests write and read on both in the same words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex
from typing import Any

from envctl.offsets import Group, Member, Partition
from envctl.seeds.kafka.offsets import Broker, RealBroker
from envctl.seeds.kafka.topics import create_topics
from tests.fakes.broker import FakeBroker

PATIENCE = 30.0  # seconds
CLIENT = "reader-1"


class Room(ABC):
    """A broker with a topic and a group that are this test's alone."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.topic = f"t{token_hex(4)}"
        self.name = f"g{token_hex(4)}"

    def partition(self, number: int = 0) -> Partition:
        """One of the topic's."""
        return Partition(self.topic, number)

    @abstractmethod
    def make(self, partitions: int) -> None:
        """Make the topic."""

    @abstractmethod
    def write(self, number: int, *moments: int) -> None:
        """Write a message into a partition for each moment, in milliseconds since the epoch."""

    @abstractmethod
    def remove(self, number: int, before: int) -> None:
        """Remove the messages before an offset."""

    @abstractmethod
    def reading(self) -> Any:
        """While this context lasts somebody reads the topic as the group; all of it is committed in the end."""


class FakeRoom(Room):
    """On the broker made of values."""

    def __init__(self) -> None:
        self.fake = FakeBroker()
        super().__init__(self.fake)

    def make(self, partitions: int) -> None:
        self.fake.messages |= {self.partition(n): [] for n in range(partitions)}

    def write(self, number: int, *moments: int) -> None:
        self.fake.messages[self.partition(number)] += moments

    def remove(self, number: int, before: int) -> None:
        self.fake.removed[self.partition(number)] = before

    @contextmanager
    def reading(self) -> Iterator[None]:
        self.fake.joined[self.name] = Group(self.name, active=True, members=(Member(CLIENT, "127.0.0.1"),))
        yield
        del self.fake.joined[self.name]
        self.fake.offsets[self.name] = {p: len(written) for p, written in self.fake.messages.items() if written}


class RealRoom(Room):
    """On a real broker, with a consumer of one of Kafka's two protocols of groups."""

    def __init__(self, address: str, protocol: str) -> None:
        self.address, self.protocol = address, protocol
        super().__init__(RealBroker(address))

    def make(self, partitions: int) -> None:
        create_topics(self.address, {self.topic: partitions})

    def write(self, number: int, *moments: int) -> None:
        from confluent_kafka import Producer

        producer = Producer({"bootstrap.servers": self.address, "acks": "all"})
        for moment in moments:
            producer.produce(self.topic, b"something", partition=number, timestamp=moment)
        assert 0 == producer.flush(PATIENCE)

    def remove(self, number: int, before: int) -> None:
        from confluent_kafka import TopicPartition
        from confluent_kafka.admin import AdminClient

        client = AdminClient({"bootstrap.servers": self.address})
        for future in client.delete_records([TopicPartition(self.topic, number, before)]).values():
            future.result(PATIENCE)

    @contextmanager
    def reading(self) -> Iterator[None]:
        from confluent_kafka import Consumer

        consumer = Consumer({
            "bootstrap.servers": self.address, "group.id": self.name, "client.id": CLIENT,
            "group.protocol": self.protocol, "auto.offset.reset": "earliest", "enable.auto.commit": False,
        })  # fmt: skip
        try:
            consumer.subscribe([self.topic])
            assert 1 == len(consumer.consume(1, PATIENCE)), "nobody was given the topic"
            yield
            while consumer.consume(100, 0.5):
                pass
            consumer.commit(asynchronous=False)
        finally:
            consumer.close()
