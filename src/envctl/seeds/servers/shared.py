"""A server elsewhere as the text of a plain dump: one snapshot of it, which several sessions read at once.

pg_dump writes the schema and the rows of small tables. The rows of large ones are read in parts by sessions of psql,
and stand behind those; what comes out does not depend on how many there are. The first session holds the snapshot, and
a lock on each table, for as long as anybody reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import count, islice
from secrets import token_hex
from typing import Protocol

from envctl.errors import EnvctlError
from envctl.seeds.servers import live
from envctl.seeds.servers.parts import (
    END,
    EXPORT,
    LOCK,
    Large,
    Limits,
    Listing,
    joins,
    lists,
    read_listing,
    read_snapshot,
)
from envctl.seeds.servers.talks import PSQL, Ahead, Ended, Talk
from envctl.seeds.servers.url import Url
from envctl.world.pipes import Reading, Words
from envctl.world.shell import Finished

_DUMP = ("--format=plain", "--encoding=UTF8")
_WRONG_STATEMENT = 3  # status of psql
_MARK = 16  # bytes by chance between two sections
_ALIVE = "60"  # seconds until a session that says nothing is asked whether it is there


class Programs(Protocol):
    """Runs a shell script with arguments where the server can be reached. It reads the password from its input."""

    def __call__(self, script: str, *words: str, stdin: Iterable[bytes]) -> AbstractContextManager[Reading]:
        """Run it, and read what it prints while it does."""


@dataclass(frozen=True)
class Elsewhere:
    """A server, and how it is read: `major` is the programs' version, `failed` makes an error of how one ended."""

    programs: Programs
    url: Url
    major: int
    failed: Callable[[Finished], EnvctlError]
    limits: Limits = field(default_factory=Limits)

    @contextmanager
    def talk(self) -> Iterator[Talk]:
        """A session of psql."""
        said = Words(self.url.line)
        with self.programs(live.TALK, "psql", _lasting(self.url), *PSQL, stdin=said) as reading:
            talk = Talk(reading, said)
            try:
                yield talk
            finally:
                talk.end()

    def dump(self, *more: str) -> AbstractContextManager[Reading]:
        """pg_dump."""
        words = live.dump(self.url, self.major, *_DUMP, *more)
        return self.programs(live.DUMP, "pg_dump", *words, stdin=[self.url.line])

    def text(self, reading: Reading) -> Iterator[bytes]:
        """What a program prints. Raises EnvctlError where it fails."""
        yield from reading
        status, said = reading.ended()
        if status:
            raise self.failed(Finished(status, stderr=said))


@dataclass
class Shared:
    """Such a text: what comes before the rows, and after them. Without a `snapshot` pg_dump alone reads all of it."""

    elsewhere: Elsewhere
    before: bytes
    after: bytes
    snapshot: str | None = None
    listing: Listing = field(default_factory=Listing)
    done: Callable[[], None] = lambda: None  # to be called once it is not read again: whoever waits for a lock goes on
    _read: float = 0.0  # bytes, as they lie on the server's disk

    @property
    def schema(self) -> bytes:
        """All of it but the rows."""
        return self.before + self.after

    def share(self) -> float | None:
        """How much was read of it, from 0 to 1; None where nobody knows."""
        return min(1.0, self._read / self.listing.size) if self.listing.size else None

    @contextmanager
    def text(self) -> Iterator[Iterator[bytes]]:
        """All of it, the same each time. Raises EnvctlError."""
        with ExitStack() as stack:
            yield self._whole(stack)

    def _whole(self, stack: ExitStack) -> Iterator[bytes]:
        elsewhere, snapshot = self.elsewhere, self.snapshot
        if snapshot is None:
            yield from elsewhere.text(stack.enter_context(elsewhere.dump()))
            return
        self._read = 0.0
        yield self.before
        without = (table.excluding for table in self.listing.large)
        small = elsewhere.text(
            stack.enter_context(elsewhere.dump("--section=data", f"--snapshot={snapshot}", *without))
        )
        yield next(small, b"")  # it has connected: whoever else does may be one too many
        begun = [self._begun(stack, snapshot) for _ in range(self._sessions)]
        for block in small:
            self._count(len(block), self.listing.small)
            yield block
        yield from self._large(begun)
        yield self.after

    @property
    def _sessions(self) -> int:
        most = self.elsewhere.limits.sessions
        return len(list(islice(self.listing.parts(self.elsewhere.limits.part), most)))

    def _begun(self, stack: ExitStack, snapshot: str) -> tuple[Talk, bytes]:
        talk = stack.enter_context(self.elsewhere.talk())
        return talk, talk.say(joins(snapshot))

    def _large(self, begun: Iterable[tuple[Talk, bytes]]) -> Iterator[bytes]:
        """Rows of the large tables, each with what comes before and behind them."""
        limits, listing = self.elsewhere.limits, self.listing
        self._read = listing.small
        crew = _Crew(self._joined(begun), listing, limits.part)
        for table in listing.large:
            yield table.begin
            parts = list(table.parts(limits.part, ranges=listing.ranges))
            whole = self._read + table.size
            for number, _ in enumerate(parts, 1):
                until = whole - table.size * (len(parts) - number) / len(parts)
                for block in self._answers(crew, table):
                    self._count(len(block), until)
                    yield block
                self._read = until
            yield END

    def _answers(self, crew: _Crew, table: Large) -> Iterator[bytes]:
        try:
            yield from crew.answer()
        except Ended as ended:
            error = self.elsewhere.failed(ended.finished)
            error.details = (f"It was reading the rows of {table.schema}.{table.name}.", *error.details)
            raise error from None

    def _joined(self, begun: Iterable[tuple[Talk, bytes]]) -> list[Talk]:
        """Those who see the snapshot: a server may have no room for all. Raises EnvctlError where it has for none."""
        joined, refused = [], None
        for talk, mark in begun:
            try:
                list(talk.answer(mark))
                joined.append(talk)
            except Ended as ended:
                refused = ended
        if refused is not None and not joined:
            raise self.elsewhere.failed(refused.finished)
        return joined

    def _count(self, size: int, most: float) -> None:
        """So many bytes were read, of something that has no more than it has."""
        self._read = max(self._read, min(self._read + size, most))


class _Crew:
    """Sessions that take turns: the first part is of the first, the next of the second."""

    def __init__(self, talks: list[Talk], listing: Listing, part: int) -> None:
        self._ahead: list[Ahead] = [
            talk.read_ahead(islice(listing.parts(part), first, None, len(talks)), part)
            for first, talk in enumerate(talks)
        ]
        self._turns = count()

    def answer(self) -> Iterator[bytes]:
        """The next part. Raises Ended."""
        return self._ahead[next(self._turns) % len(self._ahead)].answer()


@contextmanager
def shared(elsewhere: Elsewhere, tell: Callable[[str], None]) -> Iterator[Shared]:
    """Its text, for as long as it may be read; tells where only one can read it at a time. Raises EnvctlError."""
    with ExitStack() as stack:
        found = _held(elsewhere, stack.enter_context(elsewhere.talk()))
        if found is not None:
            yield found
            return
        stack.close()
        tell("it shares no snapshot with a second session, so that one reads all of it")
        yield Shared(elsewhere, *_sections(elsewhere))


def _held(elsewhere: Elsewhere, talk: Talk) -> Shared | None:
    """Its text as a session sees it; None where no other session can see the same. Raises EnvctlError."""
    try:
        talk.ask(LOCK)
    except Ended as ended:
        raise elsewhere.failed(ended.finished) from None
    try:
        snapshot = read_snapshot(talk.ask(EXPORT))
        listing = read_listing(talk.ask(lists(elsewhere.limits)))
    except Ended as ended:
        if ended.finished.status == _WRONG_STATEMENT:
            return None
        raise elsewhere.failed(ended.finished) from None
    except ValueError:  # in names that are no text
        return None
    if snapshot is not None:
        # What speaks for several servers at once may send another session to one that does not know of it.
        with suppress(EnvctlError):
            return Shared(elsewhere, *_sections(elsewhere, f"--snapshot={snapshot}"), snapshot, listing, talk.commit)
    return None


def _sections(elsewhere: Elsewhere, *more: str) -> tuple[bytes, bytes]:
    """The schema: what comes before rows, and what after them. Raises EnvctlError."""
    mark = token_hex(_MARK)
    words = live.dump(elsewhere.url, elsewhere.major, *_DUMP, *more)
    with elsewhere.programs(live.SECTIONS, mark, "pg_dump", *words, stdin=[elsewhere.url.line]) as reading:
        before, _, after = b"".join(elsewhere.text(reading)).partition(f"{mark}\n".encode())
    return before, after


def _lasting(url: Url) -> str:
    """The option that connects to it, for a session that may say nothing for hours: who is between must not forget."""
    parameters = {"keepalives_idle": _ALIVE, **dict(url.parameters)}
    return replace(url, parameters=tuple(sorted(parameters.items()))).connection()
