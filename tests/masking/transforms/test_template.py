"""Texts put together from other columns."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.transforms.base import Block, Row, Unmaskable
from envctl.masking.transforms.template import Template
from tests.masking.transforms.laws import LAWS, SEED, TEXT, Case, Law, named, texts

NARROW = Column("value", "character varying(9)", "text", length=9)
BESIDE = st.one_of(st.none(), texts())

CASES = {
    "columns": Case(Template(text="{{{a b}}} <{c}> {a b}"), masked={"a b": BESIDE, "c": BESIDE}, keyed=False),
    "in a narrow column": Case(Template(text="{a}{b}"), NARROW, masked={"a": BESIDE, "b": BESIDE}, keyed=False),
    "no column": Case(Template(text="nobody"), keyed=False),
    "nothing": Case(Template(text=""), keyed=False),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """What is put together is masked by the laws of all transforms."""
    law(case)


def filled(text: str, column: Column = TEXT, **masked: str | None) -> str:
    """What becomes of a value beside others."""
    return Template(text=text).plain("Ann Smith", Row(SEED, column, {}, masked))


def test_the_text() -> None:
    """Columns stand for their masked values, doubled braces for braces, and null for nothing."""
    assert "Eve <e@x> {a}" == filled("{first} <{mail}> {{a}}", first="Eve", mail="e@x")
    assert " Jones" == filled("{first} {last}", first=None, last="Jones")
    assert "Eve J" == filled("{first} {last}", Column("v", "varchar(5)", "text", length=5), first="Eve", last="Jones")


def test_what_it_follows() -> None:
    """The columns that it names are masked before, each named once."""
    assert ("first name", "mail") == Template(text="{first name} {mail} {first name} {{x}}").follows
    assert () == Template(text="{{x}}").follows


def test_it_is_not_made_of_itself() -> None:
    """A column in its own template would have to be masked before itself."""
    assert Template(text="{value}!").objection(TEXT)
    assert Template(text="{other}!").objection(TEXT) is None


def test_a_column_that_is_not_there() -> None:
    """A column that nobody masked stops it, even if the policy let it through."""
    with pytest.raises(Unmaskable):
        Template(text="{x}").bulk(pl.Series(["Ann"]), Block(SEED, TEXT, pl.DataFrame(), pl.DataFrame({"y": ["z"]})))


@pytest.mark.parametrize("text", ["{", "}", "a{b", "{}", "{a}}", "{{a}", "{a{b}}", "a\0"])
def test_braces_that_stand_alone(text: str) -> None:
    """A brace is one of a pair or doubled."""
    with pytest.raises(ValidationError):
        Template(text=text)
