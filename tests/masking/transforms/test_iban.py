"""International numbers of bank accounts."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.transforms.base import Row
from envctl.masking.transforms.iban import Iban, remainder
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

KNOWN = ("DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606", "NO9386011117947")
IBANS = st.one_of(
    st.sampled_from(KNOWN),
    st.from_regex("[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", fullmatch=True),
    st.from_regex("[A-Za-z]{2}[0-9]{2}( [A-Za-z0-9]{4}){3,7}", fullmatch=True),
)

CASES = {
    "accounts": Case(Iban(), values=texts(IBANS), many=lambda n: f"DE89{n:018d}"),
    "with letters": Case(
        Iban(),
        values=IBANS,
        many=lambda n: f"GB82 WEST {n:014d}",
        valid=lambda text: remainder(text.replace(" ", "")) == 1,
    ),
    "texts": Case(Iban(), many=lambda n: f"account {n}"),
}


def valid(text: str) -> bool:
    """Whether the check digits of an account are right."""
    return remainder(text.replace(" ", "")) == 1


def masked(value: str) -> str:
    """What becomes of one account."""
    return Iban().plain(value, Row(SEED, TEXT))


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Accounts are masked by the laws of all transforms."""
    law(case)


def test_the_remainder() -> None:
    """It is one for accounts that are valid, and not for one mistyped."""
    assert [True] * 4 == [valid(account) for account in KNOWN]
    assert not valid("DE89370400440532013001")


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
