"""Places of a country, so that town, postcode, state, coordinates and time zone of one belong together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import cycle
from random import Random
from typing import NamedTuple

import polars as pl

from envctl.masking.parts.pools import faker
from envctl.synthetic.pools.atlas import ATLAS
from envctl.synthetic.pools.pool import pool, some

POSTCODES = 50  # of each place
_INVENTED = 200  # places of a country that is in no atlas here
_HOMES = {"de": "DE", "en": "US", "es": "ES", "th": "TH", "sw": "KE", "la": "IT"}  # of languages alone
_CODES = {"QC": "CA", "AA": "SA"}  # what Faker calls otherwise
_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # that end postcodes


class Place(NamedTuple):
    """One of them. In `postcodes` # is a digit and @ a letter."""

    city: str
    state: str
    code: str  # of the state; "" where it has none
    postcodes: str
    latitude: float
    longitude: float
    zone: str


class Nation(NamedTuple):
    """A country, and its codes of two and of three letters."""

    name: str
    two: str
    three: str


@dataclass(frozen=True)
class Places:
    """All of a locale, each column in the same order; of postcodes there are several for each."""

    nation: Nation
    city: pl.Series
    state: pl.Series
    code: pl.Series  # of the state, or its name where it has none
    postcode: pl.Series
    latitude: pl.Series
    longitude: pl.Series
    zone: pl.Series


@cache
def places(locale: str) -> Places:
    """Those of the country whose language it is."""
    code = country_code(locale)
    found = list(_written(code) if code in ATLAS else _invented(code, locale))
    chance = Random(code)  # noqa: S311 – made-up postcodes, the same in every process
    postcodes = [postcode for place in found for postcode in _filled(place.postcodes, chance)]
    return Places(
        _nation(code),
        pl.Series([place.city for place in found]),
        pl.Series([place.state for place in found]),
        pl.Series([place.code or place.state for place in found]),
        pl.Series(postcodes),
        pl.Series([place.latitude for place in found]),
        pl.Series([place.longitude for place in found]),
        pl.Series([place.zone for place in found]),
    )


@cache
def nations() -> tuple[Nation, ...]:
    """All countries, in English."""
    from faker.providers.date_time import Provider

    known = {c.alpha_2_code: Nation(c.name, c.alpha_2_code, c.alpha_3_code) for c in Provider.countries}
    by_name = {nation.name.lower(): nation for _, nation in sorted(known.items(), reverse=True)}
    return tuple(by_name[name] for name in sorted(by_name))


def country_code(locale: str) -> str:
    """The two letters of the country that a locale is of."""
    language, _, country = locale.partition("_")
    return _CODES.get(country, country) or _HOMES.get(language, "US")


def _nation(code: str) -> Nation:
    """By its name in its own language, as far as that is known."""
    found = next((nation for nation in nations() if nation.two == code), Nation(code, code, code))
    return found._replace(name=ATLAS[code].name) if code in ATLAS else found


def _written(code: str) -> Iterator[Place]:
    """Those of the atlas."""
    for line in ATLAS[code].towns.strip().splitlines():
        city, state, postcodes, latitude, longitude, *zone = line.strip().split("|")
        short = re.search(r" ([A-Z]{2})$", state)
        name, code_ = (state[: short.start()], short[1]) if short else (state, "")
        yield Place(city, name, code_, postcodes, float(latitude), float(longitude), *(zone or [ATLAS[code].zone]))


def _invented(code: str, locale: str) -> Iterator[Place]:
    """Towns that Faker knows or makes up, each somewhere in the country."""
    from faker.providers.geo import Provider

    known = [spot for spot in Provider.land_coords if spot[3] == code]
    spots = cycle(known or Provider.land_coords)
    cities = pool("city", locale)
    around = cycle(states(locale))
    source = faker(locale)
    postcodes = list(dict.fromkeys(_open(source.postcode()) for _ in range(5 * _INVENTED)))
    towns = some(cities, min(_INVENTED, len(cities), len(postcodes)))
    for city, postcode in zip(towns, postcodes, strict=False):  # there are more postcodes
        latitude, longitude, _, _, zone = next(spots)
        yield Place(city, next(around), "", postcode, float(latitude), float(longitude), zone)


def states(locale: str) -> list[str]:
    """Names of all states of the country, or the like."""
    try:
        return pool("state", locale).to_list()
    except LookupError:
        return pool("city", locale).head(20).to_list()


def _open(postcode: str) -> str:
    """Postcodes around this one: its last two digits are any."""
    opened, found = re.subn(r"[0-9]([^0-9]*)[0-9]([^0-9]*)$", r"#\1#\2", postcode)
    return opened if found else "#####"


def _filled(pattern: str, chance: Random) -> list[str]:
    """Some postcodes of a pattern, all different."""
    signs, found = {"#": "0123456789", "@": _LETTERS}, dict[str, None]()
    while len(found) < POSTCODES:
        found["".join(chance.choice(signs[sign]) if sign in signs else sign for sign in pattern)] = None
    return list(found)
