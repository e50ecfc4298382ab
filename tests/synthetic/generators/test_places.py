"""Places: what is said of one is said of one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from envctl.synthetic.base import Generator
from envctl.synthetic.generators.addresses import Address, Street
from envctl.synthetic.generators.countries import Country, CountryCode
from envctl.synthetic.generators.degrees import Latitude, Longitude
from envctl.synthetic.generators.places import City, Postcode, State, Timezone
from envctl.synthetic.pools.atlas import ATLAS
from envctl.synthetic.pools.places import POSTCODES, nations, places
from tests.synthetic.laws import LAWS, Case, Law, in_locales, named
from tests.synthetic.rows import field_of, rows, table_of, text, typed

CASES = {
    **in_locales(City(), State(), lengths=(None, 20)),
    **in_locales(Postcode(), Street(), Timezone(), Country(), CountryCode()),
    **in_locales(Address(), lengths=(None, 40)),
    "states by code": Case(State(), text("value", 2)),
    "countries by three letters": Case(CountryCode(), text("value", 3)),
    "towns of a list": Case(City(), table="cities"),
    "towns of Poland": Case(City(), locale="pl_PL"),
    "postcodes as numbers": Case(Postcode(), typed("value", "integer", "integer", -(2**31), 2**31 - 1)),
    "latitude": Case(Latitude(), typed("value", "double precision", "number")),
    "longitude": Case(Longitude(), typed("value", "numeric(9,6)", "number", -999, 999)),
}
TABLE = table_of("shops", "city", "postcode", "state", "state_code", "country", "latitude", "longitude", "zone")
HOME = table_of("people", "home_city", "home_postcode", "birth_city", "billing_city")
COUNT = 1000


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """They are made by the laws of all generators."""
    law(case)


def made(generator: Generator, name: str, locale: str) -> list[str]:
    """A column of the shops."""
    return generator.make(field_of(TABLE, name, locale=locale), rows(TABLE, COUNT)).to_list()


@pytest.mark.parametrize("locale", ["en_US", "de_DE", "ja_JP", "pl_PL", "en_GB"])
def test_a_row_has_one_place(locale: str) -> None:
    """Town, postcode, state, code, time zone and coordinates of a row belong together."""
    known = places(locale)
    numbers = {code: at // POSTCODES for at, code in enumerate(known.postcode)}
    columns = (
        (City(), "city"),
        (State(), "state"),
        (State(), "state_code"),
        (Timezone(), "zone"),
        (Latitude(), "latitude"),
    )
    parts = [made(generator, name, locale) for generator, name in columns]
    for postcode, city, state, code, zone, latitude in zip(made(Postcode(), "postcode", locale), *parts, strict=True):
        at = numbers[postcode]
        assert (city, state, code, zone) == (known.city[at], known.state[at], known.code[at], known.zone[at])
        assert abs(known.latitude[at] - float(latitude)) <= 0.05


def test_different_places_of_one_row() -> None:
    """Where somebody lives and was born are two places, and each has its own postcode."""
    home, birth, billing, letters = (
        City().make(field_of(HOME, "home_city"), rows(HOME, COUNT)).to_list(),
        City().make(field_of(HOME, "birth_city"), rows(HOME, COUNT)).to_list(),
        City().make(field_of(HOME, "billing_city"), rows(HOME, COUNT)).to_list(),
        Postcode().make(field_of(HOME, "home_postcode"), rows(HOME, COUNT)).to_list(),
    )
    assert home != birth != billing != home
    known = places("en_US")
    city_of = {code: known.city[at // POSTCODES] for at, code in enumerate(known.postcode)}
    assert home == [city_of[code] for code in letters]


def test_large_towns_are_frequent() -> None:
    """The first town of a country comes more often than the last ones."""
    cities = made(City(), "city", "en_US")
    assert cities.count("New York") > 5 * max(1, cities.count("Burlington"))


def test_an_address_is_of_the_place() -> None:
    """A whole address has the row's town and postcode in it."""
    table = table_of("shops", "address", "city", "postcode")
    some = rows(table, COUNT)
    columns = zip(
        Address().make(field_of(table, "address", locale="de_DE"), some),
        City().make(field_of(table, "city", locale="de_DE"), some),
        Postcode().make(field_of(table, "postcode", locale="de_DE"), some),
        strict=True,
    )
    assert all(address.endswith(f", {postcode} {city}") for address, city, postcode in columns)


def test_a_list_of_countries() -> None:
    """In it each row has another one, and name and codes belong together."""
    table = table_of("countries", "name", text("iso2", 2), text("iso3", 3))
    fields = [replace(field_of(table, name), unique=True) for name in ("name", "iso2", "iso3")]
    some = rows(table, len(nations()))
    made_ = [
        kind.make(field, some) for kind, field in zip((Country(), CountryCode(), CountryCode()), fields, strict=True)
    ]
    assert set(nations()) == set(zip(*made_, strict=True))


def test_one_country_elsewhere() -> None:
    """Other rows are in the country of the locale, in its own words."""
    assert {"Deutschland"} == set(made(Country(), "country", "de_DE"))


def test_the_atlas_is_whole() -> None:
    """Each place of it has a town, a state, postcodes of one length, and lies somewhere on earth."""
    for code in ATLAS:
        known = places(f"xx_{code}")
        assert {"xx"} != set(known.city)
        assert 1 == known.postcode.str.len_chars().n_unique() or code == "GB"
        assert known.latitude.is_between(-60, 72).all()
        assert known.longitude.is_between(-180, 180).all()
        assert known.city.n_unique() == len(known.city)


def test_too_small_for_coordinates() -> None:
    """A column that holds two digits before the point has no room for America's longitudes."""
    table = table_of("shops", typed("longitude", "numeric(8,6)", "number", -99, 99))
    assert Longitude().objection(field_of(table, "longitude")) is not None
    assert Longitude().objection(field_of(table, "longitude", locale="de_DE")) is None
