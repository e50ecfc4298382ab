"""Which tables of a server elsewhere are large, and the parts in which each of them is read. Pure.

A part is a range of pages. In it, as in one after the other, rows stand in the order in which pg_dump writes them: how
many read at once makes no difference. A server before Postgres 14 would read all of a table for each of its parts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from envctl.masking import WORKERS
from envctl.seeds.server import identifier

RANGES = 140000  # the first version that finds a range of pages without reading the others
_PATIENCE = 60_000  # milliseconds to wait for a table that somebody changes
_SNAPSHOT = re.compile(r"[0-9A-Fa-f-]+")
# What pg_dump sets, so that values are written as it writes them, and what would make reading stop or change its order.
_SETTINGS = {
    "client_encoding": "UTF8",
    "datestyle": "ISO",
    "intervalstyle": "postgres",
    "extra_float_digits": "3",
    "search_path": "",
    "row_security": "off",
    "restrict_nonsystem_relation_kind": "view, foreign-table",
    "synchronize_seqscans": "off",
    "max_parallel_workers_per_gather": "0",
    "enable_tidscan": "on",
    "jit": "off",
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
}
_VALUES = ", ".join(f"('{name}', '{value}')" for name, value in _SETTINGS.items())
# Servers differ in what they can set. It prints one line.
_SET = f"""SELECT pg_catalog.count(pg_catalog.set_config(known.name, wanted.value, true))
FROM (VALUES {_VALUES}) AS wanted (name, value)
JOIN pg_catalog.pg_settings AS known ON pg_catalog.lower(known.name) = wanted.name;
"""  # noqa: S608 – of our own words
# The tables that pg_dump dumps, and locks.
_TABLES = """FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT EXISTS (
        SELECT 1 FROM pg_catalog.pg_depend AS d
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'e')"""
# Locked before the snapshot is taken: whoever empties or rewrites a table later has to wait, where a snapshot alone
# would see it empty. psql puts in what it has learnt.
LOCK = f"""BEGIN READ ONLY;
{_SET}SELECT coalesce('LOCK TABLE ' || pg_catalog.string_agg(
    'ONLY ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), ', ' ORDER BY c.oid
) || ' IN ACCESS SHARE MODE', 'RESET lock_timeout') AS envctl_lock {_TABLES} \\gset
COMMIT;
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SET LOCAL lock_timeout = {_PATIENCE};
SET LOCAL client_encoding = 'UTF8';
:envctl_lock;
"""
EXPORT = f"{_SET}SELECT pg_catalog.pg_export_snapshot();\n"


@dataclass(frozen=True)
class Limits:
    """From how many bytes on a table is large, and how many of them are; a part's bytes; and who reads at once."""

    large: int = 32 << 20
    part: int = 16 << 20
    most: int = 200  # as many words are pg_dump's
    sessions: int = WORKERS


@dataclass(frozen=True)
class Large:
    """A table that is read in parts. `columns` are those that COPY writes; `size` is of all its bytes, on disk."""

    schema: str
    name: str
    columns: tuple[str, ...]
    pages: int
    size: int

    @property
    def full(self) -> str:
        """Its name, quoted."""
        return f"{identifier(self.schema)}.{identifier(self.name)}"

    @property
    def excluding(self) -> str:
        """The option of pg_dump that leaves out its rows: within quotes no character of a pattern means more."""
        return f"--exclude-table-data={self.full}"

    @property
    def begin(self) -> bytes:
        """The statement that its rows follow."""
        return f"COPY {self.full} ({self._columns}) FROM stdin;\n".encode()

    def parts(self, size: int, *, ranges: bool) -> Iterator[str]:
        """Statements that print its rows, about `size` bytes each."""
        step = max(1, self.pages * size // max(self.size, 1)) if ranges else self.pages
        if step >= self.pages:
            yield f"COPY {self.full} ({self._columns}) TO STDOUT"
            return
        for page in range(0, self.pages, step):
            # What was added since it was measured is not of the snapshot, but the last one need not know.
            until = f" AND ctid < '({page + step},0)'::pg_catalog.tid" if page + step < self.pages else ""
            chosen = f"ctid >= '({page},0)'::pg_catalog.tid{until}"
            yield f"COPY (SELECT {self._columns} FROM ONLY {self.full} WHERE {chosen}) TO STDOUT"  # noqa: S608 – quoted

    @property
    def _columns(self) -> str:
        return ", ".join(map(identifier, self.columns))


END = b"\\.\n\n\n"  # behind the rows of a table


@dataclass(frozen=True)
class Listing:
    """What there is to read. `size` is of all tables, on disk; `ranges`: the server finds a range of pages."""

    size: int = 0
    ranges: bool = False
    large: tuple[Large, ...] = ()

    def parts(self, size: int) -> Iterator[str]:
        """The statements of all parts of all large tables, in order."""
        for table in self.large:
            yield from table.parts(size, ranges=self.ranges)

    @property
    def small(self) -> int:
        """Bytes of all tables but the large ones."""
        return max(0, self.size - sum(table.size for table in self.large))


def lists(limits: Limits) -> str:
    """What asks for a listing: a line for the server, and one for each large table."""
    # Read as JSON, since servers before Postgres 12 know no generated columns.
    columns = """(SELECT pg_catalog.json_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND coalesce(pg_catalog.row_to_json(a)->>'attgenerated', '') = '')"""
    return f"""SELECT pg_catalog.json_build_object(
    'number', pg_catalog.current_setting('server_version_num')::pg_catalog.int4,
    'size', coalesce(pg_catalog.sum(pg_catalog.pg_table_size(c.oid)), 0)::pg_catalog.int8) {_TABLES};
SELECT pg_catalog.json_build_object('schema', s.nspname, 'name', s.relname, 'columns', s.columns,
    'pages', s.heap / pg_catalog.current_setting('block_size')::pg_catalog.int8, 'size', s.size)
FROM (SELECT n.nspname, c.relname, {columns} AS columns, pg_catalog.pg_relation_size(c.oid) AS heap,
    pg_catalog.pg_table_size(c.oid) AS size {_TABLES} AND c.relkind = 'r' AND c.relpersistence = 'p'
    AND coalesce((SELECT amname FROM pg_catalog.pg_am AS m WHERE m.oid = c.relam), 'heap') = 'heap') AS s
WHERE s.size >= {limits.large:d} AND s.heap > 0 AND s.columns IS NOT NULL ORDER BY s.size DESC LIMIT {limits.most:d};
"""  # noqa: S608 – of our own words and numbers


def read_listing(said: bytes) -> Listing:
    """What a server answered."""
    first, *others = (json.loads(line) for line in said.splitlines())
    found = [Large(one["schema"], one["name"], tuple(one["columns"]), one["pages"], one["size"]) for one in others]
    large = tuple(sorted(found, key=lambda table: (table.schema, table.name)))
    return Listing(first["size"], first["number"] >= RANGES, large)


def read_snapshot(said: bytes) -> str | None:
    """The name of the snapshot that a server exported; None where that is none."""
    name = said.decode("ascii", "replace").split()[-1:]
    return name[0] if name and _SNAPSHOT.fullmatch(name[0]) else None


def joins(snapshot: str) -> str:
    """What makes a session see it."""
    return f"BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;\nSET TRANSACTION SNAPSHOT '{snapshot}';\n{_SET}"
