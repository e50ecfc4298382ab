"""Keys as commands in Redis' own protocol, and what `redis-cli --pipe` says of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_BLOCK = 1 << 20  # bytes
_ANSWERED = re.compile(rb"errors: (\d+), replies: (\d+)")
_KEYS = re.compile(rb"keys: (\d+)")


@dataclass(frozen=True)
class Entry:
    """A key, and the text or the fields of the hash that are kept under it."""

    key: bytes
    value: bytes | Mapping[bytes, bytes]


@dataclass(frozen=True)
class Answer:
    """How many commands failed, how many were answered at all, and how many keys there are then."""

    errors: int
    replies: int
    keys: int


def commands(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A command for each key, in blocks."""
    held = bytearray()
    for entry in entries:
        words = [b"SET" if isinstance(entry.value, bytes) else b"HSET", entry.key]
        if isinstance(entry.value, bytes):
            words.append(entry.value)
        else:
            words += (word for field in entry.value.items() for word in field)
        held += b"*%d\r\n" % len(words)
        for word in words:
            held += b"$%d\r\n%b\r\n" % (len(word), word)
        if len(held) >= _BLOCK:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def read_answer(output: bytes) -> Answer | None:
    """What was printed at the end; None where that is not all there."""
    answered, keys = _ANSWERED.search(output), _KEYS.search(output)
    return Answer(int(answered[1]), int(answered[2]), int(keys[1])) if answered and keys else None
