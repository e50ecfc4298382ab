"""A generator that stands within another one's settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from envctl.synthetic.base import Field, Generator, Impossible, Limits, Rows

_PREFERRED = ("number", "timestamp", "date", "boolean")  # of what a column of text may hold as texts


def nested(entry: Any, field: Field) -> Callable[[Rows], pl.Series]:
    """What makes a column's values as an entry says: a value, a list, or a rule as a column may have.

    A column of text takes what is no text as its text. Raises Impossible.
    """
    from envctl.synthetic.choosing.choose import generator_of, read  # it knows all generators, this one too

    rule = _rule(entry)
    generator = read(rule, "it")
    if field.column.family != "text" or "text" in generator.makes:
        generator = generator_of(rule, field)
        return lambda rows: generator.make(field, rows)
    other = _as_other(field, generator)
    generator = generator_of(rule, other)
    return lambda rows: generator.make(other, rows).cast(pl.String)


def reads_of(entry: Any) -> tuple[str, ...]:
    """The columns of the row that it looks at; none of what cannot be read, which is said elsewhere."""
    from envctl.synthetic.choosing.choose import read  # as above

    try:
        return read(_rule(entry), "it").reads
    except Impossible:
        return ()


def _rule(entry: Any) -> Mapping[str, Any]:
    if isinstance(entry, Mapping):
        return entry
    if isinstance(entry, tuple | list):
        return {"generate": "pick", "from": list(entry)}
    return {"generate": "constant", "value": entry}


def _as_other(field: Field, generator: Generator) -> Field:
    """The column as if it were of a type that the generator makes."""
    family = next((family for family in _PREFERRED if family in generator.makes), None)
    if family is None:
        return field
    kind = "numeric" if family == "number" else family
    column = replace(field.column, type=kind, base=kind, family=family, length=None)
    return replace(field, column=column, limits=Limits())
