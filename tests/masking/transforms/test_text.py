"""Free text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.base import Row
from envctl.masking.transforms.text import Text
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

NARROW = Column("value", "character varying(40)", "text", length=40)
RUNNING = (
    "Call +49 (30) 123456-7 or 4111 1111 1111 1111, mail a.b@c.org. IBAN DE89 3700 0400 0440 5320 13;",
    "http://x.y/z?q=1, (www.a.de) 10.0.0.1 ::1 fe80::1 2024-02-29 12:34:56 http:// std::string",
    "a@b.cd@e.f 1234567890123456789012345 +1 2 3 \U0001d7d8 x@ü.de",
)
CASES = {
    "filler": Case(Text()),
    "filler of a narrow column": Case(Text(), NARROW, values=texts().map(lambda text: text[:40])),
    "findings": Case(
        Text(find=True), values=texts(st.sampled_from(RUNNING)), many=lambda n: f"call 030 12{n:05} or me{n}@x.org"
    ),
    "findings in a narrow column": Case(
        Text(find=True),
        NARROW,
        values=texts(st.sampled_from(RUNNING)).map(lambda text: text[:40]),
        many=lambda n: f"me{n}@x.org",
    ),
}  # fmt: skip – a case a line


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Text is masked by the laws of all transforms."""
    law(case)


def found(text: str) -> str:
    """A text whose findings are masked."""
    return Text(find=True).plain(text, Row(SEED, TEXT))


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_filler_is_as_long_and_of_other_words(text: str) -> None:
    """Nothing of a text is in its filler, which is small Latin letters and blanks."""
    made = Text().plain(text, Row(SEED, TEXT))
    assert len(text) == len(made)
    assert re.fullmatch("[a-z ]*[a-z.]?", made)


@pytest.mark.parametrize(
    ("way", "value"),
    [
        ("email", "mary.smith@shop.test"),
        ("phone", "+49 (30) 123456-7"),
        ("phone", "030/1234567"),
        ("card", "4111 1111 1111 1111"),
        ("card", "4111111111111111"),
        ("phone", "4111 1111 1111 1112"),
        ("iban", "DE89 3700 0400 0440 5320 13"),
        ("ip", "203.0.113.77"),
        ("ip", "fe80::1:2"),
        ("ip", "2001:db8:1:2:3:4:5:6"),
        ("url", "https://shop.test/mary?a=1"),
        ("url", "www.mary-smith.test"),
        ("email", "mary@müller.test"),
    ],
)  # fmt: skip – a list
def test_what_is_found(way: str, value: str) -> None:
    """What has a form of its own is found amid words and masked as its own transform does it, and the words stay."""
    masked = TRANSFORMS[way]().plain(value, Row(SEED, TEXT))
    assert value != masked
    assert f"Please use ({masked}), she said." == found(f"Please use ({value}), she said.")


def test_what_is_not_found() -> None:
    """Words, small numbers and times stay: names are not found, and the documentation says so."""
    text = "Mary Smith bought 3 of 12345 things at 12:34:56 for 99.95 in std::string"
    assert text == found(text)


def test_nothing_of_a_finding_is_left() -> None:
    """A long run of digits is masked to its end."""
    digits = "1234567890" * 4
    assert digits[-7:] not in found(f"no. {digits}.")
