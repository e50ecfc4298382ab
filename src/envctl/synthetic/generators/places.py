"""Towns, and what is said of them. What columns of one row say of a place is said of one place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import ClassVar

import polars as pl

from envctl.catalogue import Family
from envctl.masking.suggesting.names import words
from envctl.synthetic.base import Field, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.spot import letters, lists, spots
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.generators.worded import Pooled, longest, refused
from envctl.synthetic.pools.places import Places, places, states
from envctl.synthetic.pools.pool import pool, told_apart

_SHORT = 3  # characters of codes


class _Placed(Pooled):
    """Something that is said of the row's place; where the table is a list of such, each row gets another one."""

    listed: ClassVar[tuple[str, ...]] = ()  # what tables are called that list them

    @staticmethod
    def at(known: Places, *, code: bool) -> pl.Series:
        """Of each place, by its code if there is one."""
        raise NotImplementedError

    @staticmethod
    def further(locale: str, *, code: bool) -> Iterable[str]:  # noqa: ARG004 – most have none
        """What there is beside the places, for those who need many."""
        return ()

    def place(self, field: Field, rows: Rows) -> Numbers:
        """Where in `at` the row's is."""
        return spots(field, rows)

    def entries(self, field: Field) -> pl.Series:
        """Of all places."""
        return _all(type(self), field.locale, code=self._code(field))

    def _code(self, field: Field) -> bool:  # noqa: ARG002 – most have none
        """Whether a code is meant and not a name."""
        return False

    def which(self, field: Field, rows: Rows, total: int) -> Numbers:
        """Each another one, also where the database does not insist."""
        return rows.draws(field.column.name).shuffled(rows.numbers % total, total)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Of the row's place, unless the column takes only some; cut a little where there is no room."""
        known = self.at(places(field.locale), code=self._code(field))
        if field.unique or lists(field, *self.listed) or refused(field, known):
            return super().make(field, rows)
        return chosen(known.str.slice(0, longest(field)), self.place(field, rows))


@cache
def _all(kind: type[_Placed], locale: str, *, code: bool) -> pl.Series:
    """All of a kind, those of places and others."""
    return told_apart([*kind.at(places(locale), code=code), *kind.further(locale, code=code)])


class City(_Placed):
    """A town of the country that the locale is of; large ones more often. It agrees with all else that is said of the
    row's place: `postcode`, `state`, `country`, `latitude` …
    """

    name: ClassVar[str] = "city"
    listed: ClassVar[tuple[str, ...]] = ("city", "town", "ort", "stadt", "ville", "ciudad")

    @staticmethod
    def at(known: Places, *, code: bool) -> pl.Series:  # noqa: ARG004 – as the base says
        """Its name."""
        return known.city

    @staticmethod
    def further(locale: str, *, code: bool) -> Iterable[str]:  # noqa: ARG004 – as the base says
        """Those that Faker makes up."""
        return pool("city", locale)


class Postcode(_Placed):
    """A postcode of the row's town."""

    name: ClassVar[str] = "postcode"
    makes: ClassVar[frozenset[Family]] = frozenset({"text", "integer"})

    @staticmethod
    def at(known: Places, *, code: bool) -> pl.Series:  # noqa: ARG004 – as the base says
        """Several of each."""
        return known.postcode

    def place(self, field: Field, rows: Rows) -> Numbers:
        """One of several."""
        return letters(field, rows)

    def objection(self, field: Field) -> str | None:
        """Not in each country they are numbers."""
        if field.column.family != "integer":
            return super().objection(field)
        if not self.entries(field).str.contains("^[0-9]+$").all():
            return "is a number, and postcodes of the locale are none"
        return "needs more numbers than there are postcodes" if field.unique else None

    def space(self, field: Field) -> int:
        """Numbers have no further numbers behind them."""
        return self.total(field) if field.column.family == "integer" else super().space(field)

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """As the type has it."""
        made = super().nth(field, numbers)
        return made.cast(pl.Int64) if field.column.family == "integer" else made

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """As the type has it."""
        made = super().make(field, rows)
        return made.cast(pl.Int64) if field.column.family == "integer" else made


class State(_Placed):
    """The state or the like that the row's town is in; its code where there is one, in narrow columns and those that
    are called so.
    """

    name: ClassVar[str] = "state"
    listed: ClassVar[tuple[str, ...]] = ("state", "region", "province", "bundesland", "departement")

    @staticmethod
    def at(known: Places, *, code: bool) -> pl.Series:
        """Its name, or its code."""
        return known.code if code else known.state

    @staticmethod
    def further(locale: str, *, code: bool) -> Iterable[str]:
        """All others of the country."""
        return () if code else states(locale)

    def _code(self, field: Field) -> bool:
        most = longest(field)
        return (most is not None and most <= _SHORT) or words(field.column.name)[-1:] in {("code",), ("abbr",)}


class Timezone(_Placed):
    """The time zone of the row's place."""

    name: ClassVar[str] = "timezone"
    listed: ClassVar[tuple[str, ...]] = ("timezone", "zone")

    @staticmethod
    def at(known: Places, *, code: bool) -> pl.Series:  # noqa: ARG004 – as the base says
        """As tzdata calls it."""
        return known.zone

    @staticmethod
    def further(locale: str, *, code: bool) -> Iterable[str]:  # noqa: ARG004 – as the base says
        """All that tzdata has of continents."""
        from faker.providers.date_time import Provider

        return {zone for country in Provider.countries for zone in country.timezones}
