"""Reads and sets the offsets of consumer groups, through the broker's own protocol."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import Any, Protocol

from envctl.offsets import Goal, Group, Member, Partition, Range, Since
from envctl.seeds.kafka.broker import PATIENCE, asking, connect

_JOINED = "UNKNOWN_MEMBER_ID"  # what a broker says to who sets the offsets of a group that has members
_COMING = ("NOT_COORDINATOR", "COORDINATOR_NOT_AVAILABLE", "COORDINATOR_LOAD_IN_PROGRESS")  # it is being started
_MARGIN = 10.0  # seconds
_GLANCE = 0.1  # seconds between two questions then
_UNMOVED = "No offset was changed."
_HINT = "See `envctl status` and `envctl logs`, then run the same command again."


class Joined(Exception):
    """The group has members now, so its offsets were left as they are."""


class Broker(Protocol):
    """A broker and its consumer groups. Every method raises EnvctlError(UNHEALTHY) where it does not answer."""

    def topics(self) -> Mapping[str, int]:
        """How many partitions each topic has."""

    def groups(self) -> Collection[str]:
        """The names of all groups."""

    def group(self, name: str) -> Group:
        """One of them, with its members."""

    def committed(self, group: str) -> Mapping[Partition, int]:
        """The offset that a group has committed in each partition; without those where it has none."""

    def ranges(self, partitions: Iterable[Partition], goal: Goal) -> Mapping[Partition, Range]:
        """The offsets that partitions have, with that of a time if the goal is one."""

    def commit(self, group: str, offsets: Mapping[Partition, int]) -> Mapping[Partition, str]:
        """Set a group's offsets; the partitions where that failed, and why. Raises Joined where it has members."""


class RealBroker:
    """The `Broker` at `host:port`; `patience` is how many seconds it may take for an answer."""

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self._address = address
        self._client = connect(address)
        self._patience = patience
        # The library gives up by itself, and first: it would call back whoever had left it, and a client that is then
        # collected as garbage by its own thread ends the whole process.
        self._backstop = patience + _MARGIN

    def topics(self) -> Mapping[str, int]:
        client = self._client
        with self._reading("tell its topics"):
            found = client.list_topics(timeout=self._patience).topics  # naming one could create it
        return {name: len(topic.partitions) for name, topic in found.items()}

    def groups(self) -> Collection[str]:
        found = self._told("tell its consumer groups", self._groups)
        return [group.group_id for group in found]

    def _groups(self) -> Any:
        from confluent_kafka import KafkaException

        client = self._client
        found = client.list_consumer_groups(request_timeout=self._patience).result(self._backstop)
        for error in found.errors or ():  # half a list would make a group look unknown
            raise error if isinstance(error, KafkaException) else KafkaException(error)
        return found.valid

    def group(self, name: str) -> Group:
        from confluent_kafka import ConsumerGroupState

        found = self._told(f"tell of the consumer group {name}", lambda: self._group(name))
        members = tuple(Member(one.client_id, one.host.removeprefix("/")) for one in found.members)
        still = found.state in (ConsumerGroupState.EMPTY, ConsumerGroupState.DEAD)
        return Group(name, active=bool(members) or not still, members=members)

    def _group(self, name: str) -> Any:
        client = self._client
        return client.describe_consumer_groups([name], request_timeout=self._patience)[name].result(self._backstop)

    def committed(self, group: str) -> Mapping[Partition, int]:
        found = self._told(f"tell the offsets of {group}", lambda: self._committed(group))
        return {Partition(at.topic, at.partition): at.offset for at in found if at.offset >= 0}

    def _committed(self, group: str) -> Any:
        from confluent_kafka import ConsumerGroupTopicPartitions, KafkaException

        client, asked = self._client, [ConsumerGroupTopicPartitions(group)]
        pending = client.list_consumer_group_offsets(asked, request_timeout=self._patience)
        found = pending[group].result(self._backstop).topic_partitions
        for error in (at.error for at in found if at.error):
            raise KafkaException(error)
        return found

    def ranges(self, partitions: Iterable[Partition], goal: Goal) -> Mapping[Partition, Range]:
        from confluent_kafka.admin import OffsetSpec  # type: ignore[attr-defined]  # exported, but not by its stubs

        which: Any = OffsetSpec
        wanted = tuple(partitions)
        with self._reading("tell which messages it has"):
            first, end = self._listed(wanted, which.earliest()), self._listed(wanted, which.latest())
            since = which.for_timestamp(goal.milliseconds) if isinstance(goal, Since) else None
            found = self._listed(wanted, since) if since else {}
        return {one: Range(first[one], end[one], at if (at := found.get(one, -1)) >= 0 else None) for one in wanted}

    def _listed(self, partitions: tuple[Partition, ...], what: Any) -> dict[Partition, int]:
        from confluent_kafka import TopicPartition

        client = self._client
        asked = {TopicPartition(one.topic, one.number): what for one in partitions}
        pending = client.list_offsets(asked, request_timeout=self._patience) if asked else {}
        return {Partition(at.topic, at.partition): each.result(self._backstop).offset for at, each in pending.items()}

    def commit(self, group: str, offsets: Mapping[Partition, int]) -> Mapping[Partition, str]:
        from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition

        client = self._client
        asked = ConsumerGroupTopicPartitions(group, [TopicPartition(p.topic, p.number, o) for p, o in offsets.items()])
        unknown = "Whether its offsets were changed is not known."
        with asking(self._address, f"set the offsets of {group}", unchanged=unknown, hint=_HINT):
            pending = client.alter_consumer_group_offsets([asked], request_timeout=self._patience)
            (answer,) = (each.result(self._backstop) for each in pending.values())
        failed = {Partition(at.topic, at.partition): at.error for at in answer.topic_partitions if at.error}
        if any(error.name() == _JOINED for error in failed.values()):
            raise Joined
        return {one: error.str() for one, error in failed.items()}

    def _told(self, what: str, ask: Callable[[], Any]) -> Any:
        """An answer of the part of the broker that keeps groups, which comes a moment after the rest of it."""
        from confluent_kafka import KafkaException

        until, pause = monotonic() + self._patience, Event()
        with self._reading(what):
            while True:
                try:
                    return ask()
                except KafkaException as error:
                    if error.args[0].name() not in _COMING or monotonic() > until:
                        raise
                pause.wait(_GLANCE)

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        with asking(self._address, what, unchanged=_UNMOVED, hint=_HINT):
            yield
