"""Where a row is: its town, its postcode and whatever else says something of a place agree."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from envctl.masking.suggesting.names import words
from envctl.masking.suggesting.vocabulary import COMPANIES, PEOPLE
from envctl.synthetic.base import Field, Rows
from envctl.synthetic.choosing.vocabulary import OWNERS, SPOTS
from envctl.synthetic.draws import Draws, Numbers
from envctl.synthetic.pools.places import POSTCODES, places

_OF = PEOPLE | COMPANIES | OWNERS | SPOTS
_REMEMBERED = 10_000  # columns


@lru_cache(_REMEMBERED)
def where(table: str, column: str) -> str:
    """Which of the places in a row a column is about: "billing" for `billing_city`; "" for the only one."""
    own = words(table)[-1:]
    return " ".join(word for word in words(column) if word in _OF and word not in own)


def spots(field: Field, rows: Rows) -> Numbers:
    """The place of each row; the first ones, which are large, more often than others."""
    count = len(places(field.locale).city)
    return (_draws(field, rows).fractions(rows.numbers) ** 2 * count).astype(np.int64)


def letters(field: Field, rows: Rows) -> Numbers:
    """The postcode of each row: one of its place's."""
    return spots(field, rows) * POSTCODES + _draws(field, rows).of("postcode").below(rows.numbers, POSTCODES)


def lists(field: Field, *things: str) -> bool:
    """Whether the table has a row for each of such things."""
    return words(field.table.name)[-1:] in {(thing,) for thing in things}


def _draws(field: Field, rows: Rows) -> Draws:
    return rows.draws("place", where(field.table.name, field.column.name))
