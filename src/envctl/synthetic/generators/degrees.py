"""Where something lies on earth."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.generators.spot import spots
from envctl.synthetic.generators.worded import longest
from envctl.synthetic.pools.places import Places, places

_SCATTERED = 0.05  # degrees around a place's middle


class _Degrees(Generator):
    """One of two coordinates."""

    makes: ClassVar[frozenset[Family]] = frozenset({"number", "text"})

    def _at(self, known: Places) -> pl.Series:
        raise NotImplementedError

    def objection(self, field: Field) -> str | None:
        """It must hold those of the country."""
        limits, known = field.limits, self._at(places(field.locale))
        low, high = float(known.min()) - 1, float(known.max()) + 1  # type: ignore[arg-type]  # degrees are numbers
        if field.column.family == "text":
            room = longest(field)
            return "is too narrow for coordinates" if room is not None and room < len("-123.123456") else None
        tight = field.column.high is not None and max(-low, high) > field.column.high
        if tight or (limits.low is not None and float(limits.low) > low):
            return "does not hold the coordinates of the country"
        return "does not hold the coordinates of the country" if _below(limits.high, high) else None

    def space(self, field: Field) -> int | None:  # noqa: ARG002 – as the base says
        """They may meet."""
        return None

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Around the row's place, as far as a town goes."""
        middle = self._at(places(field.locale)).gather(pl.Series(spots(field, rows)))
        off = (rows.draws(field.column.name).fractions(rows.numbers) - 0.5) * 2 * _SCATTERED
        made = (middle + pl.Series(off)).round(6)
        return made.cast(pl.String) if field.column.family == "text" else made


def _below(limit: str | None, value: float) -> bool:
    return limit is not None and float(limit) < value


class Latitude(_Degrees):
    """Degrees to the north, within the row's town."""

    name: ClassVar[str] = "latitude"

    def _at(self, known: Places) -> pl.Series:
        return known.latitude


class Longitude(_Degrees):
    """Degrees to the east, within the row's town."""

    name: ClassVar[str] = "longitude"

    def _at(self, known: Places) -> pl.Series:
        return known.longitude
