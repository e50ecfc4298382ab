"""The functions that conditions may call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.terms import Term, named

_ASCII = r"^[\x00-\x7f]*$"


def foreign(term: Term) -> pl.Expr:
    """Whether a text has letters whose case depends on a locale."""
    return (~_text(term).str.contains(_ASCII)).fill_null(value=False)


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
