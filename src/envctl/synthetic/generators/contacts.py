"""How the people of a table are reached. Nothing of it leads to anybody."""

from __future__ import annotations

from functools import cache
from typing import ClassVar

import polars as pl
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Draws, Numbers
from envctl.synthetic.generators.person import people, persons
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.generators.worded import MANY, longest
from envctl.synthetic.pools.pool import joined

_DOMAINS = ("example.com", "example.org", "example.net")  # nobody's, by RFC 2606
_SIGNS = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LEAST, _SHORTEST, _MOST = 4, 3, 64  # characters that a name and a number may be cut to, have at least, and at most
_BCRYPT, _BCRYPT_SIGNS = b"$2b$12$", 53  # what it begins with, and what follows


class _Signed(Generator):
    """The name of the row's person in letters of ASCII, and the row's number: nobody else has it."""

    makes: ClassVar[frozenset[Family]] = frozenset({"text"})
    _between: ClassVar[str] = "."

    def distinct(self, field: Field) -> bool:  # noqa: ARG002 – as the base says
        """By the row's number, and all in small letters."""
        return True

    def _behind(self, field: Field) -> int:
        """Characters that follow the number."""
        raise NotImplementedError

    def _room(self, field: Field) -> int | None:
        """Characters for name and number; None for any number."""
        most = longest(field)
        return None if most is None else most - self._behind(field)

    def objection(self, field: Field) -> str | None:
        """It must have room, and must not have to be too long."""
        room = self._room(field)
        if room is not None and room < _LEAST:
            return f"is too narrow for {self.name}s"
        short = field.limits.shortest > self._behind(field) + _SHORTEST
        return f"must hold longer texts than {self.name}s" if short else None

    def space(self, field: Field) -> int:
        """As many as there are numbers, less one for the first that is 1."""
        room = self._room(field)
        return MANY if room is None else min(10 ** min(room, 18) - 1, MANY)

    def _parts(self, field: Field, people_: Numbers, numbers: Numbers, draws: Draws) -> list[pl.Series]:
        """Name and number; names are cut, numbers never."""
        known = people(field.locale)
        _, firsts, lasts = known.split(people_)
        short = draws.below(numbers, 3) == 0
        first = chosen(_heads(field.locale, self._between), firsts + short * len(known.first_slugs))
        last, count = chosen(known.last_slugs, lasts), pl.Series(numbers + 1).cast(pl.String)
        room = self._room(field)
        if room is None or room >= _MOST:
            return [first, last, count]
        frame = pl.DataFrame({"name": joined(first, last), "count": count})
        left = (pl.lit(room) - pl.col("count").str.len_chars().cast(pl.Int64)).clip(lower_bound=0)
        return [frame.select(pl.col("name").str.slice(0, left))["name"], count]


@cache
def _heads(locale: str, between: str) -> pl.Series:
    """First names as addresses begin with them: whole, and then their first letters."""
    slugs = people(locale).first_slugs
    return pl.concat([slugs + between, slugs.str.slice(0, 1)])


class Email(_Signed):
    """`mary.smith17@example.com`: by the name of the row's person and the row's number, in a domain that is nobody's.

    No two rows have the same, also where case is ignored.
    """

    name: ClassVar[str] = "email"

    domain: str | None = Said(
        default=None,
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$",
        description="Where all of them lead to; without it example.com, .org or .net, which are nobody's (RFC 2606).",
        examples=["test.example"],
    )

    def _behind(self, field: Field) -> int:  # noqa: ARG002 – as above
        return 1 + max(map(len, (self.domain,) if self.domain else _DOMAINS))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Of somebody or other."""
        draws = Draws(0, "email")
        return self._at(field, draws.of("who").below(numbers, people(field.locale).total), numbers, draws)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Of the row's person."""
        return self._at(field, persons(field, rows), rows.numbers, rows.draws(field.column.name))

    def _at(self, field: Field, people_: Numbers, numbers: Numbers, draws: Draws) -> pl.Series:
        parts = self._parts(field, people_, numbers, draws)
        if self.domain:
            return joined(*parts, f"@{self.domain}")
        where = chosen(pl.Series(_DOMAINS, dtype=pl.String), draws.of("domain").below(numbers, len(_DOMAINS)))
        return joined(*parts, "@", where)


class Username(_Signed):
    """`mary_smith17`: by the name of the row's person and the row's number, so that no two rows have the same."""

    name: ClassVar[str] = "username"
    _between: ClassVar[str] = "_"

    def _behind(self, field: Field) -> int:  # noqa: ARG002 – as above
        return 0

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Of somebody or other."""
        draws = Draws(0, "username")
        return joined(*self._parts(field, draws.of("who").below(numbers, people(field.locale).total), numbers, draws))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Of the row's person."""
        return joined(*self._parts(field, persons(field, rows), rows.numbers, rows.draws(field.column.name)))
