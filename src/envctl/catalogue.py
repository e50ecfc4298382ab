"""What a database consists of, as its own catalogue says: tables, their columns, and what holds between them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

# What a type is to masking, whatever it is called. `other` is what nobody knows: extensions, ranges, composites.
Family = Literal[
    "text",
    "integer",
    "number",
    "date",
    "timestamp",
    "time",
    "boolean",
    "uuid",
    "network",
    "json",
    "bytes",
    "enum",
    "hstore",
    "other",
]


_BARE = re.compile(r"[a-z_][a-z0-9_$]*")


def written(*names: str) -> str:
    """Names with dots between them, in quotes where SQL needs them: what people read and rules of masking say."""
    return ".".join(n if _BARE.fullmatch(n) else '"{}"'.format(n.replace('"', '""')) for n in names)


@dataclass(frozen=True)
class Column:
    """A column. `type` is as Postgres writes it; `family` and `length` are those below all domains.

    `length` is in characters, None where there is no limit; `low` and `high` are the limits of whole numbers, and
    of what stands before the point in others.
    """

    name: str
    type: str
    family: Family
    nullable: bool = True
    length: int | None = None
    low: int | None = None
    high: int | None = None
    labels: tuple[str, ...] = ()  # of an enum
    array: bool = False  # of the family
    generated: bool = False  # always computed from others: it is in no copy of the rows
    fixed: bool = False  # blanks are added up to its length, as in char(10)
    counted: bool = False  # new rows take the next number of a sequence
    caseless: bool = False  # its type takes `A` and `a` for the same: citext
    filled: bool = field(default=False, compare=False)  # new rows that say nothing of it get a value all the same
    base: str = field(default="", compare=False)  # the type below all domains and arrays, as Postgres writes it


@dataclass(frozen=True)
class Unique:
    """What makes rows unique, or excludes each other. `columns` are all that it reads, also what a generated column
    among them is made of.
    """

    name: str
    columns: tuple[str, ...]
    exact: bool = True  # the columns as they are, of every row: neither an expression nor a part of the rows
    expressions: tuple[str, ...] = ()  # what it compares beside columns as they are, as Postgres writes it
    condition: str = ""  # which rows it is about
    nulls: bool = True  # rows with a null in it never meet


@dataclass(frozen=True)
class Check:
    """A condition of rows, as Postgres writes it; a domain's too, on each column of it."""

    name: str
    columns: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class ForeignKey:
    """Columns whose values are those of another table's; `references` are in the same order."""

    name: str
    columns: tuple[str, ...]
    table: str  # its full name
    references: tuple[str, ...]
    deferrable: bool = False  # it may wait for the end of a transaction


@dataclass(frozen=True)
class Table:
    """A table with rows of its own. `parents` are the tables that it inherits from or is a partition of."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()  # of its primary key
    uniques: tuple[Unique, ...] = ()  # the primary key's among them
    checks: tuple[Check, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    parents: tuple[str, ...] = ()  # full names, the nearest first
    partitioned: bool = False  # it has no rows itself
    split_by: tuple[str, ...] = ()  # the columns that decide in which partition a row is
    rows: int = 0  # as far as the server knows without counting
    bound: str = ""  # of a partition: which rows it takes, as a condition

    @property
    def full(self) -> str:
        """`schema.name`, unquoted: what nothing is made of but lookups and messages."""
        return f"{self.schema}.{self.name}"

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True)
class Catalogue:
    """Everything that masking has to know of a database.

    `objects` are all that a schema consists of (kind → name as SQL writes it → definition), columns and constraints
    among them. Definitions are written alike by servers of one major version (`server`) only.
    """

    tables: tuple[Table, ...]
    large_objects: int = 0
    foreign_tables: tuple[str, ...] = ()
    extension_tables: tuple[str, ...] = ()  # tables of extensions whose rows a dump has: in `tables` they are not
    objects: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unfinished: tuple[str, ...] = ()  # what is there and does not do its work, in words: an invalid index …
    server: int = 0

    def table(self, full: str) -> Table | None:
        """The table of that full name."""
        return next((table for table in self.tables if table.full == full), None)
