"""A session of psql that goes on: it is told a statement after the other, and each time prints an answer.

Where an answer ends is told by a line of 128 bits by chance, drawn anew each time: no row holds it.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from threading import Condition, Thread

from envctl.world.pipes import PATIENCE, Reading, Words
from envctl.world.shell import Finished

_BLOCK = 1 << 20  # bytes that are handed on at once, about
_MARK = 16  # bytes

PSQL = (
    "--no-psqlrc", "--quiet", "--no-password", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1",
    "--set=VERBOSITY=verbose", "--file=-",
)  # fmt: skip


class Ended(Exception):
    """It has ended before an answer did."""

    def __init__(self, finished: Finished) -> None:
        super().__init__(f"status {finished.status}")
        self.finished = finished


class Talk:
    """Such a session; `said` is what its program reads."""

    def __init__(self, reading: Reading, said: Words) -> None:
        self._reading, self._said = reading, said
        self._blocks = iter(reading)
        self._ahead: Ahead | None = None

    def ask(self, text: str) -> bytes:
        """All of an answer. Raises Ended."""
        return b"".join(self.answer(self.say(text)))

    def commit(self) -> None:
        """Let go of what its transaction holds, if it has one still."""
        with suppress(Ended):
            self.ask("COMMIT;")

    def say(self, text: str) -> bytes:
        """Ask, and do not wait for it; what tells the end of the answer."""
        mark = secrets.token_hex(_MARK).encode() + b"\n"
        self._said.say(b"%s\n\\echo %s" % (text.encode(), mark))
        return mark

    def answer(self, mark: bytes) -> Iterator[bytes]:
        """An answer as it comes. Raises Ended."""
        held = bytearray()
        for block in self._blocks:
            held += block
            if held.endswith(mark):
                if len(held) > len(mark):
                    yield bytes(memoryview(held)[: -len(mark)])
                return
            if len(held) >= _BLOCK:
                yield bytes(memoryview(held)[: -len(mark)])
                del held[: -len(mark)]
        raise Ended(self._finished())

    def _finished(self) -> Finished:
        status, stderr = self._reading.ended()
        return Finished(status, stderr=stderr)

    def read_ahead(self, statements: Iterable[str], most: int) -> Ahead:
        """Begin to ask for all of these, while nobody waits for the answers."""
        self._ahead = Ahead(self, statements, most)
        return self._ahead

    def end(self) -> None:
        """Nobody wants to know more."""
        if self._ahead is not None:
            self._ahead.give_up()
        self._said.close()
        self._reading.stop()
        if self._ahead is not None:
            self._ahead.join(PATIENCE)  # it may wait for a server that is silent


class Ahead(Thread):
    """Reads answers of a session; it waits while more than `most` bytes of them were not taken yet."""

    def __init__(self, talk: Talk, statements: Iterable[str], most: int) -> None:
        super().__init__(name="reading ahead", daemon=True)
        self._talk, self._statements, self._most = talk, statements, most
        self._waiting: deque[bytes | Exception | None] = deque()  # None: an answer ends; an exception: all of it does
        self._size = 0
        self._wanted = True
        self._changed = Condition()
        self.start()

    def run(self) -> None:
        """Ask for one after the other."""
        try:
            for statement in self._statements:
                answer = self._talk.answer(self._talk.say(f"{statement};"))
                if not all(map(self._put, chain(answer, [None]))):
                    return
        except Exception as failure:  # answer() raises it for whoever waits
            self._put(failure)

    def _put(self, item: bytes | Exception | None) -> bool:
        """Whether anybody wants more."""
        with self._changed:
            self._changed.wait_for(lambda: self._size < self._most or not self._wanted)
            if self._wanted:
                self._waiting.append(item)
                self._size += len(item) if isinstance(item, bytes) else 0
                self._changed.notify_all()
            return self._wanted

    def answer(self) -> Iterator[bytes]:
        """The answer to the next statement. Raises Ended."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                item = self._waiting.popleft()
                self._size -= len(item) if isinstance(item, bytes) else 0
                self._changed.notify_all()
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item

    def give_up(self) -> None:
        """Nobody takes more."""
        with self._changed:
            self._wanted = False
            self._changed.notify_all()
