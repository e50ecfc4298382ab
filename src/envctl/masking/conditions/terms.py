"""What conditions are made of: a column or a literal as polars compares it, and whether that is as Postgres would."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from envctl.catalogue import Column
from envctl.masking.conditions import literals
from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.spans import Span

# `label` is compared for equality alone, `any` is a text in quotes or NULL: it becomes what it is compared with.
Kind = Literal["text", "label", "number", "date", "timestamp", "interval", "boolean", "any", "other"]
_KINDS: Mapping[str, Kind] = {
    "text": "text",
    "enum": "label",
    "uuid": "label",
    "integer": "number",
    "number": "number",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
COMPARED: Mapping[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NAMES: Mapping[Kind, str] = {
    "text": "a text",
    "label": "a uuid or an enum's label",
    "number": "a number",
    "date": "a date",
    "timestamp": "a point in time",
    "interval": "an interval",
    "boolean": "true or false",
    "any": "a literal",
    "other": "a value of which only NULL can be asked",
}
_EXACT = 15  # digits that a double keeps
_TIME = r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?)([+-]\d\d(?::\d\d){0,2})?$"
_DATE = r"^\d{4}-\d\d-\d\d$"
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class Term:
    """A part of a condition: how polars computes it, and whether it is NULL (which it may be without being known)."""

    kind: Kind
    expression: pl.Expr
    null: pl.Expr
    literal: str | None = None  # in quotes, and not yet of a type
    column: Column | None = None
    whole: bool = False  # of a number
    span: Span | None = None  # of an interval


def alias(at: int) -> str:
    """The name that a condition's column has where it is answered."""
    return f"c{at}"


def column(column: Column, at: int) -> Term:
    """A column's value."""
    raw = pl.col(alias(at))
    kind: Kind = "other" if column.array else _KINDS.get(column.family, "other")
    whole = column.family == "integer"
    return Term(kind, _read(raw, kind, column), raw.is_null(), column=column, whole=whole)


def number(digits: str) -> Term:
    """A number as it is written."""
    if len(digits.strip("-").replace(".", "")) > _EXACT:
        raise Problem(f"it holds a number of more than {_EXACT} digits")
    value = float(digits) if "." in digits else int(digits)
    return Term("number", pl.lit(value), pl.lit(value=False), whole=isinstance(value, int))


def literal(text: str) -> Term:
    """A text in quotes."""
    return Term("any", pl.lit(text), pl.lit(value=False), literal=text)


def constant(value: bool | None) -> Term:
    """TRUE, FALSE or NULL."""
    null = pl.lit(value is None)
    return Term("any", pl.lit(None), null) if value is None else Term("boolean", pl.lit(value), null)


def unread(term: Term) -> pl.Expr:
    """Whether a column's value is there and was not understood."""
    return ~term.null & term.expression.is_null()


def truth(expression: pl.Expr) -> Term:
    """An answer."""
    return Term("boolean", expression, expression.is_null())


def logical(term: Term) -> pl.Expr:
    """A term that stands where an answer must."""
    if term.kind == "any" and term.literal is None:
        return pl.lit(None, dtype=pl.Boolean)
    if term.kind != "boolean":
        raise Problem(f"{named(term)} stands where a condition must")
    return term.expression


def alike(left: Term, right: Term, *, ordered: bool) -> tuple[pl.Expr, pl.Expr]:
    """Two terms as they are compared."""
    left, right = _typed(left, right), _typed(right, left)
    if left.kind == "any" or right.kind == "any":
        return pl.lit(None, dtype=pl.Boolean), pl.lit(None, dtype=pl.Boolean)
    if {left.kind, right.kind} == {"date", "timestamp"}:
        return left.expression.cast(pl.Datetime("us")), right.expression.cast(pl.Datetime("us"))
    if left.kind != right.kind or left.kind in {"other", "interval"} or _labels(left) != _labels(right):
        raise Problem(f"{named(left)} is compared with {named(right)}")
    if ordered and left.kind in {"text", "label"}:
        raise Problem("it asks for the order of texts, which depends on the collation")
    if left.kind == "number" and left.whole != right.whole and (left.column or right.column) is not None:
        return _exact(left), _exact(right)
    return left.expression, right.expression


def distinct(left: Term, right: Term) -> pl.Expr:
    """Whether they differ, NULL being a value like others."""
    one, other = alike(left, right, ordered=False)
    return pl.when(left.null | right.null).then(left.null != right.null).otherwise(one != other)


def like(left: Term, pattern: Term, *, blind: bool = False) -> pl.Expr:
    """Whether a text is of a pattern; `blind` to case."""
    if left.kind != "text" or (left.column is not None and left.column.fixed):
        raise Problem("LIKE asks of what is no text of its own length")
    if pattern.literal is None:
        raise Problem("LIKE needs a pattern in quotes")
    if blind and not pattern.literal.isascii():
        raise Problem("ILIKE has letters that are not ASCII")
    return left.expression.str.contains(("(?is)" if blind else "(?s)") + literals.pattern(pattern.literal))


def _read(raw: pl.Expr, kind: Kind, column: Column) -> pl.Expr:
    """A column's text as what it stands for; unknown where that cannot be said."""
    if kind == "number" and column.family == "integer":
        return raw.cast(pl.Int64, strict=False)
    if kind == "number":
        digits = raw.str.replace(r"[eE].*$", "").str.replace_all(r"\D", "").str.len_bytes()
        return pl.when((digits > 0) & (digits <= _EXACT)).then(raw.cast(pl.Float64, strict=False))
    if kind == "boolean":
        return pl.when(raw == "t").then(statement=True).when(raw == "f").then(statement=False)
    if kind == "date":
        return pl.when(raw.str.contains(_DATE)).then(raw).str.to_date("%Y-%m-%d", strict=False)
    if kind == "timestamp":
        return _instant(raw)
    return raw.str.strip_chars_end(" ") if column.fixed else raw


def _instant(raw: pl.Expr) -> pl.Expr:
    """A point in time, in UTC."""
    local = raw.str.extract(_TIME, 1).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
    offset = raw.str.extract(_TIME, 2)
    seconds = sum(
        (
            offset.str.slice(at, 2).cast(pl.Int64, strict=False).fill_null(0) * unit
            for at, unit in ((1, 3600), (4, 60), (7, 1))
        ),
        pl.lit(0),
    )
    ahead = pl.when(offset.str.starts_with("-")).then(-seconds).otherwise(seconds)
    return local - pl.duration(seconds=ahead)


def _exact(term: Term) -> pl.Expr:
    """A number beside one that may be a fraction."""
    if term.whole and term.column is not None:
        raise Problem(f"{named(term)} is a whole number, and is compared with what may be a fraction")
    return term.expression.cast(pl.Float64)


def _labels(term: Term) -> object:
    """What a label is one of."""
    return (term.column.family, term.column.type) if term.kind == "label" and term.column else None


def _typed(term: Term, other: Term) -> Term:
    """A text in quotes as what it is compared with."""
    if term.kind != "any" or term.literal is None:
        return term
    kind: Kind = "text" if other.kind == "any" else other.kind
    text, whole = term.literal, False
    if other.column is not None and other.column.fixed:
        text = text.rstrip(" ")
    value: object = text
    if kind == "number":
        read = number(text.strip().lstrip("+")) if _NUMBER.fullmatch(text.strip()) else None
        if read is None:
            raise Problem("a text in quotes is compared with a number, and is none")
        return read
    if kind in {"date", "timestamp"}:
        value = literals.moment(text, kind, offset=_zoned(other))
    elif kind == "boolean":
        value = literals.truth(text)
    elif kind == "label":
        value = literals.label(text, other.column.labels if other.column is not None else ())
    return Term(kind, pl.lit(value), pl.lit(value=False), column=other.column if kind == "label" else None, whole=whole)


def _zoned(term: Term) -> bool:
    """Whether a point in time is of a type with time zones, as far as that is known."""
    return term.column is None or "without time zone" not in term.column.type


def named(term: Term) -> str:
    """What a term is, for people."""
    return f'"{term.column.name}"' if term.column is not None else _NAMES[term.kind]
