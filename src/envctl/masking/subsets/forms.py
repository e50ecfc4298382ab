"""Values of foreign keys as texts that are the same wherever Postgres takes the values for equal.

Both sides may be of different types, and one value may have several texts. So numbers lose the zeros behind their point
(1.50 is 1.5, and the 7 of a bigint that of a numeric), texts lose blanks at their end where one side is char(n), and
their case where one is citext; dates get the time of day that they have beside a timestamp. What becomes alike without
being equal only adds rows. Types of which nobody knows when two texts are equal cannot be compared.
"""

from __future__ import annotations

import re
from typing import Literal

import polars as pl

from envctl.catalogue import Column

Form = Literal["text", "number", "blank", "caseless", "midnight"]
_PRECISION = re.compile(r"\(\d+\)")
_PLAIN = frozenset({"integer", "boolean", "uuid", "bytes"})  # equal values have equal texts
_OF_TYPE = frozenset({"time", "timestamp", "date", "network", "number"})  # within one type they do
_IN_ARRAYS = frozenset({"text", "integer", "boolean", "uuid", "enum", "date"})
_OTHERS = re.compile(r"bit( varying)?|money|pg_lsn|xid8?|tid")


def forms(one: Column, other: Column) -> tuple[Form, Form] | None:
    """What is made of the values of a column and of one that it references; None where they cannot be compared."""
    same = _type(one) == _type(other)
    if one.array or other.array:
        plain = one.family in _IN_ARRAYS and not (one.fixed or one.caseless)
        return ("text", "text") if same and plain and one.array and other.array else None
    families = {one.family, other.family}
    if families <= {"integer", "number"} and "number" in families:
        return ("number", "number") if same or all(map(_exact, (one, other))) else None
    if families == {"text"}:
        form = _of_texts(one, other)
        return form, form
    if families == {"date", "timestamp"}:
        zoned = "without time zone" not in f"{one.type}{other.type}"
        return (
            None
            if zoned
            else ("midnight" if one.family == "date" else "text", "midnight" if one.family != "date" else "text")
        )
    if len(families) > 1:
        return None
    equal = (
        one.family in _PLAIN
        or (same and (one.family in _OF_TYPE or _OTHERS.fullmatch(_type(one)) is not None))
        or (one.family == "enum" and one.labels == other.labels)
    )
    return ("text", "text") if equal else None


def formed(values: pl.Series, form: Form) -> pl.Series:
    """Values without escapes, in a form. Null stays null."""
    if form == "number":
        bare = values.str.strip_chars_end("0").str.strip_chars_end(".")
        found = bare.zip_with(values.str.contains(".", literal=True).fill_null(value=False), values)
        return found.replace("-0", "0")
    if form == "blank":
        return values.str.strip_chars_end(" ")
    if form == "caseless":
        return values.str.strip_chars_end(" ").str.to_uppercase().str.to_lowercase()
    if form == "midnight":
        return values.str.replace(r"^(\d+-\d+-\d+)", "${1} 00:00:00")
    return values


def _of_texts(one: Column, other: Column) -> Form:
    if one.caseless or other.caseless:
        return "caseless"
    return "blank" if any(column.fixed or column.type == "bpchar" for column in (one, other)) else "text"


def _type(column: Column) -> str:
    return _PRECISION.sub("", column.type)


def _exact(column: Column) -> bool:
    """Whether a number is none that is near another: of floats nobody knows which texts are equal."""
    return column.family == "integer" or column.type.startswith("numeric")
