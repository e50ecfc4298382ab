"""Takes jobs from Kafka and keeps their results.

At least once: an offset is committed after the result is kept, and a job that comes twice finds its result there.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from pathlib import Path

import psycopg
from confluent_kafka import Consumer, Message

HEARTBEAT = Path("/tmp/heartbeat")  # noqa: S108 - the container's own; health.py looks at it
log = logging.getLogger("worker")


def main() -> None:
    """Work until SIGTERM or SIGINT; finish the job at hand first."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    HEARTBEAT.unlink(missing_ok=True)  # a restarted container finds its old one
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BROKERS"],
            "group.id": "worker",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
        }
    )
    consumer.subscribe(["jobs"], on_assign=lambda *_: HEARTBEAT.touch())
    try:
        while not ending.is_set():
            message = consumer.poll(0.5)
            if HEARTBEAT.exists():
                HEARTBEAT.touch()
            if message is None:
                continue
            if message.error():
                log.warning("kafka: %s", message.error())
            elif done(message, ending):
                consumer.commit(message=message, asynchronous=False)
    finally:
        consumer.close()


def done(message: Message, ending: threading.Event) -> bool:
    """Do one job, again and again while the database is away; False if we are asked to end before it is done."""
    job = (message.value() or b"").decode("utf-8", "replace").replace("\0", "")
    while not ending.is_set():
        try:
            keep(job, work(job))
        except psycopg.OperationalError as problem:
            log.warning("will try again: %s", problem)
            ending.wait(1)
        else:
            log.info("done: %s", job)
            return True
    return False


def work(job: str) -> str:
    """What is to be done with a job. Yours goes here."""
    return job.upper()


def keep(job: str, result: str) -> None:
    """Write a result down, once."""
    with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as connection:
        connection.execute(
            "INSERT INTO results (job, result) VALUES (%s, %s) ON CONFLICT (job) DO NOTHING", (job, result)
        )


if __name__ == "__main__":
    main()
