"""Names of people."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.parts.pools import pool
from envctl.masking.transforms.base import Block, Row
from envctl.masking.transforms.name import Name
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

FIRST, LAST, FULL = Name(part="first"), Name(part="last"), Name()
WORDS = (
    "Mary",
    "ANN",
    "o'brien",
    "van",
    "Jean-Luc",
    "李",
    "Dr.",
    "mrs",
    "Jr",
    "Smith",
    "Jr.",
    "II",
    "MD",
    ",",
    ", ",
    ";",
)
NAMES = texts(
    st.lists(st.sampled_from(WORDS), max_size=7).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=7).map("\t".join),
)
NARROW = Column("value", "character varying(9)", "text", length=9)

CASES = {
    "first": Case(FIRST, values=NAMES),
    "last": Case(LAST, values=NAMES),
    "full": Case(FULL, values=NAMES),
    "full in German": Case(Name(locale="de_DE"), values=NAMES),
    "full in a narrow column": Case(FULL, NARROW, values=NAMES),
}


def masked(transform: Name, value: str, column: Column = TEXT) -> str:
    """What becomes of one name."""
    return transform.plain(value, Row(SEED, column))


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Names are masked by the laws of all transforms."""
    law(case)


@given(st.lists(st.sampled_from(["Mary", "Ann", "Lou", "van", "O'Brien"]), min_size=2, max_size=4), st.data())
def test_parts_are_the_whole(words: list[str], data: st.DataObject) -> None:
    """However a name is divided into first and last names, its parts become the parts of what the whole becomes."""
    at = data.draw(st.integers(1, len(words) - 1))
    parts = masked(FIRST, " ".join(words[:at])), masked(LAST, " ".join(words[at:]))
    assert " ".join(parts) == masked(FULL, " ".join(words))


def test_the_last_name_first() -> None:
    """Before a comma stands the last name, and it is the same as without one."""
    assert f"{masked(LAST, 'Smith')}, {masked(FIRST, 'Mary Ann')}" == masked(FULL, "Smith, Mary Ann")


@pytest.mark.parametrize(
    "written",
    [
        "Dr. Mary Smith",
        "Mrs Mary  Smith",
        " prof. dr. Mary\tSmith ",
        "Mary Smith Jr.",
        "Mary Smith, PhD",
        "Ms. Mary Smith, MD, III",
    ],
)
def test_titles_are_left_out(written: str) -> None:
    """Titles, additions and blanks change nothing of what a person becomes."""
    assert masked(FULL, "Mary Smith") == masked(FULL, written)


def test_only_titles() -> None:
    """Where nothing else is there, a title is a name like any other."""
    assert masked(FULL, "Dr.") in pool("first", "en_US").entries


def test_what_is_made() -> None:
    """First and last names are of their pools, and the words beyond the fourth are left out."""
    words = masked(FULL, "a b c d e f").split(" ")
    assert 4 == len(words)
    assert words[0] in pool("first", "en_US").entries
    assert set(words[1:]) <= set(pool("last", "en_US").entries)


@pytest.mark.parametrize("blank", ["", " ", "\t\n", " , "])
def test_nothing_of_nothing(blank: str) -> None:
    """A text without words becomes an empty one."""
    assert [""] * 3 == [masked(transform, blank) for transform in (FIRST, LAST, FULL)]


def test_a_narrow_column() -> None:
    """What a column has no room for is cut off, without a blank at the end."""
    found = [masked(FULL, f"person {n}", NARROW) for n in range(500)]
    assert 9 == max(map(len, found))
    assert [name.rstrip() for name in found] == found


def test_many_of_a_few() -> None:
    """Where the same names come again and again each is made once, and is what it would be alone."""
    values = pl.Series("value", [f"First{n % 7} Last{n % 3}" for n in range(5000)])
    found = FULL.bulk(values, Block(SEED, TEXT, pl.DataFrame(), pl.DataFrame())).to_list()
    assert [masked(FULL, value) for value in values[:21]] * 238 == found[: 21 * 238]


def test_names_of_people_of_other_countries() -> None:
    """Another locale has other names; one that nobody knows is refused with those that look like it."""
    assert masked(Name(part="first", locale="ja_JP"), "Mary") in pool("first", "ja_JP").entries
    with pytest.raises(ValidationError, match="de_DE"):
        Name(locale="de-DE")
