"""Rows at the borders of what facts allow, and just beyond them, as SQL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np
import polars as pl

from envctl.catalogue import Column, Table
from envctl.synthetic.base import Limits
from envctl.synthetic.checks.expressions import evaluated
from envctl.synthetic.checks.facts import Alternative, Compare, Equal, Kind, Proper, about
from envctl.synthetic.checks.limits import limits_of
from envctl.synthetic.patterns import Pattern

USUAL = {
    "integer": ("7", "12"),
    "number": ("3.5", "8.25"),
    "date": ("2019-03-04", "2020-02-29"),
    "timestamp": ("2019-03-04 05:06:07", "2020-02-29 23:59:59"),
    "time": ("09:30:00", "12:00:00"),
    "text": ("some words", "other ones"),
    "json": ('{"a": 1}',),
    "uuid": ("6f1c7d34-5a3b-4c3e-9d51-0a1b2c3d4e5f",),
    "bytes": ("\\x01", "\\x02"),
    "boolean": ("true", "false"),
    "network": ("10.0.0.1",),
    "other": ("[1,5)",),
}
FAR = {"integer": "100", "number": "100", "date": "1000 days", "timestamp": "1000 days"}


def literal(value: str | None, column: Column) -> str:
    """A value as SQL."""
    return "NULL" if value is None else "'{}'::{}".format(value.replace("'", "''"), column.type)


def samples(column: Column, limits: Limits) -> Sequence[str | None]:
    """The first, the last and the usual ones that limits allow."""
    if limits.empty:
        return [None]
    if limits.values is not None:
        return [limits.values[0], limits.values[-1]]
    if limits.patterns:
        pattern = Pattern(*limits.patterns, shortest=limits.shortest, longest=limits.longest)
        return pattern.nth(np.array([0, pattern.space // 2, pattern.space - 1])).to_list()
    ends = [end for end in (limits.low, limits.high) if end not in {None, *limits.never}]
    if ends:
        return ends
    lengths = [n for n in (limits.shortest, limits.longest) if n]
    if lengths:
        return [of_length(column, n) for n in lengths]
    usual = column.labels or ("{}" if column.array else "",) if column.labels or column.array else USUAL[column.family]
    return [value for value in usual if value not in limits.never]


def of_length(column: Column, length: int) -> str:
    """A value that is so long."""
    if column.array:
        return "{" + ",".join(["1"] * length) + "}"
    return "\\x" + "01" * length if column.family == "bytes" else "x" * length


def accepted(table: Table, alternative: Alternative) -> Iterator[Mapping[str, str]]:
    """Rows that facts allow, as SQL."""
    names = list(dict.fromkeys(name for fact in alternative for name in about(fact))) or ["x"]
    columns = {name: column for name in names if (column := table.column(name))}
    limits = {name: limits_of(alternative, column) for name, column in columns.items()}
    if not any(one.filled for one in limits.values()):
        yield dict.fromkeys(names, "NULL")
    for at in range(3):
        row: dict[str, str] = {}
        for name, column in columns.items():
            found = samples(column, limits[name])
            row[name] = literal(found[min(at, len(found) - 1)], column)
        compared = [fact for fact in alternative if isinstance(fact, Compare)]
        settled: set[str] = set()
        for fact in compared:
            follow(fact, row, columns, settled, at)
        for sum_ in (fact for fact in alternative if isinstance(fact, Equal)):
            row[sum_.column] = equal(sum_, row, columns)
        yield row


def follow(fact: Compare, row: dict[str, str], columns: Mapping[str, Column], settled: set[str], at: int) -> None:
    """Let one column follow from another, at the border of what is allowed or further in."""
    family = columns[fact.left].family
    numbers = family in {"integer", "number"}
    far = {0: "1" if numbers else "1 day", 1: "0" if fact.op in {"<=", ">=", "="} else "1", 2: FAR.get(family, "9")}[at]
    if fact.op == "=":
        far = "0"
    far = far if numbers or " " in far else f"{far} days"
    offset = fact.offset or "0"
    said, more = (offset, far) if numbers else (f"interval '{offset}'", f"interval '{far}'")
    up = "+" if fact.op in {">", ">=", "<>"} else "-"
    if fact.left in settled:
        back = "-" if up == "+" else "+"
        row[fact.right] = f"({row[fact.left]} - {said} {back} {more})::{columns[fact.right].type}"
    else:
        row[fact.left] = f"({row[fact.right]} + {said} {up} {more})::{columns[fact.left].type}"
    settled.update({fact.left, fact.right})


def equal(fact: Equal, row: Mapping[str, str], columns: Mapping[str, Column]) -> str:
    """What the others of the row make of a column."""
    known = {name: pl.Series([Decimal(row[name].split("'")[1])]) for name in fact.expression.columns}
    return f"'{evaluated(fact.expression, known).item().normalize():f}'::{columns[fact.column].type}"


def refused(table: Table, alternatives: Sequence[Alternative]) -> Iterator[Mapping[str, str]]:
    """Rows just beyond the facts, where one column alone decides and there is but one way."""
    names = {name for alternative in alternatives for fact in alternative for name in about(fact)}
    if len(alternatives) != 1 or len(names) != 1 or any(isinstance(f, Kind | Proper) for f in alternatives[0]):
        return
    column = table.column(next(iter(names)))
    assert column is not None
    limits = limits_of(alternatives[0], column)
    for value in beyond(column, limits):
        yield {column.name: value}


def beyond(column: Column, limits: Limits) -> Iterator[str]:
    """Values of a column that its limits do not allow, as SQL."""
    if limits.filled:
        yield "NULL"
    step = "'1 second'::interval" if column.family in {"time", "timestamp"} or column.base == "interval" else "0.02"
    step = "1" if column.family in {"integer", "date"} else step
    if limits.low is not None:
        yield f"({literal(limits.low, column)} - {step})::{column.type}"
    if limits.high is not None:
        yield f"({literal(limits.high, column)} + {step})::{column.type}"
    if limits.values is not None:
        usual = column.labels or USUAL[column.family] if not column.array else ("{9}",)
        yield from (literal(value, column) for value in usual if value not in limits.values)
    elif limits.shortest:
        yield literal(of_length(column, limits.shortest - 1), column)
    if limits.longest is not None and limits.values is None:
        yield literal(of_length(column, limits.longest + 1), column)
    yield from (literal(value, column) for value in limits.never)
