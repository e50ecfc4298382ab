"""Conditions of dates and times: how they follow each other, and what year they are in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from envctl.masking.conditions.spans import Span
from envctl.synthetic.checks import lengths
from envctl.synthetic.checks.facts import Compare, High, Low, Never, OneOf
from envctl.synthetic.checks.facts import Op as Sign
from envctl.synthetic.checks.kinds import Kinds
from envctl.synthetic.checks.signs import TURNED
from envctl.synthetic.checks.sums import Alternatives, one
from envctl.synthetic.checks.tree import Call, Cast, Col, Const, Op, Tree
from envctl.synthetic.patterns import Unreadable

# Whoever checks a condition later than the rows were made does so between these: what must lie before now lies before
# the first, what must lie behind it behind the second.
EARLIEST, LATEST = datetime(2026, 1, 1), datetime(2036, 1, 1)
MOMENTS = frozenset({"date", "timestamp"})
MONTHS = 12
_SAFE_DAY = 28  # that every month has
_NONE = Span()
_AFTER = frozenset({">", ">="})


@dataclass(frozen=True)
class Moment:
    """A column (`base`), a constant or now (neither), and how much later."""

    base: str = ""
    at: datetime | None = None
    later: Span = _NONE


def compared(kinds: Kinds, op: Sign, left: Tree, right: Tree) -> Alternatives | None:
    """What a comparison demands; None where it is not about dates and times."""
    if not {kinds.of(left), kinds.of(right)} <= MOMENTS:
        return None
    if isinstance(left, Col) and isinstance(right, Const) and (right.text or "").endswith("infinity"):
        return _finite(left.name, op, right.text or "")
    mine, yours = moment_of(kinds, left), moment_of(kinds, right)
    if mine.base and yours.base:
        return pair(mine, op, yours)
    if mine.base:
        return single(kinds, mine, op, yours)
    if yours.base:
        return single(kinds, yours, TURNED[op], mine)
    raise Unreadable("a comparison of points in time without a column")


def _finite(column: str, op: Sign, end: str) -> Alternatives:
    """A column and the end, or the beginning, of time."""
    if op == "=":
        return one(OneOf(column, (end,)))
    inside = ({"<", "<="} if end == "infinity" else {">", ">="}) | {"<>"}
    if op not in inside:
        raise Unreadable(f"what lies behind {end}")
    return one(Never(column, (end,)))


def moment_of(kinds: Kinds, tree: Tree) -> Moment:
    """What a part says, if it is a column, a constant or now, and so much later. Raises Unreadable."""
    if isinstance(tree, Col):
        return Moment(tree.name)
    if isinstance(tree, Call) and tree.name == "now":
        return Moment()
    if isinstance(tree, Cast) and tree.inner == Call("now", ()):
        return Moment()
    if isinstance(tree, Const) and tree.text is not None:
        return Moment(at=_read(tree.text))
    if isinstance(tree, Op) and tree.sign in {"+", "-"} and len(tree.args) == 2:  # noqa: PLR2004 – of two
        first, second = tree.args
        if kinds.of(first) not in MOMENTS and tree.sign == "+":
            first, second = second, first
        inner, by = moment_of(kinds, first), span_of(kinds, second)
        return Moment(inner.base, inner.at, inner.later + (by if tree.sign == "+" else -by))
    raise Unreadable("a point in time that is computed")


def _read(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unreadable("a point in time that is not between the years 1 and 9999") from None
    return found.replace(tzinfo=None) - (found.utcoffset() or timedelta())


def span_of(kinds: Kinds, tree: Tree) -> Span:
    """How much later a constant is. Raises Unreadable."""
    if isinstance(tree, Const) and tree.text is not None:
        kind = kinds.of(tree)
        if kind == "integer":
            return Span(days=int(tree.text))
        if kind == "interval":
            return lengths.read(tree.text)
    raise Unreadable("a time between that is computed")


def pair(left: Moment, op: Sign, right: Moment) -> Alternatives:
    """Two columns; months are added on the side where they stand, since taking them away is not the opposite."""
    if left.later.months:
        left, right, op = right, left, TURNED[op]
    if left.later.months:
        raise Unreadable("months that are added on both sides")
    return one(Compare(left.base, op, right.base, lengths.written(right.later + -left.later)))


def single(kinds: Kinds, mine: Moment, op: Sign, other: Moment) -> Alternatives:
    """A column, and a constant or now."""
    if other.at is None:
        if op in {"=", "<>"}:
            raise Unreadable("a comparison with the very moment it is checked at")
        at = LATEST if op in _AFTER else EARLIEST
    else:
        at = other.at
    return bound(kinds, mine.base, op, shifted(at, other.later + -mine.later))


def shifted(at: datetime, by: Span) -> datetime:
    """That much later. Raises Unreadable where that is no certain day."""
    if by.months and at.day > _SAFE_DAY:
        raise Unreadable("months that are added to the end of one")
    months = at.year * MONTHS + at.month - 1 + by.months
    try:
        moved = at.replace(year=months // MONTHS, month=months % MONTHS + 1)
        return moved + timedelta(days=by.days, microseconds=by.microseconds)
    except (ValueError, OverflowError):
        raise Unreadable("a point in time that is not between the years 1 and 9999") from None


def bound(kinds: Kinds, column: str, op: Sign, at: datetime) -> Alternatives:
    """A column before or behind a point in time; a date does not know what time it is."""
    text = at.isoformat(sep=" ")
    if kinds.of(Col(column)) == "date":
        whole = at == at.replace(hour=0, minute=0, second=0, microsecond=0)
        if not whole and op in {"=", "<>"}:
            raise Unreadable("a date that is compared with a time")
        if not whole and op in {"<", "<="}:  # that day is before it already
            op = "<="
        elif not whole:
            op = ">"
        text = at.date().isoformat()
    if op in {"=", "<>"}:
        return one(OneOf(column, (text,)) if op == "=" else Never(column, (text,)))
    return one((Low if op in _AFTER else High)(column, text, op in {"<", ">"}))
