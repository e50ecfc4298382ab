"""What happens first: the order of the moments of a row, told from the names of its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from envctl.catalogue import Column, Table
from envctl.masking.suggesting.names import words

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
BIRTH = 0


@dataclass(frozen=True)
class Rank:
    """Moments of a higher `order` come later: by `gap` seconds after the one before, taken together."""

    order: int
    gap: int


def _words(order: int, gap: int, text: str) -> dict[str, Rank]:
    return dict.fromkeys(text.split(), Rank(order, gap))


# The last word of a name that is here decides.
_RANKS: Mapping[str, Rank] = {
    **_words(BIRTH, 0, "birth born dob birthday birthdate"),
    **_words(
        10,
        _HOUR,
        "created create creation inserted registered registration signup joined opened ordered order placed submitted "
        "requested booked booking hired hire enrolled founded issued issue reported added purchase purchased",
    ),
    **_words(
        20, _DAY, "started start starts begin begins began admitted admission activated effective from arrival checkin"
    ),
    **_words(25, 4 * _HOUR, "confirmed verified approved accepted assigned"),
    **_words(30, 6 * _HOUR, "paid payment invoiced billed charged captured"),
    **_words(35, 10 * _DAY, "updated update modified changed edited seen login activity used refreshed synced"),
    **_words(40, 2 * _DAY, "shipped shipping shipment sent dispatched dispatch published"),
    **_words(50, 3 * _DAY, "delivered delivery received fulfilled arrived"),
    **_words(60, 5 * _DAY, "returned return refunded"),
    **_words(
        70,
        5 * _DAY,
        "ended end ends finished finish completed complete closed resolved discharged discharge cancelled canceled "
        "left terminated stopped stop until to deleted archived removed departure checkout died death deceased revoked",
    ),
    **_words(80, 60 * _DAY, "expires expire expired expiry expiration due"),
}
_OTHERS = Rank(15, _HOUR)


def rank_of(name: str) -> Rank:
    """By the last word that says something; others happen soon after the row came."""
    return next((_RANKS[word] for word in reversed(words(name)) if word in _RANKS), _OTHERS)


def moments_of(table: Table) -> tuple[Column, ...]:
    """The columns of a table that say when, in the order in which it happens: but for those that reference others."""
    referencing = {name for key in table.foreign_keys for name in key.columns}
    found = [
        column
        for column in table.columns
        if column.family in {"date", "timestamp"}
        and not (column.array or column.generated or column.name in referencing)
    ]
    return tuple(sorted(found, key=lambda column: rank_of(column.name).order))


def first_of(table: Table) -> str | None:
    """The column that says when a row came to be; else when whom it is about was born."""
    found = moments_of(table)
    return next((c.name for c in found if rank_of(c.name).order > BIRTH), found[0].name if found else None)
