"""Points in time: what is made a date or a timestamp, and what comes of adding to one. In UTC, as all of it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

import polars as pl

from envctl.masking.conditions import literals, terms
from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.spans import span
from envctl.masking.conditions.terms import Term

TYPES = ("date", "timestamp", "timestamptz", "interval")
_NEVER = pl.lit(value=False)


def instant(now: datetime) -> Term:
    """`now()`."""
    return _constant(now.astimezone(UTC).replace(tzinfo=None))


def day(now: datetime) -> Term:
    """`current_date`."""
    return _constant(now.astimezone(UTC).date())


def cast(term: Term, kind: str) -> Term:
    """A value as one of TYPES. Raises Problem."""
    if kind == "interval":
        return term if term.span is not None else Term("interval", pl.lit(None), _NEVER, span=span(_quoted(term, kind)))
    wanted: Literal["date", "timestamp"] = "date" if kind == "date" else "timestamp"
    if term.literal is not None:
        return _constant(literals.moment(term.literal, wanted, offset=kind != "timestamp"))
    if term.kind not in {"date", "timestamp"}:
        raise Problem(f"{terms.named(term)} cannot be made a {kind}")
    made = term.expression.cast(pl.Date if wanted == "date" else pl.Datetime("us"))
    return Term(wanted, made, term.null)


def moved(left: Term, sign: str, right: Term) -> Term:
    """What comes of `+` and `-`. Raises Problem for what is not about dates and times."""
    if right.kind in {"date", "timestamp"} and sign == "+":
        left, right = right, left
    null = left.null | right.null
    if right.span is not None:
        by = right.span if sign == "+" else -right.span
        if left.span is not None:
            return Term("interval", pl.lit(None), _NEVER, span=left.span + by)
        if left.kind in {"date", "timestamp"}:
            return Term("timestamp", by.after(left.expression.cast(pl.Datetime("us"))), null)
    if left.kind == "date" and right.kind == "number" and right.whole and right.column is None:
        days = right.expression if sign == "+" else -right.expression
        return Term("date", left.expression + pl.duration(days=days), null)
    if left.kind == right.kind == "date" and sign == "-":
        return Term("number", (left.expression - right.expression).dt.total_days(), null, whole=True)
    raise Problem(f"it has {terms.named(left)} {sign} {terms.named(right)}: only times can be reckoned with")


def _quoted(term: Term, kind: str) -> str:
    if term.literal is None:
        raise Problem(f"{terms.named(term)} cannot be made an {kind}")
    return term.literal


def _constant(value: date | datetime) -> Term:
    return Term("timestamp" if isinstance(value, datetime) else "date", pl.lit(value), _NEVER)
