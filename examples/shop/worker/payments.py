"""Finds the payments event of one order: `python payments.py REF`. Reads from outside the worker's group."""

from __future__ import annotations

import json
import os
import sys
import time

from confluent_kafka import Consumer, TopicPartition


def find(ref: str, seconds: float = 10) -> dict[str, object] | None:
    """The newest event with this key and where it lies, looking from the beginning of the topic to its end now."""
    consumer = Consumer(
        {"bootstrap.servers": os.environ["KAFKA_BROKERS"], "group.id": "onlooker", "enable.auto.commit": False}
    )
    place = TopicPartition("payments", 0)
    first, end = consumer.get_watermark_offsets(place, timeout=seconds)
    found, read, until = None, first, time.monotonic() + seconds
    consumer.assign([TopicPartition("payments", 0, first)])
    while read < end and time.monotonic() < until:
        message = consumer.poll(0.5)
        if message is None or message.error():
            continue
        offset = message.offset() or 0
        read = offset + 1
        if message.key() == ref.encode():
            found = {"offset": offset, **json.loads(message.value() or b"{}")}
    consumer.close()
    return found


if __name__ == "__main__":
    event = find(sys.argv[1])
    print(json.dumps(event))
    sys.exit(0 if event else "no such event")
