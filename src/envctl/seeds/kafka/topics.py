"""Creates Kafka topics."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from envctl.seeds.kafka.broker import PATIENCE, asking, connect

_STARTING = 120.0  # seconds that a broker may take to start


def create_topics(brokers: str, partitions: Mapping[str, int], *, keeping: bool = False) -> None:
    """Create the topics that are missing and widen those with too few partitions, through the broker's own protocol.

    `brokers` is `host:port`; a broker that is starting is asked until it answers. Raises EnvctlError when it refuses;
    topics are never narrowed or removed. What is `keeping` has messages for ever, however old they say they are.
    """
    from confluent_kafka.admin import NewPartitions, NewTopic  # type: ignore[attr-defined]  # exported, but not by its stubs

    client, kept = connect(brokers), "Topics that are there were kept."
    with asking(brokers, "create the topics", unchanged=kept, hint="See `envctl logs`, then run `envctl up` again."):
        there = client.list_topics(timeout=_STARTING).topics
        config = {"retention.ms": "-1"} if keeping else {}
        missing = [NewTopic(name, count, 1, config=config) for name, count in partitions.items() if name not in there]
        wider = [
            NewPartitions(name, count)
            for name, count in partitions.items()
            if name in there and len(there[name].partitions) < count
        ]
        pending: dict[str, Future[Any]] = {}
        if missing:
            pending |= client.create_topics(missing, operation_timeout=PATIENCE)
        if wider:
            pending |= client.create_partitions(wider, operation_timeout=PATIENCE)
        for future in pending.values():
            future.result(PATIENCE)
