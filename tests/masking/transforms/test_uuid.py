"""UUIDs that name somebody or something."""

from __future__ import annotations

import re
from uuid import RFC_4122, UUID

import polars as pl
import pytest
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.transforms.base import Block, Row
from envctl.masking.transforms.uuid import Uuid
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

COLUMN = Column("value", "uuid", "uuid")
NARROW = Column("value", "character(32)", "text", length=32, fixed=True)


def random_one(text: str) -> bool:
    """Whether it is a UUID of version 4."""
    return 4 == UUID(text).version and RFC_4122 == UUID(text).variant


CASES = {
    "of its type": Case(Uuid(), COLUMN, st.uuids().map(str), lambda n: str(UUID(int=n)), valid=random_one),
    "in a text": Case(Uuid(), values=texts(st.uuids().map(str), st.uuids().map(lambda u: u.hex)), valid=random_one),
    "without hyphens": Case(Uuid(), NARROW, many=lambda n: UUID(int=n).hex, valid=lambda text: 32 == len(text)),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """UUIDs are masked by the laws of all transforms."""
    law(case)


def test_hyphens() -> None:
    """They are as they were, and left out where there is no room for them."""
    long, short = "00112233-4455-6677-8899-aabbccddeeff", "00112233445566778899AABBCCDDEEFF"
    assert re.fullmatch("[0-9a-f]{32}", Uuid().plain(short, Row(SEED, TEXT)))
    assert 36 == len(Uuid().plain(long, Row(SEED, TEXT))) == Uuid().longest(TEXT)
    assert Uuid().plain(long, Row(SEED, TEXT)).replace("-", "") == Uuid().plain(long, Row(SEED, NARROW))


def test_blanks_that_the_type_adds() -> None:
    """In `char(n)` a value is what it is without the blanks at its end."""
    column = Column("value", "character(60)", "text", length=60, fixed=True)
    values = ["00112233445566778899aabbccddeeff", "00112233445566778899aabbccddeeff".ljust(60)]
    block = Block(SEED, column, pl.DataFrame(), pl.DataFrame())
    assert [Uuid().plain("00112233445566778899aabbccddeeff", Row(SEED, TEXT))] * 2 == Uuid().bulk(
        pl.Series(values), block
    ).to_list()
    assert 1 == len({Uuid().plain(value, Row(SEED, column)) for value in values})
