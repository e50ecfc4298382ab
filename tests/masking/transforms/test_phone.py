"""Numbers of telephones."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.transforms.base import Block, Row
from envctl.masking.transforms.phone import Phone
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

NUMBERS = st.one_of(
    st.from_regex(r"[+]?[0-9]{1,3}([ ./-]?[0-9]){0,14}", fullmatch=True),
    st.from_regex(r"\+(1|49|355) \([0-9]{2,3}\) [0-9]{3,4}-[0-9]{3,4}( (x|ext\. ?)[0-9]{1,3})?", fullmatch=True),
    st.from_regex(r"00[0-9]{2,12}", fullmatch=True),
)
NARROW = Column("value", "character varying(16)", "text", length=16)
TOO_NARROW = Column("value", "character varying(15)", "text", length=15)

CASES = {
    "with their countries": Case(Phone(), values=texts(NUMBERS), many=lambda n: f"+1 555 {n:07d}"),
    "without": Case(Phone(keep_country=False), values=texts(NUMBERS), many=lambda n: f"{n}"),
    "of many lengths": Case(Phone(), values=texts(NUMBERS), many=lambda n: f"0{n}" if n % 2 else f"+{n}"),
    "texts": Case(Phone(), NARROW, values=texts(NUMBERS).map(lambda text: text[:16]), many=lambda n: f"person {n}"),
    "in a narrow column": Case(Phone(), TOO_NARROW, values=texts(NUMBERS).map(lambda text: text[:15])),
}


def masked(value: str, transform: Phone | None = None, column: Column = TEXT) -> str:
    """What becomes of one number."""
    return (transform or Phone()).plain(value, Row(SEED, column))


def digits(text: str) -> str:
    """The digits of a text."""
    return re.sub("[^0-9]", "", text)


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Numbers are masked by the laws of all transforms."""
    law(case)


@given(NUMBERS)
def test_only_digits_change(value: str) -> None:
    """Everything else stays where it is."""
    assert re.sub("[0-9]", "0", value) == re.sub("[0-9]", "0", masked(value))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+49 30 1234567", "+49 "),
        ("+1-555-123-4567", "+1-"),
        ("+355 42 123456", "+355 "),
        ("+38 1234567", "+38 "),
    ],
)
def test_the_country_stays(written: str, kept: str) -> None:
    """The country's code is kept as long as one wants it, and the rest is the same with whatever code."""
    found = masked(written)
    assert kept == found[: len(kept)]
    assert digits(written)[len(digits(kept)) :] != digits(found)[len(digits(kept)) :]
    without = masked(written, Phone(keep_country=False))
    assert digits(without)[-7:] != digits(found)[-7:]


@pytest.mark.parametrize("written", ["0049 30 1234567", "+(49) 30 1234567", "49301234567", "+49 3012"])
def test_where_no_country_is_known(written: str) -> None:
    """A code in brackets, behind zeros, without a plus or of a short number is masked like everything else."""
    assert masked(written) == masked(written, Phone(keep_country=False))


def test_however_it_is_punctuated() -> None:
    """A number becomes the same however it is written, with its country or without."""
    written = ["5551234567", "555-123-4567", "(555) 123 4567", "+1 555.123.4567", "+49 5551234567"]
    assert 1 == len({digits(masked(value))[-10:] for value in written})


@pytest.mark.parametrize("value", ["call Mary", "n/a", "1" * 25, "٣٤٥٦٧", "555 1234\n", "-", "", "ask at 555 1234"])
def test_what_is_no_number(value: str) -> None:
    """Any other text becomes sixteen hex digits, or as many as there is room for."""
    assert re.fullmatch("[0-9a-f]{16}", masked(value))
    assert masked(value)[:15] == masked(value, column=TOO_NARROW)


def test_when_numbers_stay_distinct() -> None:
    """A column with room for sixteen keeps different texts different, and a narrower one does not promise it."""
    assert [True, True, False] == [Phone().distinct(column) for column in (TEXT, NARROW, TOO_NARROW)]


def test_short_numbers_are_exchanged() -> None:
    """All numbers of one, two and three digits change places among themselves."""
    for length in (1, 2, 3):
        numbers = [f"{n:0{length}}" for n in range(10**length)]
        found = Phone().bulk(pl.Series("value", numbers), Block(SEED, TEXT, pl.DataFrame(), pl.DataFrame()))
        assert numbers == sorted(found)
        assert numbers != found.to_list()


def test_blanks_that_the_type_adds() -> None:
    """In `char(n)` a value is what it is without the blanks at its end."""
    column = Column("value", "character(60)", "text", length=60, fixed=True)
    values = ["+1 555 123 4567", "+1 555 123 4567".ljust(60)]
    block = Block(SEED, column, pl.DataFrame(), pl.DataFrame())
    assert [Phone().plain("+1 555 123 4567", Row(SEED, TEXT))] * 2 == Phone().bulk(pl.Series(values), block).to_list()
    assert 1 == len({Phone().plain(value, Row(SEED, column)) for value in values})
