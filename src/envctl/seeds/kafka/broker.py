"""How a Kafka broker is reached: through its own protocol, by one client that keeps quiet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from envctl.errors import EnvctlError, Exit

if TYPE_CHECKING:
    from confluent_kafka.admin import AdminClient

PATIENCE = 30.0  # seconds for the broker's answer


def connect(brokers: str) -> AdminClient:
    """A client of the broker at `host:port`. Connects when it is first asked something."""
    from confluent_kafka.admin import AdminClient

    settings: dict[str, str | int | float | bool] = {
        "bootstrap.servers": brokers,
        "socket.timeout.ms": 10_000,
        "reconnect.backoff.max.ms": 200,
    }
    return AdminClient(settings, logger=silent())


@contextmanager
def asking(brokers: str, failure: str, *, unchanged: str, hint: str) -> Iterator[None]:
    """Turns what the client raises into EnvctlError(UNHEALTHY); `failure` is what the broker did not do."""
    from confluent_kafka import KafkaException

    try:
        yield
    except (KafkaException, TimeoutError) as error:
        why = error.args[0].str() if isinstance(error, KafkaException) else "it does not answer"
        raise EnvctlError(
            Exit.UNHEALTHY, f"the broker at {brokers} did not {failure}: {why}", unchanged=unchanged, hint=hint
        ) from error


def silent() -> Any:
    """The client library's own log, which would otherwise go to standard error."""
    import logging

    logger = logging.getLogger("envctl.kafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger
