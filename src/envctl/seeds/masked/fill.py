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
from envctl.seeds.client import Streaming
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.dumps.skeleton import schema_only
from envctl.seeds.loading.afterwards import WORTH, Afterwards
from envctl.seeds.loading.aside import Chunk
from envctl.seeds.loading.builders import Stopped, build
from envctl.seeds.loading.load import comparing, failed, for_a_moment, loading, looking, refresh
from envctl.seeds.loading.tally import Tally
from envctl.seeds.masked.text import Masks, Text, Told, Unmasked, unheard
from envctl.seeds.refusal import AGAIN, KEPT
from envctl.seeds.server import connection
from envctl.seeds.swap import Filled
from envctl.workload import Database
from envctl.world.heap import kept
from envctl.world.parallel import apart
from envctl.world.shell import Finished

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
    begun = apart(lambda: swap.begin(client, database, plain.server))
    try:
        trial = connection(swap.trial(client, database), database.user)
        incoming = connection(begun.result(), database.user)
        with loading(client, plain.server, incoming) as load:
            source = _tried(client, plain, trial, database.data or "", schema)
            after = Afterwards({table.full for table in source.tables if table.partitioned}, worth)
            text = Text(plans(source), large_objects, freezes=True, told=told, after=after)
            with kept(), plain.text() as blocks:
                _load(load, plain, text.parts(blocks), filled.data)
        plain.done()
        finishing = swap.finishing(client, database, filled)
        with comparing(source, client, incoming, filled.data) as compare, finishing as finish:
            _build(client, plain, incoming, after, filled.data, say)
            if "materialized view" in source.objects:
                refresh(client, incoming, filled.data)
            compare(Tally(text.rows, text.sequences))
            finish()
    except BaseException:
        with suppress(Exception):  # what stopped us is what counts, and the next run sweeps too
            begun.exception()
            swap.sweep(client, database)
        raise
    return Loaded(source, text.rows, b"".join(schema))


def declared(client: Streaming, plain: Plain, database: Database) -> Catalogue:
    """What the source consists of, by a database that is made of its schema for a moment. Raises EnvctlError."""
    with for_a_moment(client, database) as into:
        return _tried(client, plain, into, database.data or "", [])


def _tried(client: Streaming, plain: Plain, into: str, name: str, schema: list[bytes]) -> Catalogue:
    """What the source consists of, by a database that is made of its schema; its text is added to `schema`."""
    try:
        schema += schema_only(plain.schema())
    except BrokenText as broken:
        raise _refused(name, broken.message, broken.line, broken.hint or AGAIN) from None
    with loading(client, plain.server, into) as load, looking(client, into) as look:
        _load(load, plain, (Chunk("text", text) for text in schema), name)
        return look()


def _load(load: Callable[[Iterable[Chunk]], Finished], plain: Plain, parts: Iterable[Chunk], name: str) -> None:
    first = (Chunk("text", text) for text in plain.first)
    with refusing(name):
        finished = load(chain(first, parts))
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


def _refused(name: str, message: str, line: int, hint: str) -> EnvctlError:
    where = f" (line {line})" if line else ""
    return EnvctlError(Exit.DATA_REFUSED, f"The dump {name} {message}{where}.", hint=hint, unchanged=KEPT)
