"""Schemas that nobody has seen, as SQL: what hypothesis makes of the things that people put into theirs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

Draw = Any  # hypothesis' own function: what comes of it is what the strategy makes

HEAD = """CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s "fine"');
CREATE DOMAIN percent AS numeric(5,2) CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE DOMAIN code AS text NOT NULL CHECK (VALUE ~ '^[A-Z]{2}-[0-9]{4}$');
CREATE DOMAIN "Odd Name" AS varchar(12) CHECK (length(VALUE) > 2);
"""
NAMES = ("a", '"order"', '"Order Lines"', '"sélect"', "person_1", '"x.y"', "t_long_name_that_goes_on_and_on", "users")
# A type, and what can be asked of such a column ({c} is its name).
TYPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("integer", ("{c} > 0", "{c} BETWEEN 5 AND 500", "{c} IN (1, 2, 3, 5)", "{c} % 5 = 0", "{c} <> 7")),
    ("smallint", ("{c} >= -3", "{c} < 100")),
    ("bigint", ("{c} > 3000000000",)),
    ("numeric(8,3)", ("{c} >= 0.5", "{c} < 10.25 AND {c} > -4")),
    ("double precision", ("{c} <= 1.5",)),
    ("boolean", ("{c} OR NOT {c}",)),
    ("text", ("{c} <> ''", "char_length({c}) <= 20", "{c} IN ('new', 'old', 'it''s')", "{c} ~ '^[a-z]+[0-9]?$'")),
    ("varchar(10)", ("{c} LIKE 'A%'", "upper({c}) = {c}", "length({c}) >= 4")),
    ("char(3)", ("{c} ~ '^[A-Z]{{3}}$'",)),
    ("date", ("{c} >= '2020-01-01'", "{c} < DATE '2031-05-05' AND {c} > '1999-12-31'")),
    ("timestamptz", ("{c} > '2001-01-01 00:00:00+00'",)),
    ("timestamp(0)", ()),
    ("time", ()),
    ("interval", ()),
    ("uuid", ()),
    ("jsonb", ("jsonb_typeof({c}) = 'object'",)),
    ("bytea", ()),
    ("inet", ()),
    ("macaddr", ()),
    ("mood", ("{c} <> 'sad'",)),
    ("percent", ("{c} < 50",)),
    ("code", ()),
    ('"Odd Name"', ()),
    ("integer[]", ("cardinality({c}) > 0",)),
    ("text[]", ()),
    ("mood[]", ()),
    ("int4range", ()),
    ("tstzrange", ()),
    ("bit(5)", ()),
    ("point", ()),
    ("money", ()),
)
UNIQUE = ("integer", "bigint", "text", "varchar(10)", "uuid", "date", "timestamptz", "code", "numeric(8,3)", "inet")
KEYS = ("serial", "bigint", "integer GENERATED ALWAYS AS IDENTITY", "uuid", "text", "varchar(10)", "code")
REFERENCED = {"serial": "integer", "integer GENERATED ALWAYS AS IDENTITY": "integer"}
SPLITS = (
    (
        "RANGE",
        "date",
        ("FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')", "FOR VALUES FROM ('2025-01-01') TO ('2025-07-01')"),
    ),
    ("LIST", "text", ("FOR VALUES IN ('x', 'y')", "FOR VALUES IN ('z')")),
    ("HASH", "integer", ("FOR VALUES WITH (MODULUS 2, REMAINDER 0)", "FOR VALUES WITH (MODULUS 2, REMAINDER 1)")),
)


@dataclass
class Written:
    """A table while it is written."""

    name: str
    key: str  # the type of its column k
    lines: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)


@st.composite
def schemas(draw: Draw) -> str:
    """A schema whose constraints can all hold."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=6, unique=True))
    tables: list[Written] = []
    for name in names:
        tables.append(_table(draw, name, tables))
    return HEAD + "".join(_sql(table) for table in tables) + "".join(line for t in tables for line in t.behind)


def _table(draw: Draw, name: str, others: list[Written]) -> Written:
    if draw(st.integers(0, 5)) == 0:
        return _partitioned(draw, name, len(others))
    table = Written(name, draw(st.sampled_from(KEYS)))
    table.lines.append(f"k {table.key} PRIMARY KEY")
    for number in range(draw(st.integers(1, 7))):
        _column(draw, table, f"c{number}" if number % 3 else f'"C {number}"')
    whole = [other for other in others if " PARTITION " not in other.name]
    for number, other in enumerate(draw(st.lists(st.sampled_from(whole), max_size=3)) if whole else []):
        _reference(draw, table, f"r{number}", other)
    if draw(st.booleans()):
        kind = REFERENCED.get(table.key, table.key)
        table.lines.append(f"parent {kind if kind != 'code' else 'text'} REFERENCES {name}")
    if draw(st.integers(0, 3)) == 0:
        table.lines += ["started date", "ended date", "CHECK (started <= ended)"]
    if draw(st.integers(0, 3)) == 0:
        table.lines += ["price numeric(6,2)", "quantity integer CHECK (quantity > 0)"]
        table.lines += ["total numeric(12,2) CHECK (total = price * quantity)"]
    return table


def _column(draw: Draw, table: Written, name: str) -> None:
    kind, checks = draw(st.sampled_from(TYPES))
    filled = draw(st.sampled_from(("", " NOT NULL")))
    unique = " UNIQUE" if kind in UNIQUE and draw(st.integers(0, 3)) == 0 else ""
    check = draw(st.sampled_from((*checks, ""))) if not unique else ""
    asked = f" CHECK ({check.format(c=name)})" if check else ""
    table.lines.append(f"{name} {kind}{filled}{unique}{asked}")


def _reference(draw: Draw, table: Written, name: str, other: Written) -> None:
    kind = REFERENCED.get(other.key, other.key)
    kind = "text" if kind == "code" else kind
    how = draw(st.sampled_from(("", "NOT NULL", "UNIQUE", "numbered")))
    if how == "numbered":
        table.lines += [f"{name} {kind} NOT NULL REFERENCES {other.name}", f"{name}_no integer NOT NULL"]
        table.behind.append(f"ALTER TABLE {table.name} ADD UNIQUE ({name}, {name}_no);\n")
    else:
        table.lines.append(f"{name} {kind} {how} REFERENCES {other.name}")
    if not how and draw(st.integers(0, 4)) == 0 and other.key != "code":  # a circle, opened by its nulls
        own = REFERENCED.get(table.key, table.key)
        if table.key != "code":
            back = f"back_{len(table.behind)}_{len(other.behind)}"
            other.behind.append(f"ALTER TABLE {other.name} ADD {back} {own} REFERENCES {table.name};\n")


def _partitioned(draw: Draw, name: str, at: int) -> Written:
    way, kind, bounds = draw(st.sampled_from(SPLITS))
    table = Written(name, kind)
    table.lines += [f"k {kind} NOT NULL", "note text"]
    for number, bound in enumerate(bounds):
        part = f'"part {at} {number}"'
        table.behind.append(f"CREATE TABLE {part} PARTITION OF {name} {bound};\n")
    table.lines.append("n bigint GENERATED BY DEFAULT AS IDENTITY, PRIMARY KEY (n, k)")
    table.name = f"{name} PARTITION {way}"
    return table


def _sql(table: Written) -> str:
    name, _, way = table.name.partition(" PARTITION ")
    table.name = name
    behind = f" PARTITION BY {way} (k)" if way else ""
    return f"CREATE TABLE {name} (\n    " + ",\n    ".join(table.lines) + f"\n){behind};\n"
