"""International numbers of bank accounts."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.parts.checks import remainder
from envctl.masking.transforms.base import Block, Row
from envctl.masking.transforms.iban import Iban
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

KNOWN = ("DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606", "NO9386011117947")
IBANS = st.one_of(
    st.sampled_from(KNOWN),
    st.from_regex("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", fullmatch=True),
    st.from_regex("[A-Za-z]{2}[0-9]{2}( [A-Za-z0-9]{4}){3,7}", fullmatch=True),
)

NARROW = Column("value", "character varying(16)", "text", length=16)


def lettered(n: int) -> str:
    """Four letters for a number."""
    return "".join(chr(ord("A") + n // 26**at % 26) for at in range(4))


CASES = {
    "accounts": Case(Iban(), values=texts(IBANS), many=lambda n: f"DE89{n:018d}"),
    "with letters": Case(
        Iban(),
        values=IBANS,
        many=lambda n: f"GB82 WEST {n:014d}",
        valid=lambda text: remainder(text.replace(" ", "")) == 1,
    ),
    "unique": Case(Iban(unique=True), values=texts(IBANS), many=lambda n: f"DE89 {n:018d}"),
    "unique with letters": Case(Iban(unique=True), values=IBANS, many=lambda n: f"GB82 {lettered(n)} 12345698765432"),
    "unique of letters": Case(Iban(unique=True), values=IBANS, many=lambda n: f"XX82 {lettered(n)} ABCDEFGHIJK"),
    "unique texts": Case(Iban(unique=True), NARROW, values=st.text("aB 1", max_size=16), many=lambda n: f"account {n}"),
    "texts": Case(Iban(), many=lambda n: f"account {n}"),
}


def valid(text: str) -> bool:
    """Whether the check digits of an account are right: 2 to 98, of which each says something else."""
    return 2 <= int(text[2:4]) <= 98 and remainder(text.replace(" ", "")) == 1


def masked(value: str) -> str:
    """What becomes of one account."""
    return Iban().plain(value, Row(SEED, TEXT))


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Accounts are masked by the laws of all transforms."""
    law(case)


@given(IBANS)
def test_a_valid_account(value: str) -> None:
    """Country, length, blanks and where letters stand are kept; the check digits are right."""
    found = masked(value)
    assert valid(found)
    assert value[:2].upper() == found[:2]
    assert re.sub("[A-Z]", "A", re.sub("[0-9]", "0", value.upper())) == re.sub(
        "[A-Z]", "A", re.sub("[0-9]", "0", found)
    )


@pytest.mark.parametrize("account", KNOWN)
def test_the_account_is_another(account: str) -> None:
    """Nothing is left of it, and it is the same with blanks, without and in small letters."""
    found = masked(account)
    assert account[4:10] != found[4:10]
    assert account[-6:] != found[-6:]
    assert found.replace(" ", "") == masked(account.replace(" ", "").lower())


@pytest.mark.parametrize("value", ["", "Mary", "DE89", "DE89 3704  0044 0532 0130 00", "12DE345678901234", "x" * 50])
def test_what_is_no_account(value: str) -> None:
    """Any other text becomes as many digits, at most 34."""
    assert re.fullmatch(f"[0-9]{{{min(len(value), 34)}}}", masked(value))


@given(IBANS.map(str.upper))
def test_unique_accounts_stay_what_they_are(value: str) -> None:
    """Of unique accounts valid ones stay valid; country, length, blanks and where letters stand are kept."""
    found = Iban(unique=True).plain(value, Row(SEED, TEXT))
    assert not valid(value.upper()) or valid(found)
    assert value[:2].upper() == found[:2]
    assert re.sub("[A-Z]", "A", re.sub("[0-9]", "0", value.upper())) == re.sub(
        "[A-Z]", "A", re.sub("[0-9]", "0", found)
    )


def test_all_check_digits() -> None:
    """Accounts that differ in their check digits alone stay different, whatever those are."""
    found = {Iban(unique=True).plain(f"DE{n:02d}370400440532013000", Row(SEED, TEXT)) for n in range(100)}
    assert 100 == len(found)


def test_small_letters() -> None:
    """Accounts that differ in small letters alone stay different."""
    found = {Iban(unique=True).plain(account, Row(SEED, TEXT)) for account in (KNOWN[1], KNOWN[1].lower())}
    assert 2 == len(found)


def test_when_accounts_are_unique() -> None:
    """When asked for, and where other texts have room."""
    assert not Iban().distinct(TEXT)
    assert [True, True] == [Iban(unique=True).distinct(column) for column in (TEXT, NARROW)]
    assert not Iban(unique=True).distinct(Column("value", "character varying(15)", "text", length=15))


def test_blanks_that_the_type_adds() -> None:
    """In `char(n)` a value is what it is without the blanks at its end."""
    column = Column("value", "character(60)", "text", length=60, fixed=True)
    values = ["DE89370400440532013000", "DE89370400440532013000".ljust(60)]
    block = Block(SEED, column, pl.DataFrame(), pl.DataFrame())
    assert [Iban().plain("DE89370400440532013000", Row(SEED, TEXT))] * 2 == Iban().bulk(
        pl.Series(values), block
    ).to_list()
    assert 1 == len({Iban().plain(value, Row(SEED, column)) for value in values})
