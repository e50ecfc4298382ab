"""Texts that nobody may read."""

from __future__ import annotations

import pytest

from envctl.catalogue import Column
from envctl.masking.transforms.base import Row
from envctl.masking.transforms.redact import Redact
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

NARROW = Column("value", "character varying(4)", "text", length=4)
CASES = {
    "usual": Case(Redact(), keyed=False),
    "in a narrow column": Case(Redact(), NARROW, values=texts().map(lambda text: text[:4]), keyed=False),
    "what means something to others": Case(Redact(text="$1 ${x} \\1 %s\t\n"), keyed=False),
    "nothing": Case(Redact(text=""), keyed=False),
    "stars": Case(Redact(stars=True), keyed=False, valid=lambda text: not text.strip("*")),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """What is redacted is masked by the laws of all transforms."""
    law(case)


def test_the_text() -> None:
    """A fixed text, as much of it as fits, or a star for each character."""
    assert "[redacted]" == Redact().plain("secret", Row(SEED, TEXT))
    assert "[red" == Redact().plain("secret", Row(SEED, NARROW))
    assert "gone" == Redact(text="gone").plain("", Row(SEED, TEXT))
    assert "******" == Redact(stars=True).plain("sécret", Row(SEED, TEXT))


@pytest.mark.parametrize("text", ["a\0b", "\0"])
def test_a_text_that_no_column_holds(text: str) -> None:
    """NUL is in no text of Postgres."""
    with pytest.raises(ValueError, match="text"):
        Redact(text=text)


def test_no_two_stay_apart() -> None:
    """It never claims to keep values distinct."""
    assert {False} == {Redact().distinct(TEXT), Redact(stars=True).distinct(TEXT)}
