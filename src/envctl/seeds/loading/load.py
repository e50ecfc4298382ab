"""What filling a database consists of, wherever the rows come from.

A schema is tried on a database that is there for a moment, rows get into one beside the real one, in one transaction,
and what is there in the end is compared with what should be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.seeds import swap
from envctl.seeds.ahead import ahead
from envctl.seeds.catalogue import catalogue
from envctl.seeds.client import Client, Streaming
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.failures import read_failure
from envctl.seeds.loading.aside import Chunk, Past
from envctl.seeds.loading.tally import Tally
from envctl.seeds.refusal import KEPT, not_loaded
from envctl.seeds.server import ENV, LOADING, PSQL, Server, connection, restriction
from envctl.workload import Database
from envctl.world.parallel import apart
from envctl.world.shell import Finished

# As psql has it: what the query prints is run. One is made before those that read it.
_REFRESH = b"""SELECT pg_catalog.format('REFRESH MATERIALIZED VIEW %I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND NOT c.relispopulated ORDER BY c.oid \\gexec
"""


@contextmanager
def for_a_moment(client: Client, database: Database) -> Iterator[str]:
    """A database beside the real one, for its schema: the option that connects to it. Raises EnvctlError."""
    try:
        yield connection(swap.trial(client, database), database.user)
    finally:
        swap.end_trial(client, database)


@contextmanager
def loading(client: Streaming, server: Server, into: str) -> Iterator[Callable[[Iterable[Chunk]], Finished]]:
    """What has psql do all that a text says, in one transaction. What reading the text raises is raised."""
    guard = (restriction(),) if server.restricts else ()
    argv = (*PSQL, "--single-transaction", "--output=/dev/null", into, *guard, "--file=-")
    with ahead(client, argv, LOADING) as tell:

        def load(parts: Iterable[Chunk]) -> Finished:
            if client.fifos is None:
                return tell(part.text for part in parts)
            past = Past(client.fifos.one)
            finished = tell(past.passed(parts))
            return replace(finished, stderr=past.placed(finished.stderr))

        yield load


def refresh(client: Client, into: str, name: str) -> None:
    """Fill the materialized views that nobody has filled. Raises EnvctlError."""
    finished = client.run((*PSQL, into, "--output=/dev/null", "--file=-"), stdin=(_REFRESH,), env=LOADING)
    if finished.status:
        raise failed(f"a materialized view of {name}", "could not be filled", finished.stderr)


@contextmanager
def looking(client: Streaming, into: str) -> Iterator[Callable[[], Catalogue]]:
    """What asks what a database consists of, once that is so. Raises EnvctlError."""
    with ahead(client, (*PSQL, into, *catalogue.WORDS, "--file=-"), ENV) as tell:

        def look() -> Catalogue:
            finished = tell([f"{question};\n".encode() for question in catalogue.questions()])
            if finished.status:
                raise failed("its catalogue", "could not be read", finished.stderr)
            return catalogue.read(finished.stdout)

        yield look


def seen(client: Streaming, into: str) -> Catalogue:
    """What a database consists of, as its server says. Raises EnvctlError."""
    with looking(client, into) as look:
        return look()


@contextmanager
def comparing(before: Catalogue, client: Streaming, into: str, name: str) -> Iterator[Callable[[Tally], None]]:
    """What compares it, once all is there: exit 0 is no proof. Raises EnvctlError that names what is not as it was."""
    argv = (*PSQL, into, "--tuples-only", "--no-align", "--file=-")
    with looking(client, into) as look, ahead(client, argv, ENV) as count:

        def compare(tally: Tally) -> None:
            counting = apart(lambda: count([tally.question(before)]))
            wrong = [*catalogue.differences(before, look())]
            counted = counting.result()
            wrong += tally.differences(before, b"" if counted.status else counted.stdout)
            if wrong:
                raise EnvctlError(
                    Exit.DATA_REFUSED,
                    f"{name} is not whole once it is loaded: {wrong[0]}",
                    details=tuple(wrong[1:20]),
                    unchanged=KEPT,
                )

        yield compare


def failed(what: str, how: str, stderr: bytes, plain: Plain | None = None, line: int = 0) -> EnvctlError:
    """What psql gave up at, without a value; `line` is that of the text, where psql does not know it."""
    failure = read_failure(stderr)
    where = f"line {line}" if line else failure.where
    said = f"{what} {how} at {where}" if where else f"{what} {how}"
    source, server = (plain.made_from, plain.server.version) if plain else (None, "")
    return not_loaded(said, failure, source=source, server=server)
