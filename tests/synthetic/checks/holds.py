"""Facts held against rows whose values Python knows, and rows by chance."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from random import Random

import polars as pl

from envctl.synthetic.checks.expressions import evaluated
from envctl.synthetic.checks.facts import (
    Alternative,
    Compare,
    Equal,
    Fact,
    Filled,
    Folded,
    High,
    Kind,
    Length,
    Low,
    Matches,
    Multiple,
    Never,
    Null,
    OneOf,
    about,
)

Value = int | Decimal | bool | str | date | tuple[int, ...] | None
Row = Mapping[str, Value]
_COMPARED = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    "=": lambda one, other: one == other,
    "<>": lambda one, other: one != other,
    ">=": lambda one, other: one >= other,
    ">": lambda one, other: one > other,
}
_DOCUMENTS = {"[1]": "array", '{"a": 1}': "object", "7": "number"}
_POOLS: Mapping[str, tuple[Value, ...]] = {
    **dict.fromkeys(("x", "y"), (-5, 0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 19, 20, 21, 50)),
    "z": (-5, -4, 0, 3, 4, 5, 7, 9, 14, 15),
    **dict.fromkeys(("b", "b2"), (True, False)),
    "m": ("sad", "ok", "happy"),
    "s": ("", "a", "ab", "abc", "Abc", "cb a", "zzzzz", "ba"),
    **dict.fromkeys(("d", "d2"), (date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 2))),
    "n": (Decimal("-1"), Decimal(0), Decimal("0.01"), Decimal("9.99"), Decimal(10)),
    "j": tuple(_DOCUMENTS),
    "a": ((), (1,), (1, 2)),
}
_TYPES = {"m": "mood", "d": "date", "d2": "date", "j": "jsonb", "a": "int[]", "s": "text"}


def row_of(chance: Random) -> Row:
    """Values of all columns, many of them null."""
    return {name: None if chance.random() < 0.25 else chance.choice(pool) for name, pool in _POOLS.items()}


def written(row: Row) -> Mapping[str, str]:
    """It as SQL."""
    return {name: _literal(name, value) for name, value in row.items()}


def _literal(name: str, value: Value) -> str:
    if value is None:
        return "NULL"
    if name not in _TYPES:
        return str(value)
    said = "{" + ",".join(map(str, value)) + "}" if isinstance(value, tuple) else str(value)
    return f"'{said}'::{_TYPES[name]}"


def hold(alternative: Alternative, row: Row) -> bool:
    """Whether all facts do."""
    return all(_holds(fact, row) for fact in alternative)


def _holds(fact: Fact, row: Row) -> bool:
    if isinstance(fact, Null | Filled):
        return (row[fact.column] is None) == isinstance(fact, Null)
    if any(row[name] is None for name in about(fact)):
        return True
    if isinstance(fact, Compare):
        return _compares(fact, row)
    if isinstance(fact, Equal):
        known = {name: pl.Series([row[name]]) for name in fact.expression.columns}
        return bool(row[fact.column] == evaluated(fact.expression, known).item())
    return _is(fact, row[fact.column])


def _compares(fact: Compare, row: Row) -> bool:
    left, right = row[fact.left], row[fact.right]
    assert fact.offset == "" or not isinstance(right, date)
    return bool(_COMPARED[fact.op](left, right + int(fact.offset or 0) if isinstance(right, int) else right))


def _read(text: str, like: Value) -> Value:
    """A constant as a value of the same sort."""
    if isinstance(like, bool):
        return text == "true"
    if isinstance(like, date):
        return date.fromisoformat(text)
    return Decimal(text) if isinstance(like, int | Decimal) else text


def _is(fact: Fact, value: Value) -> bool:
    if isinstance(fact, Low | High):
        sign = (">" if fact.open else ">=") if isinstance(fact, Low) else "<" if fact.open else "<="
        return bool(_COMPARED[sign](value, _read(fact.value, value)))
    if isinstance(fact, OneOf | Never):
        return (value in [_read(text, value) for text in fact.values]) == isinstance(fact, OneOf)
    if isinstance(fact, Multiple) and isinstance(value, int):
        return Decimal(value) % Decimal(fact.by) == Decimal(fact.rest)
    if isinstance(fact, Length) and isinstance(value, str | tuple):
        return fact.low <= len(value) and (fact.high is None or len(value) <= fact.high)
    return _reads(fact, value)


def _reads(fact: Fact, value: Value) -> bool:
    if isinstance(fact, Matches):
        return bool(re.search(fact.regex, str(value))) != fact.negated
    if isinstance(fact, Folded):
        return str(value) == (str(value).upper() if fact.upper else str(value).lower())
    assert isinstance(fact, Kind)
    return _DOCUMENTS[str(value)] in fact.kinds
