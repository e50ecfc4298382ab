"""Addresses of mail."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.masking.transforms.base import Row
from envctl.masking.transforms.email import Email
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

CASES = {
    "usual": Case(Email(), values=texts(st.emails()), many=lambda n: f"person{n}@shop.test"),
    "a domain of one's own": Case(Email(domain="test.example"), valid=lambda text: text.endswith("@test.example")),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Addresses are masked by the laws of all transforms."""
    law(case)


def test_the_form_of_an_address() -> None:
    """It is a user of a domain that is nobody's, and holds nothing of the person."""
    found = Email().plain("mary.smith@shop.test", Row(SEED, TEXT))
    assert found.startswith("user_")
    assert found.endswith("@example.com")
    assert not {"mary", "smith", "shop"} & set(found.replace("@", "_").replace(".", "_").split("_"))


@pytest.mark.parametrize("domain", ["", "localhost", "Example.com", "a b.com", "x@y.com", "-"])
def test_domains_that_are_none(domain: str) -> None:
    """A domain has at least two parts, of small letters, digits and hyphens."""
    with pytest.raises(ValidationError):
        Email(domain=domain)
