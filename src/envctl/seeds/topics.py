"""Creates Kafka topics."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any

from envctl.errors import EnvctlError, Exit

_PATIENCE = 30.0  # seconds for the broker's answer


def create_topics(brokers: str, partitions: Mapping[str, int]) -> None:
    """Create the topics that are missing and widen those with too few partitions, through the broker's own protocol.

    `brokers` is `host:port`. Raises EnvctlError when the broker refuses; topics are never narrowed or removed.
    """
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic  # type: ignore[attr-defined]  # exported, but not by its stubs

    client = AdminClient({"bootstrap.servers": brokers, "socket.timeout.ms": 10_000}, logger=_silent())
    try:
        there = client.list_topics(timeout=_PATIENCE).topics
        missing = [NewTopic(name, count, 1) for name, count in partitions.items() if name not in there]
        wider = [
            NewPartitions(name, count)
            for name, count in partitions.items()
            if name in there and len(there[name].partitions) < count
        ]
        pending: dict[str, Future[Any]] = {}
        if missing:
            pending |= client.create_topics(missing, operation_timeout=_PATIENCE)
        if wider:
            pending |= client.create_partitions(wider, operation_timeout=_PATIENCE)
        for future in pending.values():
            future.result(_PATIENCE)
    except (KafkaException, TimeoutError) as error:
        raise EnvctlError(
            Exit.UNHEALTHY,
            f"the broker at {brokers} did not create the topics: {error}",
            unchanged="Topics that are there were kept.",
            hint="See `envctl logs`, then run `envctl up` again.",
        ) from error


def _silent() -> Any:
    """The client library's own log, which would otherwise go to standard error."""
    import logging

    logger = logging.getLogger("envctl.kafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
