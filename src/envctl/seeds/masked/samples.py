"""The first rows of each table of a text that pg_dump writes: looked at, and handed on to nobody else. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from envctl.catalogue import Catalogue, Table
from envctl.seeds.masked.text import Mask, Text
from envctl.seeds.server import identifier, literal
from envctl.seeds.servers.url import Url

Name = tuple[str, str]  # schema and table
_END = "\\."
_AT_ONCE = 100  # tables that one program asks for: the words of a command line have an end
_OPTIONS = ("--no-psqlrc", "--quiet", "--no-password", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
# Values as pg_dump writes them; nothing is changed, and rows that are hidden from the user are an error.
_SETTINGS = (
    "SET client_encoding TO 'UTF8'; SET DateStyle TO 'ISO'; SET IntervalStyle TO 'postgres'; "
    "SET bytea_output TO 'hex'; SET extra_float_digits TO 3; SET row_security TO off; SET lock_timeout TO '60s'; "
    "SET default_transaction_read_only TO on"
)


@dataclass
class Rows:
    """Rows of a table as COPY writes them, and the columns in the order in which they come."""

    columns: tuple[str, ...]
    text: bytes = field(default=b"", repr=False)  # raw values
    count: int = 0


class _Taken(bytes):
    """Rows among what passes, of a table."""

    of: Name


def samples(blocks: Iterable[bytes], most: int) -> Mapping[Name, Rows]:
    """At most so many rows of each table, the same each time. All of the text is read: what comes last counts too.

    Raises Unmasked for what no rule could be applied to, and BrokenText.
    """
    found: dict[Name, Rows] = {}

    def mask(schema: str, table: str, columns: tuple[str, ...]) -> Mask:
        rows = found.setdefault((schema, table), Rows(columns))

        def take(block: bytes) -> bytes:
            taken = _Taken(b"" if rows.count >= most else _first(block, most))
            taken.of = (schema, table)
            return taken

        return Mask(take)

    for part in Text(mask, large_objects=True).masked(blocks):
        if isinstance(part, _Taken):
            rows = found[part.of]
            more = _first(part, most - rows.count)
            rows.text += more
            rows.count += more.count(b"\n")
    return found


def asking(url: Url, catalogue: Catalogue, most: int) -> Iterator[tuple[str, ...]]:
    """Programs that print such a text of a server that runs, with no more rows than that: each of some tables."""
    tables = [table for table in catalogue.tables if not table.partitioned]
    for some in _in_parts(tables):
        commands = (f"--command={command}" for table in some for command in _commands(table, most))
        yield ("psql", url.connection(), *_OPTIONS, "--set=VERBOSITY=verbose", f"--command={_SETTINGS}", *commands)


def _in_parts(tables: list[Table]) -> Iterator[list[Table]]:
    for at in range(0, len(tables), _AT_ONCE):
        yield tables[at : at + _AT_ONCE]


def _commands(table: Table, most: int) -> Iterator[str]:
    """The line that begins a table's rows in a dump, the rows, and the line that ends them."""
    name = f"{identifier(table.schema)}.{identifier(table.name)}"
    columns = ", ".join(identifier(column.name) for column in table.columns if not column.generated)
    if not columns:
        return
    yield f"SELECT {literal(f'COPY {name} ({columns}) FROM stdin;')}"  # noqa: S608 – quoted
    yield f"COPY (SELECT {columns} FROM ONLY {name} LIMIT {most}) TO STDOUT"  # noqa: S608 – quoted
    yield f"SELECT {literal(_END)}"


def _first(block: bytes, most: int) -> bytes:
    """The first lines of a block."""
    at = 0
    for _ in range(most):
        end = block.find(b"\n", at) + 1
        if not end:
            break
        at = end
    return bytes(block[:at])
