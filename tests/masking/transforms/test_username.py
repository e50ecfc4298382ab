"""What people log in as."""

from __future__ import annotations

import re

import pytest
from pydantic import ValidationError

from envctl.masking.transforms.base import Row
from envctl.masking.transforms.username import Username
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named

CASES = {
    "usual": Case(Username(), valid=lambda text: re.fullmatch("u_[0-9a-z]{13}", text) is not None),
    "a prefix of one's own": Case(Username(prefix="Test-"), many=lambda n: f"user{n}"),
    "none": Case(Username(prefix="")),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Names of users are masked by the laws of all transforms."""
    law(case)


def test_it_fits_into_sixteen_characters() -> None:
    """Many a column of them has no more."""
    assert 15 == len(Username().plain("mary", Row(SEED, TEXT))) == Username().longest(TEXT)


@pytest.mark.parametrize("prefix", ["a b", "ä", "x" * 33, "a\n"])
def test_prefixes_that_are_none(prefix: str) -> None:
    """A prefix is at most 32 letters, digits, dots, hyphens and underscores."""
    with pytest.raises(ValidationError):
        Username(prefix=prefix)
