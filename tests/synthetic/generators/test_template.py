"""Texts put together from other columns."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest
from pydantic import ValidationError

from envctl.catalogue import Unique
from envctl.synthetic.generators.template import Template
from tests.synthetic.rows import field_of, rows, table_of, text, typed

TABLE = table_of("users", typed("id", "integer", "integer"), "first name", text("email", 12), "note")


def made(template: str, name: str = "note") -> list[str]:
    """Two rows of it."""
    columns = {"id": pl.Series([1, 2]), "first name": pl.Series(["Ann", None])}
    some = replace(rows(TABLE, 2), columns=columns)
    return Template(text=template).make(field_of(TABLE, name), some).to_list()


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{first name}.{id}", ["Ann.1", ".2"]),
        ("plain", ["plain", "plain"]),
        ("{{{id}}}", ["{1}", "{2}"]),
        ("", ["", ""]),
        ("{id}{id}", ["11", "22"]),
    ],
)
def test_columns_stand_in_texts(template: str, expected: list[str]) -> None:
    """Names in braces stand for values, nothing for null, and doubled braces for braces."""
    assert expected == made(template)


def test_cut() -> None:
    """What is too long is cut to what the column holds."""
    assert ["Ann.1@exampl", ".2@example.c"] == made("{first name}.{id}@example.com", "email")


@pytest.mark.parametrize("template", ["{", "a}", "{}", "{id:>3}", "{id!r}", "\0"])
def test_what_is_no_template(template: str) -> None:
    """A brace alone, and whatever else Python's own templates know, is refused as soon as it is read."""
    with pytest.raises(ValidationError):
        Template(text=template)


def test_columns_that_it_cannot_name() -> None:
    """There must be such a column, and it must be another one."""
    assert "town" in (Template(text="{town}").objection(field_of(TABLE, "note")) or "")
    assert Template(text="{note}").objection(field_of(TABLE, "note")) is not None
    assert Template(text="{id}").objection(field_of(TABLE, "note")) is None


def test_unique_by_what_it_names() -> None:
    """It differs in each row if a column in it does."""
    known = replace(TABLE, uniques=(Unique("users_pkey", ("id",)),))
    assert Template(text="n{id}").distinct(field_of(known, "note"))
    assert not Template(text="n{first name}").distinct(field_of(known, "note"))
    assert Template(text="n{first name}").objection(field_of(known, "note", unique=True)) is not None


def test_reads() -> None:
    """It says what it looks at, each once."""
    assert ("id", "first name") == Template(text="{id} {first name} {id}").reads
