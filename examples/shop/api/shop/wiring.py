"""The connections everything shares: Postgres, Redis and Kafka, opened once and closed at the end."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import redis
import redis.asyncio
from confluent_kafka import Producer
from psycopg import Connection
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

Row = dict[str, Any]
Pool = ConnectionPool[Connection[Row]]


@dataclass(frozen=True)
class Wiring:
    """What the API is connected to."""

    db: Pool
    cache: redis.Redis
    listener: redis.asyncio.Redis
    events: Producer


def connect() -> Wiring:
    """Open the connections that the environment's variables name."""
    db: Pool = ConnectionPool(
        os.environ["DATABASE_URL"], min_size=1, max_size=8, timeout=5, kwargs={"row_factory": dict_row}, open=True
    )
    url = os.environ["REDIS_URL"]
    return Wiring(
        db=db,
        cache=redis.Redis.from_url(url, decode_responses=True, socket_timeout=3, socket_connect_timeout=3),
        listener=redis.asyncio.Redis.from_url(url, decode_responses=True),
        events=Producer(_settings()),
    )


def _settings() -> dict[str, str | int | bool]:
    return {
        "bootstrap.servers": os.environ["KAFKA_BROKERS"],
        "enable.idempotence": True,
        "linger.ms": 0,
        "message.timeout.ms": 10_000,
        "reconnect.backoff.ms": 500,
    }


def check(wiring: Wiring) -> dict[str, str]:
    """Ask each of the three whether it answers: what they said, by name."""
    probes = {
        "postgres": lambda: _ask_postgres(wiring.db),
        "redis": wiring.cache.ping,
        "kafka": lambda: wiring.events.list_topics("orders", timeout=2),
    }
    said = {}
    for name, probe in probes.items():
        try:
            probe()
            said[name] = "ok"
        except Exception as problem:  # whatever is wrong with it, it is not ready
            said[name] = f"{type(problem).__name__}: {problem}"
    return said


def _ask_postgres(db: Pool) -> None:
    with db.connection(timeout=2) as connection:
        connection.execute("SELECT 1")
