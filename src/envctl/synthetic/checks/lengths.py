"""Times between points in time, as Postgres writes and reads them."""

from __future__ import annotations

from datetime import timedelta

from envctl.masking.conditions.literals import Problem
from envctl.masking.conditions.spans import Span, span
from envctl.synthetic.patterns import Unreadable

_SECOND, _MINUTE, _HOUR = 1_000_000, 60, 3600  # in microseconds, seconds, seconds
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


def read(text: str) -> Span:
    """What the text of an interval means. Raises Unreadable."""
    try:
        return span(text)
    except Problem:
        raise Unreadable("an interval") from None


def written(length: Span) -> str:
    """An interval as Postgres writes it; nothing for none."""
    parts = [f"{count} {unit}" for count, unit in ((length.months, "mons"), (length.days, "days")) if count]
    seconds, rest = divmod(abs(length.microseconds), _SECOND)
    if length.microseconds:
        clock = ":".join(f"{count:02}" for count in (seconds // _HOUR, seconds // _MINUTE % _MINUTE, seconds % _MINUTE))
        parts.append(f"{'-' if length.microseconds < 0 else ''}{clock}{f'.{rest:06}' if rest else ''}")
    return " ".join(parts)


def microseconds(length: Span) -> int:
    """How long it is when Postgres compares it: months have 30 days."""
    whole = length.months * _MONTH + length.days * _DAY + timedelta(microseconds=length.microseconds)
    return whole // timedelta(microseconds=1)


def of_microseconds(count: int) -> Span:
    """One so long, in days and parts of them."""
    days, rest = divmod(count, _DAY // timedelta(microseconds=1))
    return Span(days=days, microseconds=rest)
