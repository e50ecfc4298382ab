"""Indexes and what else comes behind the rows, made by several sessions at the same time.

Each is one psql for all of it, fed with a statement when it has done the one before: it says so by a word by chance.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from queue import SimpleQueue
from secrets import token_hex
from threading import Thread
from typing import TypeAlias

from envctl.seeds.client import Streaming
from envctl.seeds.loading import sorting
from envctl.seeds.loading.afterwards import Stage, Statement
from envctl.seeds.server import LOADING, PSQL, restriction
from envctl.world.pipes import Reading, Words

AT_MOST = 8  # sessions: each may take maintenance_work_mem
_Events: TypeAlias = SimpleQueue["tuple[Session, bool]"]  # who has done a statement, or has ended


class Stopped(Exception):
    """A session gave up: what it printed as errors, and the line of the statement that it was at."""

    def __init__(self, stderr: bytes, line: int) -> None:
        super().__init__("a session gave up")
        self.stderr, self.line = stderr, line


@dataclass(eq=False)
class Session:
    """A psql that runs. `given`: what it has not done yet."""

    reading: Reading
    words: Words
    done: bytes  # the line by which it says that it has done a statement
    given: deque[Statement] = field(default_factory=deque)

    def give(self, statement: Statement) -> None:
        """It is done behind all that it was given before."""
        self.given.append(statement)
        text = sorting.with_little(statement.text) if statement.sorts else statement.text
        self.words.say(b"%s\nSELECT '%s';\n" % (text, self.done))

    def listen(self, events: _Events) -> None:
        """Until it has ended."""
        printed = b""
        for block in self.reading:
            *marks, printed = (printed + block).split(self.done)
            for _ in marks:
                events.put((self, True))
        events.put((self, False))


def build(
    client: Streaming, into: str, stages: list[Stage], say: Callable[[str], None], *, restricted: bool, at_most: int = 0
) -> None:
    """Do all that is behind the rows, each statement in a transaction of its own. Raises Stopped.

    `at_most` sessions at once: as many as there are processors unless it is said.
    """
    if not stages:
        return
    wanted = max(len(stage.beside) for stage in stages)
    limit = at_most or min(max(2, os.cpu_count() or 2), AT_MOST)
    argv = (*PSQL, "--tuples-only", "--no-align", into, *((restriction(),) if restricted else ()), "--file=-")
    events: _Events = SimpleQueue()
    with ExitStack() as stack:
        sessions = [stack.enter_context(_session(client, argv, events)) for _ in range(max(1, min(limit, wanted)))]
        crew = _Crew(sessions, events, say, sum(len(stage.beside) for stage in stages))
        for stage in stages:
            crew.do(stage)


@contextmanager
def _session(client: Streaming, argv: tuple[str, ...], events: _Events) -> Iterator[Session]:
    """One for a while; its statements are broken off where it is left before they are done."""
    words = Words()
    with client.reading(argv, stdin=words, env=LOADING) as reading:
        session = Session(reading, words, token_hex(16).encode())
        Thread(target=session.listen, args=(events,), daemon=True).start()
        try:
            yield session
        finally:
            words.close()


@dataclass
class _Crew:
    sessions: list[Session]
    events: _Events
    say: Callable[[str], None]
    all: int  # indexes and foreign keys
    begun: int = 0

    def do(self, stage: Stage) -> None:
        """All of it."""
        for session in self.sessions:
            for setting in stage.settings:
                session.give(setting)
        self._wait()
        with self._spread(stage.beside):
            self._beside(stage.beside)
        for statement in stage.then:
            self.sessions[0].give(statement)
        self._wait()

    @contextmanager
    def _spread(self, statements: list[Statement]) -> Iterator[None]:
        """Where some of them sort, large tables have helpers for that meanwhile."""
        line = next((statement.line for statement in statements if statement.sorts), 0)
        if line:
            self.sessions[0].give(Statement(sorting.spread(), line))
            self._wait()
        yield
        if line:
            self.sessions[0].give(Statement(sorting.GATHER, line))
            self._wait()

    def _beside(self, statements: list[Statement]) -> None:
        """Statements that may be done in any order."""
        waiting = list(statements)
        while waiting or any(session.given for session in self.sessions):
            self._hand_out(waiting)
            self._hear()

    def _hand_out(self, waiting: list[Statement]) -> None:
        """Give each free session the first that nothing under way stands in the way of."""
        for session in self.sessions:
            if session.given:
                continue
            busy = [statement for other in self.sessions for statement in other.given]
            free = next((one for one in waiting if not any(one.excludes(other) for other in busy)), None)
            if free is None:
                return
            waiting.remove(free)
            session.give(free)
            self.begun += 1
            self.say(f"building indexes and constraints: {self.begun} of {self.all}")

    def _wait(self) -> None:
        while any(session.given for session in self.sessions):
            self._hear()

    def _hear(self) -> None:
        session, fine = self.events.get()
        if not fine:
            session.words.close()
            _status, stderr = session.reading.ended()
            raise Stopped(stderr, session.given[0].line if session.given else 0)
        session.given.popleft()
