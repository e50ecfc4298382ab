"""Values that a server keeps packed, or in pieces: nobody finds anything in their bytes, so they are asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator

from envctl.catalogue import Catalogue, Table
from envctl.seeds.client import Streaming
from envctl.seeds.loading.load import failed
from envctl.seeds.server import ENV, PSQL, identifier

_PIECE = 1900  # bytes: a longer value may be cut into pieces
_VARIABLE = frozenset({"text", "json", "bytes", "hstore", "other"})  # families whose values may be that long
_HAS_COMPRESSION = 14  # the first version that tells


def wide(client: Streaming, into: str, catalogue: Catalogue, major: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The full name of each column that has such values, and those as COPY writes them. Raises EnvctlError."""
    for table in catalogue.tables:
        if not table.partitioned:
            for column in _columns(client, into, table, major):
                yield f"{table.full}.{column}", _values(client, into, table, column, major)


def _columns(client: Streaming, into: str, table: Table, major: int) -> list[str]:
    """Of all that might, those that have one."""
    able = [column.name for column in table.columns if column.array or column.family in _VARIABLE]
    if not able:
        return []
    asked = ", ".join(f"coalesce(bool_or({_is_wide(name, major)}), false)" for name in able)
    question = f"SELECT pg_catalog.json_build_array({asked}) FROM ONLY {_name(table)}"  # noqa: S608 – quoted
    finished = client.run((*PSQL, into, "--tuples-only", "--no-align", "--file=-"), stdin=(question.encode(),), env=ENV)
    if finished.status:
        raise failed(table.full, "could not be looked into", finished.stderr)
    return [name for name, has in zip(able, json.loads(finished.stdout), strict=True) if has]


def _values(client: Streaming, into: str, table: Table, column: str, major: int) -> Iterator[bytes]:
    chosen = f"SELECT {identifier(column)} FROM ONLY {_name(table)} WHERE {_is_wide(column, major)}"  # noqa: S608
    with client.reading((*PSQL, into, f"--command=COPY ({chosen}) TO STDOUT"), env=ENV) as reading:
        yield from reading
        status, said = reading.ended()
        if status:
            raise failed(table.full, "could not be looked into", said)


def _is_wide(column: str, major: int) -> str:
    size = f"pg_catalog.pg_column_size({identifier(column)}) > {_PIECE}"
    if major < _HAS_COMPRESSION:
        return f"({size} OR pg_catalog.octet_length({identifier(column)}::text) > {_PIECE})"
    return f"({size} OR pg_catalog.pg_column_compression({identifier(column)}) IS NOT NULL)"


def _name(table: Table) -> str:
    return f"{identifier(table.schema)}.{identifier(table.name)}"
