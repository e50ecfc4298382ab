"""How large a number usually is that is called so."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from envctl.synthetic.base import Field


class Usual(NamedTuple):
    """From `low` to `high`, by `skew` the more of them near the lowest."""

    low: Decimal
    high: Decimal
    skew: float = 1.0


def _words(text: str, low: str, high: str, skew: float = 1.0) -> dict[str, Usual]:
    return dict.fromkeys(text.split(), Usual(Decimal(low), Decimal(high), skew))


# The last word of a name that is here decides.
_USUAL: dict[str, Usual] = {
    **_words("quantity qty quantities pieces units ordered", "1", "20", 3),
    **_words("count attempts retries likes replies logins visits uses children", "0", "50", 3),
    **_words("age", "0", "90"),
    **_words("rating ratings stars grade", "1", "5", 0.6),
    **_words("score percent percentage progress discount humidity share", "0", "100"),
    **_words("rate ratio probability confidence fraction", "0", "0.25"),
    **_words("price cost fee amount total subtotal value charge paid sum payment", "1", "500", 3),
    **_words("tax vat shipping freight delivery postage tip", "0", "25", 2),
    **_words("salary income wage revenue budget turnover", "18000", "150000", 2),
    **_words("balance credit limit", "0", "10000", 2),
    **_words("stock inventory available", "0", "500", 2),
    **_words("width height depth length size radius diameter", "1", "200"),
    **_words("weight mass", "0.1", "100", 3),
    **_words("temperature", "-10", "35"),
    **_words("duration minutes seconds", "1", "240", 2),
    **_words("hours", "1", "24"),
    **_words("days", "1", "30", 2),
    **_words("month", "1", "12"),
    **_words("day", "1", "28"),
    **_words("week", "1", "52"),
    **_words("weekday", "1", "7"),
    **_words("hour", "0", "23"),
    **_words("minute second", "0", "59"),
    **_words("position rank level priority sort order sequence line step", "1", "10", 2),
    **_words("version revision", "1", "9", 3),
    **_words("floor", "0", "12", 2),
    **_words("port", "1024", "65535"),
    **_words("bytes filesize", "1024", "10000000", 3),
    **_words("pulse heartrate", "55", "110"),
}
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_OTHERS = Usual(Decimal(1), Decimal(1000), 2)
_YEARS = 15  # of which a year is one, up to the last


def usual(field: Field) -> Usual:
    """By the last word of its name that says something."""
    for piece in reversed(_PIECES.findall(field.column.name)):
        word = piece.lower()
        if word in {"year", "years"}:
            last = datetime.fromtimestamp(field.until - 1, UTC).year
            return Usual(Decimal(last - _YEARS + 1), Decimal(last), 0.7)
        if word in _USUAL:
            return _USUAL[word]
    return _OTHERS
