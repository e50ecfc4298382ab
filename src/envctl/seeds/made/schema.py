"""What tables there shall be, from a text that may say more, and how Postgres itself writes them down.

A schema may be written by hand, in any order that a server takes, or be a dump whose rows nobody wants. So it is run in
a database that is there for a moment; what pg_dump says of that is what a new one is made from. The only rows that pass
are those in which tools that migrate keep their own record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from envctl.catalogue import Catalogue, Table
from envctl.errors import EnvctlError, Exit
from envctl.seeds.client import Streaming
from envctl.seeds.dumps.lexer import inserts
from envctl.seeds.dumps.pieces import BrokenText, Piece
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.dumps.skeleton import pieces
from envctl.seeds.dumps.statements import plain_name, rule
from envctl.seeds.failures import read_failure
from envctl.seeds.loading.afterwards import Statement, read
from envctl.seeds.loading.load import for_a_moment, seen
from envctl.seeds.made.base import Part
from envctl.seeds.made.migrations import NAMES, of_migrations
from envctl.seeds.made.settings import settings_of
from envctl.seeds.refusal import KEPT
from envctl.seeds.server import ENV, LOADING, PSQL, Server, check_found, identifier, restriction
from envctl.workload import Database
from envctl.world.shell import Finished

_COPY = rule(rb"COPY (?:NAME\s*\.\s*)?(?P<table>NAME)\b.* FROM STDIN\b")
_INSERT = rule(rb"INSERT INTO (?:NAME\s*\.\s*)?(?P<table>NAME)")
# Rows in any form, and what only rows have: large objects, statistics.
_ROWS = rule(
    rb"(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|VALUES|TABLE|WITH|COPY)\b|SELECT pg_catalog\.lo|"
    rb"SELECT \* FROM pg_catalog\.pg_restore_"
)
_SETTING = rule(rb"(?:SET|SELECT pg_catalog\.set_config)\b")
_DUMP = (
    "pg_dump", "--schema-only", "--no-password", "--encoding=UTF8", "--no-subscriptions", "--no-tablespaces",
    "--no-security-labels",
)  # fmt: skip


@dataclass(frozen=True)
class Schema:
    """What a database shall consist of: statements that come before its rows, and those that come behind them.

    `kept` are the rows of tools that migrate.
    """

    catalogue: Catalogue
    before: bytes
    behind: tuple[Statement, ...]
    kept: tuple[Part, ...] = ()


def canonical(client: Streaming, plain: Plain, database: Database) -> Schema:
    """The schema of a text, as the server writes it down. Raises EnvctlError where the server does not take it."""
    with for_a_moment(client, database) as into:
        _run(client, plain, into, without_rows(plain.schema()))
        catalogue = seen(client, into)
        tables = of_migrations(catalogue)
        kept = _kept(client, into, tables)
        if tables and not kept:  # an archive has its rows elsewhere
            with plain.text() as blocks:
                _run(client, plain, into, only_rows(blocks, {table.name for table in tables}))
            kept = _kept(client, into, tables)
        before, behind = (_dumped(client, into, section) for section in ("pre-data", "post-data"))
        settings = settings_of(client, into)
        if settings.status:
            raise _not_taken(settings, None)
    divided = {table.full for table in catalogue.tables if table.partitioned}
    whole = b"".join(text for _, text in pieces((before, settings.stdout)))
    return Schema(catalogue, whole, tuple(_read(behind, divided)), kept)


def without_rows(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same text, with no rows but those that may be of tools that migrate; as many lines. Raises BrokenText."""
    passes = False  # rows do
    for piece, text in pieces(blocks):
        if piece is None:
            yield text
        elif piece.what == "rows":
            yield text if passes else b""
        elif copy := _COPY.match(piece.text.lstrip()):
            passes = _name(copy["table"]) in NAMES
            yield text
        elif _INSERT.match(piece.text.lstrip()):
            yield from (one if _inserts_kept(one) else _lines(one) for one in inserts(text))
        else:
            yield _lines(text) if _ROWS.match(piece.text.lstrip()) else text


def only_rows(blocks: Iterable[bytes], names: Collection[str]) -> Iterator[bytes]:
    """Of a dump the rows of the tables of these names, and what settings they need. Raises BrokenText."""
    passes = False
    for piece, text in pieces(blocks):
        if piece is not None and piece.what == "statement":
            copy = _COPY.match(piece.text.lstrip())
            passes = bool(_SETTING.match(piece.text.lstrip())) or (copy is not None and _name(copy["table"]) in names)
        if passes:
            yield text


def _lines(text: bytes) -> bytes:
    return b"\n" * text.count(b"\n")


def _name(written: bytes) -> str:
    return plain_name(written).decode("utf-8", "replace")


def _inserts_kept(statement: bytes) -> bool:
    found = _INSERT.match(statement.lstrip())
    return found is not None and _name(found["table"]) in NAMES


def _run(client: Streaming, plain: Plain, into: str, blocks: Iterable[bytes]) -> None:
    """Each statement in a transaction of its own, as whoever runs such a file does."""
    guard = (restriction(),) if plain.server.restricts else ()
    argv = (*PSQL, "--output=/dev/null", into, *guard, "--file=-")
    try:
        finished = client.run(argv, stdin=chain(plain.first, blocks), env=LOADING)
    except BrokenText as broken:
        raise _refused(f"{broken.message}{_at(broken.line)}", broken.hint) from None
    if finished.status:
        raise _not_taken(finished, plain.server)


def _kept(client: Streaming, into: str, tables: Iterable[Table]) -> tuple[Part, ...]:
    """The rows that these tables have, of those that have any."""
    found = []
    for table in tables:
        columns = tuple(column.name for column in table.columns if not column.generated)
        named = ", ".join(map(identifier, columns))
        copy = f"COPY {identifier(table.schema)}.{identifier(table.name)} ({named}) TO STDOUT"
        finished = client.run((*PSQL, into, f"--command={copy}"), env=ENV)
        if finished.status:
            raise _not_taken(finished, None)
        if finished.stdout:
            found.append(Part(table, columns, (finished.stdout,)))
    return tuple(found)


def _dumped(client: Streaming, into: str, section: str) -> bytes:
    finished = client.run((*_DUMP, f"--section={section}", into), env=ENV)
    if finished.status:
        check_found(finished, "pg_dump")
        raise _refused(f"could not be written down: {read_failure(finished.stderr).text}")
    return finished.stdout


def _read(text: bytes, divided: Collection[str]) -> Iterator[Statement]:
    for piece, statement in pieces((text,)):
        if isinstance(piece, Piece) and piece.what == "statement":
            yield read(statement, piece.text.lstrip(), piece.line, divided)


def _not_taken(finished: Finished, server: Server | None) -> EnvctlError:
    check_found(finished, "psql")
    failure = read_failure(finished.stderr)
    where = f" at {failure.where}" if failure.where else ""
    by = f" by Postgres {server.version}" if server else ""
    if failure.disk_full:
        return _refused(f"found no room: {failure.text}", code=Exit.NO_CAPACITY)
    return _refused(f"is refused{by}{where}: {failure.text}", "Try it with psql in an empty database.")


def _at(line: int) -> str:
    return f" (line {line})" if line else ""


def _refused(why: str, hint: str = "", code: Exit = Exit.DATA_REFUSED) -> EnvctlError:
    return EnvctlError(code, f"The schema {why}.", hint=hint, unchanged=KEPT)
