"""Where something is. What columns of one row say of a place is said of one place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache
from typing import ClassVar

import numpy as np
import polars as pl

from envctl.catalogue import Family
from envctl.masking.suggesting.names import words
from envctl.masking.suggesting.vocabulary import COMPANIES, PEOPLE
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Draws, Numbers
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.generators.worded import Pooled, Worded, longest
from envctl.synthetic.places import POSTCODES, Places, country_code, nations, places, states
from envctl.synthetic.pools import joined, pool, told_apart
from envctl.synthetic.vocabulary import OWNERS, SPOTS

_OF = PEOPLE | COMPANIES | OWNERS | SPOTS
_SHORT = 3  # characters of codes
_CUT = 10  # characters that say enough of a longer name
_SCATTERED = 0.05  # degrees around a place's middle
_REMEMBERED = 10_000


@lru_cache(_REMEMBERED)
def _where(table: str, column: str) -> str:
    """Which of the places in a row a column is about: "billing" for `billing_city`."""
    own = words(table)[-1:]
    return " ".join(word for word in words(column) if word in _OF and word not in own)


def _draws(field: Field, rows: Rows) -> Draws:
    return rows.draws("place", _where(field.table.name, field.column.name))


def _spots(field: Field, rows: Rows) -> Numbers:
    """The place of each row; the first ones, which are large, more often than others."""
    count = len(places(field.locale).city)
    return (_draws(field, rows).fractions(rows.numbers) ** 2 * count).astype(np.int64)


def _letters(field: Field, rows: Rows) -> Numbers:
    """The postcode of each row: one of its place's."""
    return _spots(field, rows) * POSTCODES + _draws(field, rows).of("postcode").below(rows.numbers, POSTCODES)


def _lists(field: Field, *things: str) -> bool:
    """Whether the table has a row for each of such things."""
    return words(field.table.name)[-1:] in {(thing,) for thing in things}


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

    def spots(self, field: Field, rows: Rows) -> Numbers:
        """Where in `at` the row's is."""
        return _spots(field, rows)

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
        if field.unique or _lists(field, *self.listed) or _refused(field, known):
            return super().make(field, rows)
        return chosen(known.str.slice(0, longest(field)), self.spots(field, rows))


def _refused(field: Field, entries: pl.Series) -> bool:
    """Whether the column must not hold some of them, even if they are cut."""
    most, sizes = longest(field), entries.str.len_chars().to_list()
    narrow = most is not None and most < min(max(sizes), _CUT)
    return narrow or min(sizes) < field.limits.shortest or entries.is_in(list(field.limits.never)).any()


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

    def spots(self, field: Field, rows: Rows) -> Numbers:
        """One of several."""
        return _letters(field, rows)

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
    return field.unique or _lists(field, "country", "land", "pays", "pais", "nation")


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
        return _letters(field, rows) * count + rows.draws(field.column.name).below(rows.numbers, count)

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """As the country writes it."""
        known, streets = places(field.locale), pool("street", field.locale)
        letters, at = np.divmod(numbers, len(streets))
        street, postcode = chosen(streets, at), chosen(known.postcode, letters)
        city = chosen(known.city, letters // POSTCODES)
        if country_code(field.locale) in {"US", "CA", "AU"}:
            return joined(street, ", ", city, ", ", chosen(known.code, letters // POSTCODES), " ", postcode)
        return joined(street, ", ", postcode, " ", city)


class _Degrees(Generator):
    """One of two coordinates."""

    makes: ClassVar[frozenset[Family]] = frozenset({"number", "text"})
    most: ClassVar[int] = 90

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
        middle = self._at(places(field.locale)).gather(pl.Series(_spots(field, rows)))
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
