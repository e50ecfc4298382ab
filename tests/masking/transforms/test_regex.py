"""Texts of a form that a pattern describes."""

from __future__ import annotations

import re
from functools import partial

import pytest
from pydantic import ValidationError

from envctl.masking.transforms.base import Row
from envctl.masking.transforms.regex import Regex
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named

PATTERNS = (
    r"[A-Z]{3}-\d{4}",
    r"^(basic|pro|[x-z]{2,5})-[0-9a-f]+$",
    r"\w+\s?\.[^a-z\d]*(?:é|ü|\\|\$1){0,3}",
    r"[A-Z0-9]{13}",
    r"(a|b|(c|d)x)?.{4,40}",
    r"\D\W\S[^\s]",
)


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern describes a text."""
    return re.fullmatch(pattern, text) is not None


CASES = {pattern: Case(Regex(pattern=pattern), valid=partial(matches, pattern)) for pattern in PATTERNS}
CASES["nothing to choose"] = Case(Regex(pattern="fixed"), keyed=False, valid=lambda text: text == "fixed")


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """What a pattern describes is masked by the laws of all transforms, and matches it."""
    law(case)


@pytest.mark.parametrize(
    ("pattern", "distinct"),
    [
        (r"[A-Z0-9]{13}", True),  # 67 bits
        (r"[A-Z0-9]{12}", False),  # 62
        (r"ID-[0-9a-f]{16}", True),
        (r"[0-9a-f]{16,20}", True),
        (r"(a|b)[0-9a-f]{16}", True),
        (r"[0-9a-f]{8}-?[0-9a-f]{8}", True),
        (r"[0-9a-f]*[0-9a-f]{15}", False),  # nothing may be repeated
        (r"a{0,9}b?a{0,9}[0-9a-f]{14}", False),
        (r"([0-9a-f]{16}|x)", False),  # every second is an x
        ("x", False),
        ("[0-9a-f]{900}", True),  # more than a float can tell
    ],
)
def test_what_keeps_values_distinct(pattern: str, distinct: bool) -> None:
    """Only where a pattern leaves 64 bits to choose, however its choices fall."""
    assert distinct == Regex(pattern=pattern).distinct(TEXT)


@pytest.mark.parametrize(
    ("pattern", "longest"), [("[a-z]{3}", 3), ("a{2,5}b", 6), ("(abc|de)+", 27), ("x*", 8), ("", 0)]
)
def test_the_longest_result(pattern: str, longest: int) -> None:
    """What is repeated without an end is repeated at most eight times more than it must be."""
    assert longest == Regex(pattern=pattern).longest(TEXT)


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        "[a",
        "a(?=b)",
        "(?<!a)b",
        r"(a)\1",
        "(?i)a",
        "(?i:a)",
        r"a\bb",
        "a^b",
        "a++",
        "a{3000}",
        "(a{90}){90}",
        "a{0,9999999}",
        "[^\x20-\x7e]",
        "x" * 1001,
        "(?P<n>a)(?P=n)",
        "(?>a)",
    ],
)  # fmt: skip – a list
def test_patterns_that_no_text_is_made_from(pattern: str) -> None:
    """What is no expression, what looks around, and what has no end is refused when the policy is read."""
    with pytest.raises(ValidationError):
        Regex(pattern=pattern)


def test_choices_are_about_even() -> None:
    """Each character of a set and each alternative is chosen about as often as the others."""
    made = [Regex(pattern="[abcd]|x").plain(str(n), Row(SEED, TEXT)) for n in range(5000)]
    assert all(800 < made.count(text) < 1200 for text in "abcdx") or 2200 < made.count("x") < 2800
