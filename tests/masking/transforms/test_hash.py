"""Keyed hashes."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.transforms.base import Row, Unmaskable
from envctl.masking.transforms.hash import Hash
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named

SMALL, INTEGER, BIG = (
    Column("id", name, "integer", low=-(1 << bits), high=(1 << bits) - 1)
    for name, bits in (("smallint", 15), ("integer", 31), ("bigint", 63))
)


def of(column: Column) -> st.SearchStrategy[str]:
    """Whole numbers that a column holds."""
    return st.integers(column.low, column.high).map(str)


CASES = {
    "texts": Case(Hash()),
    "short ones": Case(Hash(length=4)),
    "long ones": Case(Hash(length=64)),
    "smallint": Case(Hash(), SMALL, values=of(SMALL), many=lambda n: str(n % 65536 - 32768)),
    "integer": Case(Hash(), INTEGER, values=of(INTEGER), many=str),
    "bigint": Case(Hash(), BIG, values=of(BIG), many=lambda n: str((1 << 40) - n)),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """What is hashed is masked by the laws of all transforms."""
    law(case)


def test_the_form_of_a_hash() -> None:
    """A text becomes as many hex digits as the rule says, 16 if it says nothing."""
    assert [16, 40] == [len(Hash(length=n).plain("secret", Row(SEED, TEXT))) for n in (16, 40)]
    assert int(Hash().plain("secret", Row(SEED, TEXT)), 16) >= 0


def test_what_keeps_texts_distinct() -> None:
    """Only from 64 bits on it says so; numbers are always distinct."""
    assert [False, True] == [Hash(length=n).distinct(TEXT) for n in (15, 16)]
    assert Hash(length=4).distinct(INTEGER)


def test_a_key_joins_whatever_its_type() -> None:
    """A number becomes the same one in each integer type that holds it, and one that this type holds."""
    for value in ("0", "7", "-7", "32767", "-32768"):
        assert 1 == len({Hash().plain(value, Row(SEED, column)) for column in (SMALL, INTEGER, BIG)})
        assert -32768 <= int(Hash().plain(value, Row(SEED, SMALL))) <= 32767


@pytest.mark.parametrize("value", ["", "secret", "1.5", "9223372036854775808"])
def test_what_is_no_whole_number_does_not_pass(value: str) -> None:
    """What no integer type holds is refused, by both ways."""
    with pytest.raises(Unmaskable):
        Hash().plain(value, Row(SEED, BIG))


@pytest.mark.parametrize("length", [0, 3, 65])
def test_lengths_that_are_none(length: int) -> None:
    """A digest has 64 digits, and fewer than four say nothing."""
    with pytest.raises(ValidationError):
        Hash(length=length)


def test_where_case_is_ignored() -> None:
    """Hex digits are small ones, so that texts stay distinct in whatever case they are compared."""
    assert [True, False] == [Hash(length=n).digested(TEXT) for n in (16, 15)]
    assert not Hash().digested(INTEGER)
