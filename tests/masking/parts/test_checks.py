"""Digits that check others."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.masking.parts.checks import account_check, account_checks, luhn, luhn_digit, luhn_digits, remainder

ACCOUNTS = ("DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606", "NO9386011117947")


@pytest.mark.parametrize("card", ["4242424242424242", "378282246310005", "79927398713", "0"])
def test_valid_cards(card: str) -> None:
    """The sum of a valid number is a multiple of ten, and that of one with a digit mistyped is not."""
    assert 0 == luhn(card) % 10
    for at in range(len(card)):
        assert 0 != luhn(card[:at] + str((int(card[at]) + 1) % 10) + card[at + 1 :]) % 10


@given(st.integers(0, 15), st.integers(0, 4), st.data())
def test_the_digit_of_a_card(before: int, behind: int, data: st.DataObject) -> None:
    """Wherever it stands it makes the number valid; many at once have the same as each alone."""
    digits = data.draw(st.text("0123456789", min_size=before + behind, max_size=before + behind))
    first, last = digits[:before], digits[before:]
    assert 0 == luhn(f"{first}{luhn_digit(first, last)}{last}") % 10
    found = luhn_digits(pl.Series([first, first]), pl.Series([last, last]), (before, behind))
    assert [luhn_digit(first, last)] * 2 == found.to_list()


@pytest.mark.parametrize("account", ACCOUNTS)
def test_valid_accounts(account: str) -> None:
    """The remainder of a valid number is one, and that of one with its last digit mistyped is not."""
    assert 1 == remainder(account)
    assert 1 != remainder(account[:-1] + str((int(account[-1]) + 1) % 10))
    assert int(account[2:4]) == account_check(account[:2], account[4:])


@given(st.text("ABXYZ", min_size=2, max_size=2), st.text("0189AMZ", min_size=1, max_size=30))
def test_the_digits_of_an_account(country: str, account: str) -> None:
    """They make the number valid; many at once have the same as each alone."""
    check = account_check(country, account)
    assert 2 <= check <= 98
    assert 1 == remainder(f"{country}{check:02}{account}")
    length = len(account) + sum(sign.isalpha() for sign in account)
    found = account_checks(pl.Series([country, country]), pl.Series([account, account]), length)
    assert [check, check] == found.to_list()
