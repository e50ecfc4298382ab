"""Conditions of days, years and ages, and of the time between two points in time."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from envctl.masking.conditions.spans import Span
from envctl.synthetic.checks.facts import OneOf
from envctl.synthetic.checks.facts import Op as Sign
from envctl.synthetic.checks.kinds import Kinds
from envctl.synthetic.checks.moments import MOMENTS, MONTHS, Moment, bound, moment_of, pair, shifted, single, span_of
from envctl.synthetic.checks.signs import TURNED
from envctl.synthetic.checks.sums import NEVER, Alternatives, both, either, one
from envctl.synthetic.checks.tree import Call, Cast, Col, Const, Op, Tree
from envctl.synthetic.patterns import Unreadable

_FIRST_YEAR, _LAST_YEAR = 2000, 2025  # of days that are listed
_NOW = Cast(Call("now", ()), "date")


def compared(kinds: Kinds, op: Sign, left: Tree, right: Tree) -> Alternatives | None:
    """What a comparison demands with the constant on the right; None where it is about something else."""
    day = isinstance(left, Cast) and left.type == "date" and kinds.of(right) in MOMENTS
    if day and isinstance(left, Cast) and isinstance(left.inner, Col) and kinds.of(left.inner) == "timestamp":
        return _day(kinds, left.inner.name, op, moment_of(kinds, right))
    if isinstance(left, Op) and left.sign == "-" and {kinds.of(part) for part in left.args} <= MOMENTS:
        return _between(kinds, op, left.args, span_of(kinds, right))
    if isinstance(left, Cast) and left.type == "date" and isinstance(left.inner, Call):
        left = left.inner if left.inner.name == "date_trunc" else left
    return _of_call(kinds, op, left, right) if isinstance(left, Call) and len(left.args) in {1, 2} else None


def _of_call(kinds: Kinds, op: Sign, left: Call, right: Tree) -> Alternatives | None:
    if left.name == "age" and isinstance(right, Const) and kinds.of(right) == "interval":
        return _between(kinds, op, _aged(left), span_of(kinds, right))
    if left.name == "date_part" and isinstance(right, Const) and right.text is not None:
        return _part(kinds, op, left, right.text)
    if left.name == "date_trunc" and op == "=" and isinstance(right, Col):
        return _cut(kinds, left, right)
    return None


def _day(kinds: Kinds, column: str, op: Sign, day: Moment) -> Alternatives:
    """The day that a point in time is on."""
    if day.base:
        return _day_of_column(kinds, column, op, day)
    if day.at is None:
        return single(kinds, Moment(column), "<" if op in {"<", "<="} else op, day)
    start = shifted(day.at, day.later)
    if start != start.replace(hour=0, minute=0, second=0, microsecond=0):
        raise Unreadable("a date that is compared with a time")
    return _inside(kinds, column, op, start, start + timedelta(days=1))


def _day_of_column(kinds: Kinds, column: str, op: Sign, day: Moment) -> Alternatives:
    """The day that a point in time is on, and a column of dates: each begins as such a date does."""
    if kinds.of(Col(day.base)) != "date":
        raise Unreadable("the days of two points in time")
    mine, after = Moment(column), Moment(day.base, None, day.later + Span(days=1))
    match op:
        case "=":
            return both(pair(mine, ">=", day), pair(mine, "<", after))
        case "<>":
            return either(pair(mine, "<", day), pair(mine, ">=", after))
        case "<" | ">=":
            return pair(mine, op, day)
        case _:
            return pair(mine, "<" if op == "<=" else ">=", after)


def _aged(call: Call) -> tuple[Tree, ...]:
    """From when to when: since between two columns months are of any length, only up to now."""
    late, early = (_NOW, call.args[0]) if len(call.args) == 1 else call.args
    if late not in {_NOW, _NOW.inner}:
        raise Unreadable("an age at another time than now")
    return late, early


def _between(kinds: Kinds, op: Sign, parts: tuple[Tree, ...], span: Span) -> Alternatives:
    """The time from the second to the first stands so to an interval."""
    late, early = (moment_of(kinds, part) for part in parts)
    if span.months and late.base:
        raise Unreadable("a time between two columns, in months")
    if op in {"=", "<>"} and (span.months or span.microseconds):
        raise Unreadable("a time between that is exactly so long")
    if late.base and early.base:
        return pair(late, op, Moment(early.base, None, early.later + span))
    if late.base:
        return single(kinds, late, op, Moment(at=early.at, later=early.later + span))
    if early.base:
        return single(kinds, early, TURNED[op], Moment(at=late.at, later=late.later + -span))
    raise Unreadable("a time between that no column has an end of")


def _part(kinds: Kinds, op: Sign, call: Call, said: str) -> Alternatives | None:
    field, inner = call.args
    if not isinstance(field, Const) or not said.lstrip("-").isdecimal():
        return None
    number, part = int(said), _PARTS.get(field.text or "")
    if field.text == "year" and isinstance(inner, Call) and inner.name == "age":
        if op not in {">=", ">"}:
            raise Unreadable("an age that is no lower bound")
        return _between(kinds, ">=", _aged(inner), Span(months=MONTHS * (number + (op == ">"))))
    if not isinstance(inner, Col) or kinds.of(inner) not in MOMENTS:
        return None
    if part is not None:
        return _days_that(kinds, inner, lambda day: _HOLDS[op](part(day), number))
    if field.text != "year" or not date.min.year <= number < date.max.year:
        return None
    return _inside(kinds, inner.name, op, datetime(number, 1, 1), datetime(number + 1, 1, 1))


def _inside(kinds: Kinds, column: str, op: Sign, start: datetime, after: datetime) -> Alternatives:
    """What lasts from a start to before another stands so to what the column is in."""
    if op == "=":
        return both(bound(kinds, column, ">=", start), bound(kinds, column, "<", after))
    if op == "<>":
        return either(bound(kinds, column, "<", start), bound(kinds, column, ">=", after))
    return bound(kinds, column, "<" if op in {"<", "<="} else ">=", after if op in {"<=", ">"} else start)


def _days_that(kinds: Kinds, column: Col, fits: Callable[[date], bool]) -> Alternatives:
    """A list of the days for which something holds."""
    first, last = date(_FIRST_YEAR, 1, 1), date(_LAST_YEAR, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    end = "" if kinds.of(column) == "date" else " 00:00:00"
    found = tuple(f"{day.isoformat()}{end}" for day in days if fits(day))
    return one(OneOf(column.name, found)) if found else NEVER


_PARTS: Mapping[str, Callable[[date], int]] = {
    "dow": lambda day: day.isoweekday() % 7,
    "isodow": date.isoweekday,
    "day": lambda day: day.day,
    "month": lambda day: day.month,
    "quarter": lambda day: (day.month + 2) // 3,
}
_STARTS: Mapping[str, Callable[[date], bool]] = {
    "day": lambda _: True,
    "week": lambda day: day.isoweekday() == 1,
    "month": lambda day: day.day == 1,
    "quarter": lambda day: day.day == 1 and day.month % 3 == 1,
    "year": lambda day: day.day == 1 and day.month == 1,
}
_HOLDS: Mapping[Sign, Callable[[int, int], bool]] = {
    **{"=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
}


def _cut(kinds: Kinds, call: Call, right: Col) -> Alternatives | None:
    """Points in time that begin something."""
    field, inner = call.args[0], call.args[1]
    if inner != right or not isinstance(field, Const) or kinds.of(right) not in MOMENTS:
        return None
    starts = _STARTS.get(field.text or "")
    return None if starts is None else _days_that(kinds, right, starts)
