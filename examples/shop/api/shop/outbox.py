"""Takes events from the outbox table to Kafka, at least once and in order.

An event is committed with the rows it tells of, so it exists if and only if they do. It is taken out of the table
after the broker has acknowledged it: whoever dies in between sends it again, never forgets it.
"""

from __future__ import annotations

import json
import logging
import threading
from typing import Any

import psycopg
import redis
from confluent_kafka import KafkaError, KafkaException

from shop.orders import now_ms
from shop.wiring import Wiring

log = logging.getLogger("uvicorn.error")


class Relay(threading.Thread):
    """Sends what is in the outbox when woken, and looks by itself now and then."""

    def __init__(self, wiring: Wiring, look_every: float = 2.0) -> None:
        super().__init__(name="outbox", daemon=True)
        self._wiring = wiring
        self._look_every = look_every
        self._woken = threading.Event()
        self._ending = False

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    def end(self) -> None:
        """Finish what is being sent, then stop."""
        self._ending = True
        self._woken.set()
        self.join(timeout=15)

    def run(self) -> None:
        """Send until told to end; what fails stays in the table for the next round."""
        while not self._ending:
            try:
                while self._send_some():
                    pass
            except (psycopg.Error, KafkaException, redis.RedisError) as problem:
                log.warning("outbox: will try again: %s", problem)
            self._woken.wait(self._look_every)
            self._woken.clear()

    def _send_some(self) -> int:
        with self._wiring.db.connection() as connection:
            rows = connection.execute(
                "SELECT id, topic, key, payload FROM outbox ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED"
            ).fetchall()
            if rows:
                self._produce(rows)
                connection.execute("DELETE FROM outbox WHERE id = ANY(%s)", ([row["id"] for row in rows],))
        for row in rows:
            self._wiring.cache.hsetnx(f"order:{row['key']}", "published_ms", str(now_ms()))
        return len(rows)

    def _produce(self, rows: list[dict[str, Any]]) -> None:
        failed: list[KafkaError] = []

        def acknowledged(error: KafkaError | None, _message: object) -> None:
            if error is not None:
                failed.append(error)

        for row in rows:
            value = json.dumps(row["payload"]).encode()
            self._wiring.events.produce(row["topic"], value, key=row["key"], on_delivery=acknowledged)
        waiting = self._wiring.events.flush(15)
        if failed or waiting:
            raise KafkaException(failed[0] if failed else KafkaError(KafkaError._TIMED_OUT))
