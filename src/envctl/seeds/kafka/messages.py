"""Sends messages to a Kafka broker, and sees that every one of them is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any

from envctl.errors import EnvctlError, Exit
from envctl.offsets import End, Partition
from envctl.seeds.kafka.broker import PATIENCE, silent
from envctl.seeds.kafka.offsets import RealBroker

if TYPE_CHECKING:
    from confluent_kafka import Producer

_UNCHANGED = "Nothing of it was kept."
_WAITING = 100_000  # messages that may be under way
_KILOBYTES = 64 << 10  # of them
_PATIENCE = 120.0  # seconds without an answer
_PAUSE = 0.1  # seconds


@dataclass(frozen=True)
class Message:
    """One of a topic. `sent` is in milliseconds since 1970, None for now."""

    key: bytes | None
    value: bytes | None
    sent: int | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass
class Sender:
    """A producer as Java's are: the same key goes to the same partition, nothing comes twice or out of order."""

    brokers: str
    _acknowledged: int = 0
    _failed: list[str] = field(default_factory=list)

    def send(self, topic: str, partitions: int, messages: Iterable[Message], told: Callable[[int], None]) -> int:
        """Send messages to a topic that is there and empty; how many they were. Raises EnvctlError(DATA_REFUSED) where
        one did not come to be in it. Messages without a key go to one partition after the other.
        """
        from confluent_kafka import KafkaException

        self._acknowledged, sent = 0, 0
        producer = self._producer()
        try:
            for message in messages:
                self._produce(producer, topic, message, sent % partitions)
                sent += 1
                told(sent)
                if self._failed:
                    break
            self._flush(producer)
        except KafkaException as error:  # it is too large, or cannot be sent at all
            self._failed.append(f"message {sent + 1}: {error.args[0].str()}")
        finally:
            producer.purge()
            producer.flush(0)
        if self._failed:
            raise refused(f"the broker does not take the messages of {topic}: {self._failed[0]}")
        there = self._there(topic, partitions)
        if not sent == self._acknowledged == there:
            said = f"{sent} were sent, {self._acknowledged} acknowledged, and {there} are there"
            raise refused(f"the messages of {topic} are not whole: {said}")
        return sent

    def _producer(self) -> Producer:
        from confluent_kafka import Producer

        settings: dict[str, Any] = {
            "bootstrap.servers": self.brokers,
            "partitioner": "murmur2_random",
            "enable.idempotence": True,
            "linger.ms": 20,
            "queue.buffering.max.messages": _WAITING,
            "queue.buffering.max.kbytes": _KILOBYTES,
            "message.timeout.ms": int(_PATIENCE * 1000),
            "reconnect.backoff.max.ms": 200,
        }
        return Producer(settings, logger=silent())

    def _produce(self, producer: Producer, topic: str, message: Message, turn: int) -> None:
        more: dict[str, Any] = {} if message.sent is None else {"timestamp": message.sent}
        if message.key is None:
            more["partition"] = turn
        if message.headers:
            more["headers"] = list(message.headers)
        latest = monotonic() + _PATIENCE
        while True:
            try:
                producer.produce(topic, message.value, message.key, on_delivery=self._heard, **more)
            except BufferError:
                if monotonic() > latest:
                    raise refused("the broker does not take messages any more") from None
                producer.poll(_PAUSE)
            else:
                break
        producer.poll(0)

    def _heard(self, error: Any, _message: Any) -> None:
        if error is None:
            self._acknowledged += 1
        else:
            self._failed.append(error.str())

    def _flush(self, producer: Producer) -> None:
        latest = monotonic() + _PATIENCE
        while producer.flush(PATIENCE) and monotonic() < latest and not self._failed:
            pass

    def _there(self, topic: str, partitions: int) -> int:
        every = [Partition(topic, number) for number in range(partitions)]
        found = RealBroker(self.brokers).ranges(every, End("earliest"))
        return sum(one.end - one.first for one in found.values())


def refused(message: str, hint: str = "Run the same command again.") -> EnvctlError:
    """Messages that did not get in."""
    return EnvctlError(Exit.DATA_REFUSED, message, unchanged=_UNCHANGED, hint=hint)
