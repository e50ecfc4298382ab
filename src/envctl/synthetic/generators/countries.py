"""Countries, and their codes."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from envctl.synthetic.base import Field, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.spot import lists
from envctl.synthetic.generators.worded import Pooled, longest
from envctl.synthetic.pools.places import nations, places

_SHORT = 3  # characters of codes


class Country(Pooled):
    """The country that the locale is of; where it is unique, and in lists of them, any of the world, in English."""

    name: ClassVar[str] = "country"

    def entries(self, field: Field) -> pl.Series:
        """One, or all."""
        return pl.Series([nation.name for nation in nations()] if _any(field) else [places(field.locale).nation.name])

    def which(self, field: Field, rows: Rows, total: int) -> Numbers:  # noqa: ARG002 – as the base says
        """As its code."""
        return rows.draws("country").shuffled(rows.numbers % total, total)


class CountryCode(Country):
    """The code of the same country: of three letters where the column has just so much room, else of two (ISO 3166)."""

    name: ClassVar[str] = "country_code"

    def entries(self, field: Field) -> pl.Series:
        """One, or all."""
        three = longest(field) == _SHORT or field.limits.shortest == _SHORT or "3" in field.column.name
        some = nations() if _any(field) else (places(field.locale).nation,)
        return pl.Series([nation.three if three else nation.two for nation in some])


def _any(field: Field) -> bool:
    return field.unique or lists(field, "country", "land", "pays", "pais", "nation")
