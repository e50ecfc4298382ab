"""Numbers of payment cards."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.parts.checks import luhn, luhn_digit
from envctl.masking.transforms.base import Block, Row
from envctl.masking.transforms.card import Card
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

CARDS = st.one_of(
    st.from_regex("[0-9]{12,19}", fullmatch=True),
    st.from_regex("[0-9]{4}([ -][0-9]{4}){3}", fullmatch=True),
    st.from_regex("3[0-9]{3} [0-9]{6} [0-9]{5}", fullmatch=True),
)
NARROW = Column("value", "character(16)", "text", length=16, fixed=True)
TOO_NARROW = Column("value", "character(10)", "text", length=10)


def nth(n: int) -> str:
    """One of many cards."""
    return f"4000 {n:08d} 4242"


CASES = {
    "digits": Case(Card(), values=texts(CARDS), many=nth),
    "all digits": Case(Card(keep_last=0), values=CARDS, many=nth, valid=lambda text: luhn(digits(text)) % 10 == 0),
    "one digit": Case(Card(keep_last=1), values=CARDS, many=nth, valid=lambda text: luhn(digits(text)) % 10 == 0),
    "unique": Case(Card(unique=True), values=texts(CARDS), many=lambda n: f"4000-{n:08d}-4242"),
    "unique and valid": Case(Card(unique=True, keep_last=1), many=lambda n: f"{n:012d}{luhn_digit(f'{n:012d}', '')}"),
    "unique texts": Case(Card(unique=True), NARROW, values=st.text("ab 1", max_size=16), many=lambda n: f"card {n}"),
    "stars": Case(Card(style="stars"), values=texts(CARDS), many=nth, keyed=False),
    "in a narrow column": Case(Card(), NARROW, values=texts(CARDS).map(lambda text: text[:16])),
    "stars in a narrow column": Case(Card(style="stars"), TOO_NARROW, many=nth, keyed=False),
}


def digits(text: str) -> str:
    """The digits of a text."""
    return re.sub("[^0-9]", "", text)


def masked(value: str, transform: Card | None = None, column: Column = TEXT) -> str:
    """What becomes of one card."""
    return (transform or Card()).plain(value, Row(SEED, column))


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Cards are masked by the laws of all transforms."""
    law(case)


@given(CARDS, st.integers(0, 4))
def test_a_valid_number(value: str, keep: int) -> None:
    """Whether it was valid or not, the result is, and has its last digits and its grouping."""
    found = masked(value, Card(keep_last=keep))
    assert 0 == luhn(digits(found)) % 10
    assert re.sub("[0-9]", "0", value) == re.sub("[0-9]", "0", found)
    assert digits(value)[-keep or 99 :] == digits(found)[-keep or 99 :]


def test_digits_of_a_card_are_others() -> None:
    """Of a thousand cards none has its first eight digits left."""
    values = [nth(n) for n in range(1000)]
    found = Card().bulk(pl.Series("value", values), Block(SEED, TEXT, pl.DataFrame(), pl.DataFrame()))
    assert not [value for value, other in zip(values, found, strict=True) if value[:9] == other[:9]]


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ("4242-4242-4242-1234", "****-****-****-1234"),
        ("4242 4242 4242 1234", "**** **** **** 1234"),
        ("4242424242421234", "************1234"),
        ("378282246310005", "***********0005"),
        ("a card", "****************"),
    ],
)
def test_stars(written: str, made: str) -> None:
    """Stars stand where digits stood; of what is no number all are stars."""
    assert made == masked(written, Card(style="stars"))


def test_however_it_is_grouped() -> None:
    """A card becomes the same with blanks, with hyphens and without."""
    assert 1 == len({digits(masked(card)) for card in ("4242424242421234", "4242 4242 4242 1234", "4242-424242421234")})


@pytest.mark.parametrize(
    "value", ["", "a card of Mary", "1234", "1" * 20, "4242--424242421234", "4242424242421234\n", "٤" * 16]
)
def test_what_is_no_number(value: str) -> None:
    """Any other text becomes a number of which nothing is kept, cut where there is no room."""
    assert 16 == len(masked(value))
    assert 0 == luhn(masked(value)) % 10
    assert masked(value)[:10] == masked(value, column=TOO_NARROW)


@given(CARDS, st.integers(0, 4))
def test_unique_numbers_stay_what_they_are(value: str, keep: int) -> None:
    """Of unique cards valid ones stay valid, and others do not become so."""
    found = masked(value, Card(keep_last=keep, unique=True))
    assert (luhn(digits(value)) % 10 == 0) is (luhn(digits(found)) % 10 == 0)
    assert digits(value)[-keep or 99 :] == digits(found)[-keep or 99 :]


def test_all_numbers_with_a_beginning() -> None:
    """No two of a hundred thousand numbers become the same, the valid and the others among each other neither."""
    values = pl.Series("value", [f"40001234{n:05d}" for n in range(100_000)])
    block = Block(SEED, TEXT, pl.DataFrame(), pl.DataFrame())
    assert 100_000 == Card(keep_last=0, unique=True).bulk(values, block).n_unique()


def test_when_cards_are_unique() -> None:
    """When asked for, and where other texts have room; never in stars."""
    assert not Card().distinct(TEXT)
    assert [True, True, False] == [Card(unique=True).distinct(column) for column in (TEXT, NARROW, TOO_NARROW)]
    with pytest.raises(ValidationError, match="stars"):
        Card(unique=True, style="stars")


@pytest.mark.parametrize("keep", [-1, 5])
def test_how_much_may_be_kept(keep: int) -> None:
    """At most the last four digits: what receipts show."""
    with pytest.raises(ValidationError):
        Card(keep_last=keep)


def test_blanks_that_the_type_adds() -> None:
    """In `char(n)` a value is what it is without the blanks at its end."""
    column = Column("value", "character(60)", "text", length=60, fixed=True)
    values = ["4242 4242 4242 1234", "4242 4242 4242 1234".ljust(60)]
    block = Block(SEED, column, pl.DataFrame(), pl.DataFrame())
    assert [Card().plain("4242 4242 4242 1234", Row(SEED, TEXT))] * 2 == Card().bulk(pl.Series(values), block).to_list()
    assert 1 == len({Card().plain(value, Row(SEED, column)) for value in values})
