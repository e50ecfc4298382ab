"""The story of filling a database with masked rows: no raw value reaches the server that is filled.

The schema alone comes first, into a database that is thrown away again. What the server then says of it is what the
rules are checked against, before the first row, and what the result has to be the same as.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain

from envctl.catalogue import Catalogue
from envctl.errors import EnvctlError, Exit
from envctl.masking.copying import BrokenRows
from envctl.masking.table import MaskFailed
from envctl.seeds import swap
from envctl.seeds.client import Client, Streaming
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.dumps.skeleton import schema_only
from envctl.seeds.failures import read_failure
from envctl.seeds.masked import catalogue
from envctl.seeds.masked.afterwards import WORTH, Afterwards
from envctl.seeds.masked.builders import Stopped, build
from envctl.seeds.masked.tally import Tally
from envctl.seeds.masked.text import Masks, Text, Told, Unmasked, unheard
from envctl.seeds.refusal import AGAIN, KEPT, not_loaded
from envctl.seeds.server import ENV, LOADING, PSQL, beside, connection, identifier, restriction, tell
from envctl.seeds.swap import Filled
from envctl.workload import Database

# As psql has it: what the query prints is run. One is made before those that read it.
_REFRESH = b"""SELECT pg_catalog.format('REFRESH MATERIALIZED VIEW %I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm' AND NOT c.relispopulated ORDER BY c.oid \\gexec
"""
Plans = Callable[[Catalogue], Masks]  # raises EnvctlError where something of it is not to be masked


@dataclass(frozen=True)
class Loaded:
    """What got in: rows by the full name of their table. `schema` is the text that says what the data consists of."""

    catalogue: Catalogue
    rows: Mapping[str, int]
    schema: bytes


def fill(
    client: Streaming,
    plain: Plain,
    database: Database,
    filled: Filled,
    plans: Plans,
    *,
    large_objects: bool,
    told: Told = unheard,
    say: Callable[[str], None] = lambda _what: None,
    worth: int = WORTH,
) -> Loaded:
    """Fill a database, in place of whatever it holds: all of it, masked, or it stays as it was. Raises EnvctlError.

    Behind `worth` bytes of text indexes are built by several sessions.
    """
    schema: list[bytes] = []
    source = declared(client, plain, database, schema)
    after = Afterwards({table.full for table in source.tables if table.partitioned}, worth)
    text = Text(plans(source), large_objects, freezes=True, told=told, after=after)
    incoming = connection(swap.begin(client, database, plain.server), database.user)
    try:
        with plain.text() as blocks:
            _load(client, plain, incoming, text.masked(blocks), filled.data)
        plain.done()
        _build(client, plain, incoming, after, filled.data, say)
        if "materialized view" in source.objects:
            _refresh(client, incoming, filled.data)
        _compare(source, Tally(text.rows, text.sequences), client, incoming, filled.data)
        swap.finish(client, database, filled)
    except BaseException:
        with suppress(Exception):  # what stopped us is what counts, and the next run sweeps too
            swap.sweep(client, database)
        raise
    return Loaded(source, text.rows, b"".join(schema))


def declared(client: Client, plain: Plain, database: Database, schema: list[bytes] | None = None) -> Catalogue:
    """What the source consists of, by a database that is made of its schema for a moment. Raises EnvctlError.

    The text of the schema is added to `schema`.
    """
    name = beside(database.name, "schema")
    drop = f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)"
    create = f"CREATE DATABASE {identifier(name)} TEMPLATE template0"
    tell(client, database, drop, create, doing="a database for the schema could not be made")
    try:
        into = connection(name, database.user)
        try:
            blocks = list(schema_only(plain.schema()))
        except BrokenText as broken:
            raise _refused(database.data or "", broken.message, broken.line, broken.hint or AGAIN) from None
        if schema is not None:
            schema += blocks
        _load(client, plain, into, blocks, database.data or "")
        return _seen(client, into)
    finally:
        with suppress(EnvctlError):
            tell(client, database, drop, doing="the database for the schema could not be dropped")


def _load(client: Client, plain: Plain, into: str, blocks: Iterable[bytes], name: str) -> None:
    guard = (restriction(),) if plain.server.restricts else ()
    argv = (*PSQL, "--single-transaction", "--output=/dev/null", into, *guard, "--file=-")
    with refusing(name):
        finished = client.run(argv, stdin=chain(plain.first, blocks), env=LOADING)
    if finished.status:
        raise failed(name, "could not be loaded", finished.stderr, plain)


@contextmanager
def refusing(name: str) -> Iterator[None]:
    """What is wrong with a text is wrong with that data. Raises EnvctlError."""
    try:
        yield
    except Unmasked as unmasked:
        raise _refused(name, unmasked.message, unmasked.line, unmasked.hint) from None
    except BrokenText as broken:
        raise _refused(name, broken.message, broken.line, broken.hint or AGAIN) from None
    except (MaskFailed, BrokenRows) as broken:
        raise _refused(name, f"has rows that cannot be masked: {broken}", 0, AGAIN) from None


def _build(
    client: Streaming, plain: Plain, into: str, after: Afterwards, name: str, say: Callable[[str], None]
) -> None:
    """What is behind the rows; they are committed."""
    try:
        build(client, into, after.stages(), say, restricted=plain.server.restricts)
    except Stopped as stopped:
        raise failed(name, "could not be loaded", stopped.stderr, plain, stopped.line) from None


def _refresh(client: Client, into: str, name: str) -> None:
    """Fill the materialized views that the text does not, since nobody had filled them where it comes from."""
    finished = client.run((*PSQL, into, "--output=/dev/null", "--file=-"), stdin=(_REFRESH,), env=LOADING)
    if finished.status:
        raise failed(f"a materialized view of {name}", "could not be filled", finished.stderr)


def _seen(client: Client, into: str) -> Catalogue:
    finished = client.run((*PSQL, into, *catalogue.ask()), env=ENV)
    if finished.status:
        raise failed("its catalogue", "could not be read", finished.stderr)
    return catalogue.read(finished.stdout)


def _compare(before: Catalogue, tally: Tally, client: Client, into: str, name: str) -> None:
    """Exit 0 is no proof: what is there must be what the source has. Raises EnvctlError that names what is not."""
    wrong = [*catalogue.differences(before, _seen(client, into))]
    counted = client.run(
        (*PSQL, into, "--tuples-only", "--no-align", "--file=-"), stdin=[tally.question(before)], env=ENV
    )
    wrong += tally.differences(before, b"" if counted.status else counted.stdout)
    if wrong:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{name} is not whole once it is loaded: {wrong[0]}",
            details=tuple(wrong[1:20]),
            unchanged=KEPT,
        )


def failed(what: str, how: str, stderr: bytes, plain: Plain | None = None, line: int = 0) -> EnvctlError:
    """What psql gave up at, without a value; `line` is that of the text, where psql does not know it."""
    failure = read_failure(stderr)
    where = f"line {line}" if line else failure.where
    said = f"{what} {how} at {where}" if where else f"{what} {how}"
    source, server = (plain.made_from, plain.server.version) if plain else (None, "")
    return not_loaded(said, failure, source=source, server=server)


def _refused(name: str, message: str, line: int, hint: str) -> EnvctlError:
    where = f" (line {line})" if line else ""
    return EnvctlError(Exit.DATA_REFUSED, f"The dump {name} {message}{where}.", hint=hint, unchanged=KEPT)
