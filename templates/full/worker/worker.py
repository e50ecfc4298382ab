"""Takes orders from Kafka, marks them as done in Postgres, and counts them in Redis.

At least once: an offset is committed after everything that follows from its message is written, and an order that
comes twice is counted once.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from pathlib import Path

import psycopg
import redis
from confluent_kafka import Consumer, Message

HEARTBEAT = Path("/tmp/heartbeat")  # noqa: S108 - the container's own; health.py looks at it
log = logging.getLogger("worker")


def main() -> None:
    """Work until SIGTERM or SIGINT; finish the order at hand first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    HEARTBEAT.unlink(missing_ok=True)  # a restarted container finds its old one
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    cache = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=5)
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BROKERS"],
            "group.id": "worker",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe(["orders"], on_assign=lambda *_: HEARTBEAT.touch())
    try:
        while not ending.is_set():
            message = consumer.poll(0.5)
            if HEARTBEAT.exists():
                HEARTBEAT.touch()
            if message is None:
                continue
            if message.error():
                log.warning("kafka: %s", message.error())
            elif done(message, cache, ending):
                consumer.commit(message=message, asynchronous=False)
    finally:
        consumer.close()


def done(message: Message, cache: redis.Redis, ending: threading.Event) -> bool:
    """Handle one order, again and again while a store is away; False if we are asked to end before it is done."""
    number = (message.value() or b"").decode("ascii", "replace")
    if not number.isdigit():
        log.error("not an order, passed over: %r", number)
        return True
    while not ending.is_set():
        try:
            handle(int(number), cache)
        except (psycopg.OperationalError, redis.RedisError) as problem:
            log.warning("will try again: %s", problem)
            ending.wait(1)
        else:
            return True
    return False


def handle(number: int, cache: redis.Redis) -> None:
    """Mark an order as done; only the first time counts."""
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
        query = "UPDATE orders SET status = 'done' WHERE id = %s AND status <> 'done' RETURNING item"
        row = connection.execute(query, (number,)).fetchone()
        if row is not None:
            cache.incr("done")
            log.info("order %s done", number)


if __name__ == "__main__":
    main()
