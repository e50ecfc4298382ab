"""Where a letter goes."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import polars as pl

from envctl.synthetic.base import Field, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.spot import letters
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.generators.worded import Pooled, Worded
from envctl.synthetic.pools.places import POSTCODES, country_code, places
from envctl.synthetic.pools.pool import joined, pool


class Street(Pooled):
    """A street with a number, as they are written in the locale."""

    name: ClassVar[str] = "street"
    between: ClassVar[str] = " / "

    def entries(self, field: Field) -> pl.Series:
        """Those that Faker makes up."""
        return pool("street", field.locale)


class Address(Worded):
    """Street, postcode and town of the row's place in one line."""

    name: ClassVar[str] = "address"
    between: ClassVar[str] = " / "

    def total(self, field: Field) -> int:
        """Each street in each town."""
        return len(pool("street", field.locale)) * len(places(field.locale).postcode)

    def lengths(self, field: Field) -> tuple[int, int]:
        """Of all parts."""
        known = places(field.locale)
        parts = [pool("street", field.locale), known.postcode, known.city, known.code]
        sizes = [part.str.len_chars().to_list() for part in parts]
        return sum(map(min, sizes)), sum(map(max, sizes)) + len(", ,  ")

    def which(self, field: Field, rows: Rows, total: int) -> Numbers:
        """In the row's place."""
        if field.unique:
            return super().which(field, rows, total)
        count = len(pool("street", field.locale))
        return letters(field, rows) * count + rows.draws(field.column.name).below(rows.numbers, count)

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """As the country writes it."""
        known, streets = places(field.locale), pool("street", field.locale)
        ends, at = np.divmod(numbers, len(streets))
        street, postcode = chosen(streets, at), chosen(known.postcode, ends)
        city = chosen(known.city, ends // POSTCODES)
        if country_code(field.locale) in {"US", "CA", "AU"}:
            return joined(street, ", ", city, ", ", chosen(known.code, ends // POSTCODES), " ", postcode)
        return joined(street, ", ", postcode, " ", city)
