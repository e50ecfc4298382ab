"""Yes or no, what a type or a condition lists, and nothing at all."""

from __future__ import annotations

from typing import ClassVar, get_args

import numpy as np
import polars as pl
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.masking.suggesting.names import words
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import chosen

_ALL: frozenset[Family] = frozenset(get_args(Family))
_MOSTLY = 0.7
_SELDOM = 0.05


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_EXCEPTIONS = _words("""
    deleted archived blocked banned locked suspended disabled hidden cancelled canceled expired fraud spam test admin
    superuser staff deceased failed error refunded returned internal private draft
""")
_RULES = _words("active enabled verified valid confirmed visible published available current")


class Flag(Generator):
    """True or false: of what is called `deleted` or `blocked` few are true, of what is called `active` most."""

    name: ClassVar[str] = "boolean"
    makes: ClassVar[frozenset[Family]] = frozenset({"boolean"})

    share: float | None = Said(
        default=None,
        ge=0,
        le=1,
        strict=False,
        description="How many of them are true; without it the column's name decides.",
        examples=[0.5],
    )

    def space(self, field: Field) -> int:  # noqa: ARG002 – of booleans there are never more
        """Both."""
        return 2

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:  # noqa: ARG002
        """True first."""
        return pl.Series(numbers == 0)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """So many are true."""
        share = self._named(field) if self.share is None else self.share
        return pl.Series(rows.draws(field.column.name).fractions(rows.numbers) < share)

    @staticmethod
    def _named(field: Field) -> float:
        said = frozenset(words(field.column.name))
        return _SELDOM if said & _EXCEPTIONS else 1 - _SELDOM if said & _RULES else _MOSTLY


class Listed(Generator):
    """One of what the column's type or a CHECK lists, the first ones more often."""

    name: ClassVar[str] = "listed"
    makes: ClassVar[frozenset[Family]] = _ALL

    skew: float = Said(
        default=1.0,
        ge=0,
        le=10,
        strict=False,
        description="0: all are equally likely. 1: the second is half as likely as the first, the third a third …",
        examples=[0],
    )

    def objection(self, field: Field) -> str | None:
        """Something must be listed, and some of it allowed."""
        if not field.column.labels and field.limits.values is None:
            return "neither its type nor a CHECK lists values: use `pick`"
        return None if self._values(field) else "no value that its type lists is allowed"

    def space(self, field: Field) -> int:
        """As many as are listed."""
        return len(self._values(field))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """In their order."""
        return chosen(pl.Series(self._values(field), dtype=pl.String), numbers)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """By how likely each is."""
        weights = np.arange(1, self.space(field) + 1, dtype=np.float64) ** -self.skew
        ends = np.cumsum(weights) / weights.sum()
        drawn = rows.draws(field.column.name).fractions(rows.numbers)
        return self.nth(field, np.searchsorted(ends[:-1], drawn, side="right"))

    @staticmethod
    def _values(field: Field) -> tuple[str, ...]:
        labels, listed = field.column.labels, field.limits.values
        values = labels if listed is None else tuple(v for v in listed if not labels or v in labels)
        return tuple(value for value in values if value not in field.limits.never)


class Null(Generator):
    """Null in every row."""

    name: ClassVar[str] = "null"
    makes: ClassVar[frozenset[Family]] = _ALL

    def objection(self, field: Field) -> str | None:
        """It must be allowed."""
        return None if field.column.nullable and not field.limits.filled else "null is not allowed there"

    def space(self, field: Field) -> None:
        """They are no values."""

    def make(self, field: Field, rows: Rows) -> pl.Series:  # noqa: ARG002
        """Nothing."""
        return pl.Series([None], dtype=pl.String).new_from_index(0, len(rows.numbers))
