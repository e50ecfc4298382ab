"""Conditions of whole numbers that are looked at as texts."""

from __future__ import annotations

import re

import numpy as np

from envctl.synthetic.checks.facts import Fact, High, Low, OneOf
from envctl.synthetic.checks.kinds import Kinds
from envctl.synthetic.checks.signs import bounds
from envctl.synthetic.checks.sums import Alternatives, either, one
from envctl.synthetic.checks.tree import Cast, Col
from envctl.synthetic.patterns import Pattern, Unreadable

_LISTED = 10_000  # numbers
_DIGITS = 20  # more than a whole number has


def _column(kinds: Kinds, text: Cast) -> str:
    """The column of whole numbers that is looked at as a text."""
    if not isinstance(text.inner, Col) or text.type != "text" or kinds.of(text.inner) != "integer":
        raise Unreadable("a pattern or a part of something that is no text in a column")
    return text.inner.name


def matching(kinds: Kinds, text: Cast, regex: str) -> tuple[Fact, ...]:
    """Numbers whose digits match a regular expression, some of them where they are many."""
    pattern, column = Pattern(regex), kinds.column(_column(kinds, text))
    count = min(pattern.space, _LISTED)
    texts = pattern.nth(
        np.array([at * (pattern.space - 1) // max(count - 1, 1) for at in range(count)], dtype=np.int64)
    )
    whole = (said for said in texts if re.fullmatch(r"0|-?[1-9]\d{0,17}", said, re.ASCII))
    fitting = tuple(said for said in whole if (column.low or 0) <= int(said) <= (column.high or 0))
    return (OneOf(column.name, fitting),)


def measured(kinds: Kinds, text: Cast, op: str, value: int) -> Alternatives:
    """Whole numbers, from 0 on, of so many digits."""
    column = _column(kinds, text)
    return either(
        *(
            one(
                Low(column, str(10 ** (low - 1)) if low > 1 else "0"),
                *([] if high is None else [High(column, str(10**high), open=True)]),
            )
            for low, high in bounds(op, value)
            if low < _DIGITS and (high is None or 1 <= high < _DIGITS)
        )
    )
