"""Takes orders from Kafka, captures their payment, and writes the outcome back.

At least once: an offset is committed after everything that follows from its message is written. Whatever comes twice
finds the order already decided and changes nothing.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import redis
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer
from decide import Outcome, decide
from psycopg.rows import dict_row

HEARTBEAT = Path("/tmp/heartbeat")  # noqa: S108 - the container's own, nobody else is in it
log = logging.getLogger("worker")


@dataclass(frozen=True)
class Wiring:
    """What the worker is connected to."""

    db: psycopg.Connection[dict[str, Any]]
    cache: redis.Redis
    events: Producer


def main() -> None:
    """Work until SIGTERM or SIGINT; finish the order at hand first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    HEARTBEAT.unlink(missing_ok=True)  # a restarted container finds its old one
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    brokers = os.environ["KAFKA_BROKERS"]
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": "worker",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 100,
            "reconnect.backoff.ms": 500,  # the log need not say twenty times a second that the broker is away
        }
    )
    producer = Producer(
        {"bootstrap.servers": brokers, "enable.idempotence": True, "linger.ms": 0, "reconnect.backoff.ms": 500}
    )
    try:
        work(consumer, producer, ending)
    finally:
        consumer.close()
        log.info("stopped")


def work(consumer: Consumer, producer: Producer, ending: threading.Event) -> None:
    """Handle one message after the other; one that cannot be handled now is tried again, never skipped."""
    consumer.subscribe(["orders"], on_assign=lambda _, parts: beat(f"ready, {len(parts)} partitions"))
    wiring: Wiring | None = None
    while not ending.is_set():
        message = consumer.poll(0.5)
        if HEARTBEAT.exists():
            beat()
        if message is None:
            continue
        if message.error():
            log.warning("kafka: %s", message.error())
            continue
        while not ending.is_set():
            try:
                wiring = wiring or connect(producer)
                handle(wiring, message)
                consumer.commit(message=message, asynchronous=False)
                break
            except (psycopg.Error, redis.RedisError, KafkaException) as problem:
                log.warning("will try again: %s", problem)
                wiring = None
                ending.wait(1)


def connect(producer: Producer) -> Wiring:
    """Open the connections that the environment's variables name."""
    db = psycopg.connect(os.environ["DATABASE_URL"], row_factory=dict_row, autocommit=True, connect_timeout=5)
    cache = redis.Redis.from_url(os.environ["REDIS_URL"], socket_timeout=5)
    return Wiring(db, cache, producer)


def handle(wiring: Wiring, message: Message) -> None:
    """Decide one order and tell everybody: Postgres first, then Kafka, then Redis and with it the page."""
    consumed = now_ms()
    try:
        event = json.loads(message.value() or b"")
        ref = str(UUID(event["ref"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        log.error("not an order, passed over: partition %s offset %s", message.partition(), message.offset())
        return
    outcome = write(wiring.db, ref)
    if outcome is None:
        log.error("order %s is not in the database, passed over", ref)
        return
    publish(wiring.events, ref, outcome)
    key = f"order:{ref}"
    news = {
        "status": outcome.status,
        "published_ms": str(message.timestamp()[1]),
        "consumed_ms": str(consumed),
        "decided_ms": str(now_ms()),
    }
    with wiring.cache.pipeline() as pipe:
        pipe.hset(key, mapping=news)
        pipe.expire(key, 24 * 3600)
        if outcome.restocked:
            pipe.incr("catalogue:version")
        pipe.publish(key, outcome.status)
        pipe.execute()
    log.info("order %s %s", ref, outcome.status)


def write(db: psycopg.Connection[dict[str, Any]], ref: str) -> Outcome | None:
    """Capture or decline the payment and write the order's status; an order already decided stays as it is."""
    with db.transaction():
        row = db.execute(
            "SELECT orders.id, status::text, token, amount_cents FROM orders"
            " JOIN payments ON payments.order_id = orders.id WHERE ref = %s FOR UPDATE",
            (ref,),
        ).fetchone()
        if row is None:
            return None
        outcome = decide(row["status"], row["token"], row["amount_cents"])
        if outcome.repeated:
            return outcome
        if outcome.status == "confirmed":
            db.execute("UPDATE payments SET state = 'captured', captured_at = now() WHERE order_id = %s", (row["id"],))
            db.execute("UPDATE orders SET status = 'confirmed', confirmed_at = now() WHERE id = %s", (row["id"],))
        else:
            db.execute("UPDATE payments SET state = 'declined' WHERE order_id = %s", (row["id"],))
            db.execute("UPDATE orders SET status = 'rejected' WHERE id = %s", (row["id"],))
            db.execute(
                "UPDATE products SET stock = stock + quantity FROM order_lines"
                " WHERE product_id = products.id AND order_id = %s",
                (row["id"],),
            )
        return outcome


def publish(events: Producer, ref: str, outcome: Outcome) -> None:
    """Say on `payments` what became of the payment, and wait until the broker has it."""
    failed: list[KafkaError] = []
    value = json.dumps({"ref": ref, "amount_cents": outcome.amount_cents, "status": outcome.status})
    events.produce(
        "payments", value, key=ref, on_delivery=lambda error, _: failed.append(error) if error is not None else None
    )
    if events.flush(10) or failed:
        raise KafkaException(failed[0] if failed else KafkaError(KafkaError._TIMED_OUT))


def beat(first: str = "") -> None:
    """Alive; health.py looks at how long ago this was."""
    HEARTBEAT.touch()
    if first:
        log.info(first)


def now_ms() -> int:
    """The time, in milliseconds."""
    return time.time_ns() // 1_000_000


if __name__ == "__main__":
    main()
