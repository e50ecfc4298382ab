"""A schema and rows that somebody makes as the text of a dump, for whoever masks what passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from envctl.seeds.client import Streaming
from envctl.seeds.dumps.plain import Plain
from envctl.seeds.made.base import Maker, Part
from envctl.seeds.made.schema import Schema, canonical
from envctl.seeds.server import identifier
from envctl.workload import Database

_END = b"\\.\n"


def as_dump(
    client: Streaming, plain: Plain, database: Database, maker: Maker, done: Callable[[], None] = lambda: None
) -> Plain:
    """The text; `plain` says what tables there are, `done` is asked when it was read. Raises EnvctlError."""
    schema = canonical(client, plain, database)

    @contextmanager
    def text() -> Iterator[Iterator[bytes]]:
        yield _text(schema, maker)

    return replace(
        plain,
        schema=lambda: (schema.before, *(statement.text + b"\n" for statement in schema.behind)),
        text=text,
        share=maker.share,
        done=done,
    )


def _text(schema: Schema, maker: Maker) -> Iterator[bytes]:
    yield schema.before
    made = tuple(maker.parts(schema.catalogue))
    named = {part.table.full for part in made}
    for part in (*(kept for kept in schema.kept if kept.table.full not in named), *made):
        yield _copy(part)
        yield from part.blocks
        yield _END
    yield from (statement.text + b"\n" for statement in schema.behind)


def _copy(part: Part) -> bytes:
    """As pg_dump writes it."""
    table = f"{identifier(part.table.schema)}.{identifier(part.table.name)}"
    return f"COPY {table} ({', '.join(map(identifier, part.columns))}) FROM stdin;\n".encode()
