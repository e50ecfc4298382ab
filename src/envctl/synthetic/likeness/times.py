"""Moments that are spread as those of an example are, and still follow each other. Pure.

All moments of a row lie at the same place among those of their columns: of two columns of which one is never before the
other it then never is here. A row that belongs to another has a later place than that one, within the same tenth of
all: the rows of one parent lie near each other, and their moments are spread as they were, but for a few hundredths.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from envctl.synthetic.base import Field, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.times import read_moment
from envctl.synthetic.generators.times_days import DAY, moments, seconds, time_of_day
from envctl.synthetic.generators.times_ranks import BIRTH, first_of, moments_of, rank_of
from envctl.synthetic.likeness.spread import Fractions, month_of, months_of, seconds_of

_PLACES = 10
_FAR = 1 << 36  # seconds: more than two thousand years
_UPDATED = rank_of("updated").order  # from here on a moment does not say when its row came to be


def moments_like(bounds: Sequence[str], field: Field, rows: Rows) -> pl.Series:
    """Moments of a column between these limits, none before those of its row that come before it by their names."""
    born = rank_of(field.column.name).order == BIRTH
    place = rows.draws(field.column.name).fractions(rows.numbers) if born else _place(rows, ())
    ends = [None if text is None else read_moment(text, field) for text in (field.limits.low, field.limits.high)]
    low, high = (None if end is None else month_of(max(min(end, _FAR), -_FAR)) for end in ends)
    made = _by_day(seconds_of(months_of(bounds).at(place, low, high)))
    for name in _earlier(field):
        made = np.maximum(made, seconds(rows.column(name)))
    first, last = ends
    made = made if first is None else np.maximum(made, first)
    return moments(made if last is None else np.minimum(made, last), field.column.family)


def _place(rows: Rows, known: tuple[str, ...]) -> Fractions:
    """Where among all moments of its column those of each row are."""
    own = rows.draws("moments").fractions(rows.numbers)
    parent = _parent(rows, (*known, rows.table.full))
    if parent is None:
        return own
    part, inside = np.divmod(_place(parent, (*known, rows.table.full)) * _PLACES, 1)
    return np.asarray((part + inside + own * (1 - inside)) / _PLACES)


def _parent(rows: Rows, known: tuple[str, ...]) -> Rows | None:
    """The rows that these are a part of, and that came to be at some moment: events rather than people and things."""
    found = [
        parent
        for key in rows.table.foreign_keys
        if key.table not in known and (parent := rows.parent(key.columns)) is not None and _begins(parent)
    ]
    return next((parent for parent in found if parent.table.foreign_keys), found[0] if found else None)


def _begins(rows: Rows) -> bool:
    name = first_of(rows.table)
    return name is not None and BIRTH < rank_of(name).order < _UPDATED


def _by_day(when: Numbers) -> Numbers:
    """On the same days, when people are awake mostly; none passes another."""
    days, rest = np.divmod(when, DAY)
    return np.asarray(days * DAY + time_of_day(rest / DAY))


def _earlier(field: Field) -> list[str]:
    names = [column.name for column in moments_of(field.table)]
    return names[: names.index(field.column.name)] if field.column.name in names else []
