"""Where people live."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.parts.pools import pool
from envctl.masking.transforms.address import Address
from envctl.masking.transforms.base import Row
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named

NARROW = Column("value", "character varying(12)", "text", length=12)

CASES = {
    "street": Case(Address(), many=lambda n: f"{n} Main Street"),
    "street in Italian": Case(Address(locale="it_IT")),
    "postcode": Case(Address(part="postcode"), valid=lambda text: text in pool("postcode", "en_US").entries),
    "state": Case(Address(part="state"), many=lambda n: f"state {n % 50}"),
    "country": Case(Address(part="country", locale="de_DE")),
    "full": Case(Address(part="full", locale="fr_FR")),
    "in a narrow column": Case(Address(), NARROW),
}


def masked(value: str, transform: Address) -> str:
    """What becomes of one address."""
    return transform.plain(value, Row(SEED, TEXT))


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Addresses are masked by the laws of all transforms."""
    law(case)


def test_the_number_stands_where_the_locale_has_it() -> None:
    """Before the street in English, behind it in German."""
    assert re.match("[0-9]+ ", masked("x", Address()))
    assert re.search(" [0-9]+(/[0-9])?$", masked("x", Address(locale="de_DE")))


def test_a_whole_address() -> None:
    """It is a street, a postcode and a city, each as it would be alone."""
    street, place = masked("x", Address(part="full")).split(", ")
    assert masked("x", Address()) == street
    assert masked("x", Address(part="postcode")) == place.split(" ")[0]
    assert place.split(" ", 1)[1] in pool("city", "en_US").entries


def test_a_country_without_states() -> None:
    """States of a locale that has no names of them are refused."""
    with pytest.raises(ValidationError, match="no_NO"):
        Address(part="state", locale="no_NO")
    with pytest.raises(ValidationError, match="en_US"):
        Address(locale="en_UK")
