"""Regular expressions made backwards."""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from envctl.synthetic.patterns import Pattern, Unreadable

FORMS = (
    r"^[A-Z]{2}$",
    r"^[A-Z]{2}",
    "@",
    r"^\d{4}-\d{2}$",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$",
    r"^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$",
    "(?i)^ab?c",
    r"^(?=.*[A-Z])(?=.*\d).{8,}$",
    r"^(?!.*\s)",
    r"^(?!.*(?:^adm))[a-z]+$",
    r"^https?://.+",
    r"^[А-Яа-я]+$",
    r"^[A-Z]\W$",
    "^[]x^-]{3}$",
    r"^\u0041\.\t?$",
    "^a{2,}?b??$",
    r"\A(foo|bar|)[0-9]\Z",
    r"^\+?[0-9 ()-]{7,20}$",
    r"^.{200}$",
    r"^[a-f0-9]{64}$",
    r"^(a|ab)(c|bcd)*$",
    "^({|})+$",
)
LETTERS = st.sampled_from("abcAB01")
ATOMS = st.one_of(
    LETTERS,
    st.sampled_from([r"\d", r"\w", ".", "[ab]", "[^a]", "[a-c0]", r"[^\d]", r"\.", "é"]),
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions of simpler ones."""
    times = st.sampled_from(["?", "*", "+", "{2}", "{1,3}", "{0,2}", "{2,}"])
    return st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}|{two[1]})"),
        st.tuples(inner, times).map(lambda two: f"(?:{two[0]}){two[1]}"),
    )


EXPRESSIONS = st.tuples(
    st.sampled_from(["", "^", "(?i)^"]), st.recursive(ATOMS, grown, max_leaves=6), st.sampled_from(["", "$"])
).map("".join)


def some(pattern: Pattern, most: int = 300) -> pl.Series:
    """The texts of numbers from the first to the last."""
    count = min(most, pattern.space)
    return pattern.nth(np.array([at * (pattern.space - 1) // max(count - 1, 1) for at in range(count)], dtype=np.int64))


@pytest.mark.parametrize("regex", FORMS)
def test_forms(regex: str) -> None:
    """What is made of an expression is found by it, by Python and by polars, and no two are the same."""
    pattern = Pattern(regex)
    made = some(pattern)
    assert [] == [text for text in made if not re.search(regex, text)]
    assert pattern.accepts(made).all()
    assert min(300, pattern.space) == made.n_unique() == len(made)
    assert pattern.shortest <= made.str.len_chars().min() <= made.str.len_chars().max() <= pattern.longest  # type: ignore[operator]


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS)
def test_any(regex: str) -> None:
    """That holds for expressions of all sorts, also where one text can match in several ways."""
    pattern = Pattern(regex)
    assume(pattern.space)
    made = some(pattern)
    assert [] == [text for text in made if not re.search(regex, text)]
    assert len(made) == made.n_unique()


@settings(max_examples=100, deadline=None)
@given(EXPRESSIONS, st.lists(st.text("abcAB01.é ", max_size=6), max_size=8))
def test_accepts(regex: str, texts: list[str]) -> None:
    """Texts of others are accepted only where Python finds the expression; where ASCII decides, exactly there."""
    answers = Pattern(regex).accepts(pl.Series(texts, dtype=pl.String)).to_list()
    found = [bool(re.search(regex, text)) for text in texts]
    assert [] == [text for text, one, other in zip(texts, answers, found, strict=True) if one and not other]
    assert [] == [t for t, one, other in zip(texts, answers, found, strict=True) if other and not one and t.isascii()]


@settings(max_examples=60, deadline=None)
@given(EXPRESSIONS, EXPRESSIONS, st.integers(0, 3))
def test_together(one: str, other: str, shortest: int) -> None:
    """Several expressions, one of them denied, and a length are met all at once."""
    denied = "^(?!.*(?:" + other.removeprefix("(?i)") + "))"
    pattern = Pattern(one, denied, shortest=shortest, longest=shortest + 4)
    assume(pattern.space)
    made = some(pattern, 50)
    assert [] == [text for text in made if not (re.search(one, text) and re.search(denied, text))]
    assert made.str.len_chars().is_between(shortest, shortest + 4).all()


@pytest.mark.parametrize(
    ("regex", "space"),
    [
        (r"^(foo|bar)$", 2),
        (r"^a?a?a?$", 3),  # the empty text only where there is no other
        ("^$", 1),
        ("x$^y", 0),
        (r"^((\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])\.){3}(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$", 1 << 32),
        (r"^[0-9a-f]{64}$", 1 << 62),
        (r"^[a-z]{1,3}$", 26 + 26**2 + 26**3),
    ],
)
def test_space(regex: str, space: int) -> None:
    """Texts are counted exactly, up to 2**62: one that matches in several ways counts once."""
    assert space == Pattern(regex).space


def test_all_of_them() -> None:
    """All numbers together give all texts."""
    pattern = Pattern("^(a|ab)(c|bcd)?[01]$")
    assert {f"{one}{two}{three}" for one in ("a", "ab") for two in ("", "c", "bcd") for three in "01"} == set(
        pattern.nth(np.arange(pattern.space))
    )


def test_plain() -> None:
    """Texts are of letters and digits, without blanks at their ends, where the expression leaves many of those."""
    assert some(Pattern(r"^[\w .-]{3,}$")).str.contains("^[a-zA-Z0-9]+$").all()
    assert not some(Pattern(r"^[ a-b]{2}$")).str.contains("^ | $").any()


def test_long() -> None:
    """Long texts do not begin all alike."""
    made = Pattern("^[0-9a-f]{64}$").nth(np.arange(100))
    assert 100 == made.str.slice(0, 16).n_unique() == made.n_unique()


def test_nothing() -> None:
    """No numbers give no texts, and nulls stay nulls."""
    pattern = Pattern("^[a-z]$")
    assert [] == pattern.nth(np.array([], dtype=np.int64)).to_list()
    assert [None, True, False] == pattern.accepts(pl.Series([None, "a", "A"])).to_list()


@pytest.mark.parametrize(
    "regex",
    [
        r"(a)\1",
        r"a(?=b)",
        r"(?<=a)b",
        r"(?=a)b",
        "a**",
        "*a",
        "(a",
        "a)",
        "[a",
        "[[.a.]]",
        "[[:word:",
        "[z-a]",
        r"\y",
        r"\b",
        r"\x41",
        "a{3,2}",
        "a{256}",
        "^*",
        "(?x)a",
        "a\\",
        "***=a",
        "\0",
        "(?P<a>b)",
        "(" * 50 + ")" * 50,
        "a" * 2001,
        "((a{200}){200}){200}",
        r"^(.*a.{30}){3}",
    ],
)
def test_unreadable(regex: str) -> None:
    """What Postgres and Python read differently, and what is too much, is said not to be understood."""
    with pytest.raises(Unreadable, match=r"a regular expression"):
        Pattern(regex)
