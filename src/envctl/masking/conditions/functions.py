"""The functions that conditions may call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.terms import Term, named

_MOST = 1 << 31  # as far as Postgres takes a number for an integer
_ASCII = r"^[\x00-\x7f]*$"


def foreign(term: Term) -> pl.Expr:
    """Whether a text has letters whose case depends on a locale."""
    return (~_text(term).str.contains(_ASCII)).fill_null(value=False)


def remainder(term: Term, by: int) -> Term:
    """What is left when a whole number is divided, with its sign."""
    if term.kind != "number" or not term.whole:
        raise Problem(f"{named(term)} is no whole number, and has no remainder")
    if not 0 < by < _MOST:
        raise Problem("nothing can be divided by that number")
    floored = term.expression % by  # never negative to polars
    return Term(
        "number",
        pl.when((term.expression < 0) & (floored != 0)).then(floored - by).otherwise(floored),
        term.null,
        whole=True,
    )


def _lower(term: Term) -> Term:
    return Term("text", _text(term).str.to_lowercase(), term.null)


def _upper(term: Term) -> Term:
    return Term("text", _text(term).str.to_uppercase(), term.null)


def _length(term: Term) -> Term:
    return Term("number", _text(term).str.len_chars().cast(pl.Int64), term.null, whole=True)


FOLDING = frozenset({"lower", "upper"})
FUNCTIONS: Mapping[str, Callable[[Term], Term]] = {"lower": _lower, "upper": _upper, "length": _length}


def _text(term: Term) -> pl.Expr:
    if term.kind != "text":
        raise Problem(f"{named(term)} stands where a text must")
    return term.expression
