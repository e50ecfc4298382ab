"""Companies, prices, currencies, and numbers that check themselves."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.parts.checks import luhn, remainder
from envctl.synthetic.base import Generator, Limits
from envctl.synthetic.generators.codes import Card, Ean, Iban, Isbn, Sku
from envctl.synthetic.generators.commerce import Company, Currency, Price
from tests.synthetic.laws import LAWS, Case, Law, in_locales, named
from tests.synthetic.rows import field_of, rows, table_of, text, typed

NUMERIC = typed("price", "numeric(10,2)", "number", -(10**8) + 1, 10**8 - 1)
WHOLE = typed("price", "integer", "integer", -(2**31), 2**31 - 1)
BIG = typed("value", "bigint", "integer", -(2**63), 2**63 - 1)
CASES = {
    **in_locales(Company(), lengths=(None, 20)),
    **in_locales(Currency(), lengths=(None, 3)),
    **in_locales(Iban(), lengths=(None, 34)),
    **in_locales(Sku(), lengths=(None, 8, 5, 3, 2, 1)),
    **in_locales(Ean(), lengths=(None, 12, 8)),
    **in_locales(Isbn(), lengths=(None, 10)),
    **in_locales(Card(), lengths=(None, 19)),
    "card as a number": Case(Card(), BIG),
    "ean as a number": Case(Ean(), BIG),
    "sku of digits": Case(Sku(letters=0, digits=9)),
    "price": Case(Price(), NUMERIC),
    "price in whole ones": Case(Price(), WHOLE),
    "price in hundredths": Case(Price(), replace(WHOLE, name="price_cents")),
    "price of a float": Case(Price(), typed("value", "double precision", "number")),
    "price within limits": Case(Price(), NUMERIC, limits=Limits(low="10", high="20", never=("15.99",))),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """They are made by the laws of all generators."""
    law(case)


def made(generator: Generator, column: Column, locale: str = "en_US", limits: Limits | None = None) -> list[str]:
    """A thousand of them, as texts."""
    table = table_of("things", column)
    values = generator.make(field_of(table, column.name, limits, locale=locale), rows(table, 1000))
    return values.cast(str).to_list()


def test_cards() -> None:
    """Their last digit is right, and they are of a range for tests."""
    cards = made(Card(), text("card"))
    assert all(card.startswith("400000") and 16 == len(card) and luhn(card) % 10 == 0 for card in cards)


@pytest.mark.parametrize(
    ("locale", "head"),
    [("de_DE", "00"), ("en_GB", "TEST"), ("fr_FR", "0000000000"), ("it_IT", "X0"), ("nl_NL", "TEST"), ("en_US", "00")],
)
def test_accounts(locale: str, head: str) -> None:
    """Their check digits are right, and their bank is none."""
    country = "DE" if locale == "en_US" else locale[-2:]
    for iban in made(Iban(), text("iban"), locale):
        assert 1 == remainder(iban)
        assert country == iban[:2]
        assert iban[4:].startswith(head)


@pytest.mark.parametrize(("length", "expected"), [(None, 13), (12, 12), (8, 8)])
def test_numbers_of_goods(length: int | None, expected: int) -> None:
    """The digits, every second one from the right three times, add up to a multiple of ten."""
    for ean in made(Ean(), text("ean", length)):
        assert expected == len(ean)
        assert 0 == sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(reversed(ean))) % 10


def test_numbers_of_books() -> None:
    """Both forms check."""
    for isbn in made(Isbn(), text("isbn")):
        assert 0 == sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(isbn)) % 10
    for isbn in made(Isbn(), text("isbn", 10)):
        assert (
            0
            == sum((10 if d == "X" else int(d)) * weight for d, weight in zip(isbn, range(10, 0, -1), strict=True)) % 11
        )


@pytest.mark.parametrize(("length", "pattern"), [(None, "XXX-00000"), (6, "XX-000"), (3, "000"), (1, "0")])
def test_article_numbers_use_the_room(length: int | None, pattern: str) -> None:
    """Letters and digits become fewer in narrow columns."""
    some = made(Sku(), text("sku", length))
    shapes = {"".join("X" if s.isalpha() else "0" if s.isdigit() else s for s in sku) for sku in some}
    assert len(shapes) == 1
    assert len(shapes.pop()) <= len(pattern)


def test_prices_are_spread() -> None:
    """Half of them are below the usual one, a few are far above; they end as prices do."""
    prices = sorted(Decimal(price) for price in made(Price(usual=25), NUMERIC))
    assert 20 <= prices[500] <= 30
    assert prices[-1] > 200
    assert {"99", "95", "50", "00"} == {str(price)[-2:] for price in prices}


def test_prices_in_hundredths() -> None:
    """A column that is called so holds hundredths, another one of whole numbers whole ones."""
    cents = [int(price) for price in made(Price(), replace(WHOLE, name="price_cents"))]
    assert 2000 <= sorted(cents)[500] <= 3000
    assert 20 <= sorted(map(int, made(Price(), WHOLE)))[500] <= 30


def test_prices_within_limits() -> None:
    """What conditions say is kept."""
    prices = made(Price(), NUMERIC, limits=Limits(low="10.50", high="19.95"))
    assert all(Decimal("10.50") <= Decimal(price) <= Decimal("19.95") for price in prices)
    field = field_of(table_of("things", NUMERIC), "price", Limits(high="-1"))
    assert Price().objection(field) is not None


@pytest.mark.parametrize("settings", [{"low": 30}, {"high": 20}, {"usual": 0}])
def test_prices_that_contradict_themselves(settings: dict[str, float]) -> None:
    """`usual` lies between the lowest and the highest."""
    with pytest.raises(ValidationError):
        Price.model_validate(settings)


@pytest.mark.parametrize(("locale", "expected"), [("en_US", "USD"), ("de_DE", "EUR"), ("ja_JP", "JPY")])
def test_the_own_currency_leads(locale: str, expected: str) -> None:
    """Most rows have the one of the locale's country."""
    some = made(Currency(), text("currency", 3), locale)
    assert some.count(expected) > 500
    assert len(set(some)) > 2


def test_a_list_of_currencies() -> None:
    """In it each row has another one, and codes and names belong together."""
    table = table_of("currencies", "code", "name")
    some = rows(table, 20)
    codes, names = (Currency().make(field_of(table, name), some).to_list() for name in ("code", "name"))
    assert 20 == len(set(codes)) == len(set(names))
    assert ("EUR", "Euro") in zip(codes, names, strict=True)


def test_too_narrow() -> None:
    """What has a width of its own needs it."""
    for generator, length in product((Card(), Iban(), Ean(), Isbn()), (7, 4)):
        assert generator.objection(field_of(table_of("things", text("value", length)), "value")) is not None
