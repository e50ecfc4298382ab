"""The story of filling a database with rows that somebody makes, from a schema alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from envctl.catalogue import Table
from envctl.errors import EnvctlError, Exit
from envctl.seeds import swap
from envctl.seeds.client import Streaming
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.failures import Failure, read_failure
from envctl.seeds.loading.afterwards import WORTH, stages
from envctl.seeds.loading.aside import Chunk
from envctl.seeds.loading.builders import Stopped, build
from envctl.seeds.loading.load import comparing, loading, refresh
from envctl.seeds.loading.tally import Tally
from envctl.seeds.made.base import Maker, Part
from envctl.seeds.made.schema import Schema, canonical
from envctl.seeds.made.sequences import move_on
from envctl.seeds.masked.text import Told, unheard
from envctl.seeds.refusal import KEPT, ROOM
from envctl.seeds.server import connection, identifier
from envctl.seeds.swap import Filled
from envctl.workload import Database

# Moments without an offset are UTC, whatever the server's own settings say.
_AS_WRITTEN = b"SET TimeZone TO 'UTC';\nSET DateStyle TO 'ISO, YMD';\nSET IntervalStyle TO 'postgres';\n"
_END = b"\\.\n"


def fill(
    client: Streaming,
    plain: Plain,
    database: Database,
    filled: Filled,
    maker: Maker,
    *,
    told: Told = unheard,
    say: Callable[[str], None] = lambda _what: None,
    worth: int = WORTH,
) -> Mapping[str, int]:
    """Fill a database, in place of whatever it holds: all of it, or it stays as it was. Raises EnvctlError.

    `plain` says what tables there are. Returns how many rows each has, by its full name. Behind `worth` bytes of rows
    indexes are built by several sessions.
    """
    say("looking at the schema")
    schema = canonical(client, plain, database)
    text = _Text(plain.first, schema, _parts(schema, maker), told, worth)
    into = connection(swap.begin(client, database, plain.server), database.user)
    try:
        with loading(client, plain.server, into) as load:
            finished = load(text.passed())
        if finished.status:
            raise _refused(maker, read_failure(finished.stderr), text)
        # Definitions are not compared: what is written by hand reads otherwise once it was written down.
        expected, finishing = replace(schema.catalogue, server=0), swap.finishing(client, database, filled)
        with comparing(expected, client, into, filled.data) as compare, finishing as finish:
            if not text.whole:
                build(client, into, stages(schema.behind), say, restricted=plain.server.restricts)
            moved = move_on(client, into)
            if moved.status:
                raise _refused(maker, read_failure(moved.stderr))
            if "materialized view" in schema.catalogue.objects:
                refresh(client, into, filled.data)
            compare(Tally(text.rows, {}))
            finish()
    except Stopped as stopped:
        swap.sweep(client, database)
        raise _refused(maker, read_failure(stopped.stderr)) from None
    except BaseException:
        with suppress(Exception):  # what stopped us is what counts, and the next run sweeps too
            swap.sweep(client, database)
        raise
    return text.rows


def _parts(schema: Schema, maker: Maker) -> Sequence[Part]:
    """What the maker makes, and what comes with the schema of tables that he makes nothing for."""
    made = tuple(maker.parts(schema.catalogue))
    named = {part.table.full for part in made}
    return (*(part for part in schema.kept if part.table.full not in named), *made)


@dataclass
class _Text:
    """All that the server is told in one transaction, and what has passed of it.

    `whole`: what is behind the rows was told too, since they are few.
    """

    first: Sequence[bytes]
    schema: Schema
    parts: Sequence[Part]
    told: Told
    worth: int
    rows: dict[str, int] = field(default_factory=dict)
    begun: list[Part] = field(default_factory=list)
    size: int = 0
    whole: bool = False

    def passed(self) -> Iterator[Chunk]:
        yield from (Chunk("text", text) for text in (*self.first, self.schema.before, _AS_WRITTEN))
        for part in self.parts:
            yield from self._part(part)
        if self.size < self.worth:
            self.whole = True
            yield from (Chunk("text", statement.text + b"\n") for statement in self.schema.behind)

    def _part(self, part: Part) -> Iterator[Chunk]:
        full = part.table.full
        self.begun.append(part)
        self.rows.setdefault(full, 0)
        yield Chunk("copy", _copy(part))
        for block in part.blocks:
            self.rows[full] += block.count(b"\n")
            self.size += len(block)
            self.told(full, self.rows[full])
            yield Chunk("rows", block)
        yield Chunk("text", _END)

    def origin(self, table: str, row: int) -> str:
        """Where a row comes from that the server refused, by the name that it says of the table."""
        part = next((one for one in reversed(self.begun) if one.table.name == table), None)
        return f", {part.origin(row)}" if part and row else ""


def _copy(part: Part) -> bytes:
    """Rows are written as old ones are, where the server can: nobody does that later."""
    columns = f" ({', '.join(map(identifier, part.columns))})" if part.columns else ""
    freezes = "" if part.table.partitioned else " WITH (FREEZE)"
    return f"COPY {_quoted(part.table)}{columns} FROM STDIN{freezes};\n".encode()


def _quoted(table: Table) -> str:
    return f"{identifier(table.schema)}.{identifier(table.name)}"


def _refused(maker: Maker, failure: Failure, text: _Text | None = None) -> EnvctlError:
    """What the server did not take: its constraint, its place, and no value."""
    if failure.disk_full:
        return EnvctlError(Exit.NO_CAPACITY, f"{maker.words}: {failure.text}.", hint=ROOM, unchanged=KEPT)
    if failure.lost:
        hint = "Run the same command again; perhaps its server needs more memory in [limits]."
        return EnvctlError(Exit.UNHEALTHY, f"{maker.words}: the server went away.", hint=hint, unchanged=KEPT)
    where = ""
    if failure.table:
        column = f", column {failure.column}" if failure.column else ""
        origin = text.origin(failure.table, failure.row) if text else ""
        where = f" (table {failure.table}{column}{origin})"
    message = f"{maker.words} is refused by the server: {failure.text}{where}."
    return EnvctlError(Exit.DATA_REFUSED, message, hint=maker.advice, unchanged=KEPT)
