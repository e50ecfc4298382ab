"""Rows that nobody ever had."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl
import pytest

from envctl.catalogue import Column
from envctl.masking.suggesting.detect import detect
from envctl.masking.suggesting.preview import made_up
from tests.masking.suggesting.made_up import column, pagila, table

COUNT = 40
FORMS = {
    "integer": r"-?\d+",
    "bigint": r"-?\d+",
    "numeric(8,3)": r"\d{1,5}\.\d{3}",
    "real": r"\d+\.\d+",
    "date": r"\d{4}-\d\d-\d\d",
    "timestamp": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d",
    "timestamptz": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00",
    "time": r"\d\d:\d\d:\d\d",
    "boolean": "[tf]",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "inet": r"192\.0\.2\.\d+",
    "cidr": r"192\.0\.2\.0/24",
    "jsonb": r"\{.*\}",
    "bytea": r"\\x([0-9a-f]{2})*",
    "hstore": r'".*"=>".*"',
    "text[]": r'\{("[^"]*"|[^",]+)(,("[^"]*"|[^",]+))*\}',
    "integer[]": r"\{\d+(,\d+)*\}",
    "interval": "3 days",
}


@pytest.mark.parametrize(("kind", "form"), FORMS.items())
def test_values_are_written_as_postgres_does(kind: str, form: str) -> None:
    """Of every type, in the form that COPY would take."""
    made = made_up(table("a", f"x {kind}!"), COUNT)["x"].to_list()
    assert [] == [value for value in made if not re.fullmatch(form, value or "")]


def test_rows_are_the_same_every_time() -> None:
    """A table's rows depend on its name alone."""
    (people, films) = (pagila().table("public.staff"), pagila().table("public.film"))
    assert people
    assert films
    assert made_up(people, COUNT).equals(made_up(people, COUNT))
    assert made_up(films, COUNT).shape == (COUNT, len(films.columns))


def test_fewer_rows_are_the_first_of_more() -> None:
    """How many are asked for changes nothing in those that are there."""
    people = pagila().table("public.customer")
    assert people
    assert made_up(people, 3).equals(made_up(people, COUNT).head(3))


def test_columns_of_a_row_agree() -> None:
    """Somebody's address of mail is made of the name."""
    people = table("a", "first_name text!", "last_name text!", "email text!", "full_name text!")
    for row in made_up(people, COUNT).iter_rows(named=True):
        assert f"{row['first_name']}.{row['last_name']}@example.org".lower() == row["email"]
        assert f"{row['first_name']} {row['last_name']}" == row["full_name"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email", "email"),
        ("phone", "phone"),
        ("iban", "iban"),
        ("card_number", "card"),
        ("notes", "free_text"),
        ("street", "address"),
        ("client_ip", "ip"),
        ("homepage", "url"),
        ("password", "credential"),
        ("ssn", "national_id"),
    ],
)
def test_values_are_what_their_column_is_called(name: str, kind: str) -> None:
    """What is made up for a name looks like what the name says."""
    assert kind == detect(made_up(table("a", f"{name} text"), COUNT)[name])[0].kind


def test_types_are_kept_to() -> None:
    """No value is longer than its column, out of its range or none of its labels; blanks fill up char(n)."""
    label = Column("state", "state", "enum", labels=("a b", "c"))
    small = replace(column("quantity smallint!"), low=-5, high=5)
    fixed = replace(column("city bpchar(30)!"), fixed=True)
    made = made_up(table("a", label, small, fixed, "first_name varchar(3)!", "note varchar(9)!"), COUNT)
    assert {"a b", "c", None} == set(made["state"])
    assert made["quantity"].cast(pl.Int64).is_between(-5, 5).all()
    assert {30} == set(made["city"].str.len_chars())
    assert (3, 9) == (made["first_name"].str.len_chars().max(), made["note"].str.len_chars().max())


def test_what_is_unique_is_so() -> None:
    """No value is there twice where the database would refuse it."""
    alone = table(
        "a", "email varchar(24)!", "name text!", "n integer!", "x varchar(4)!", unique=("email", "name", "n", "x")
    )
    made = made_up(alone, 500)
    assert [500] * 4 == [made[name].n_unique() for name in made.columns]


def test_nulls_are_where_they_may_be() -> None:
    """Some values of columns that may be null are, none of others, and none of keys."""
    made = made_up(table("a", "id integer", "x text", "y text!", key="id"), COUNT)
    assert (0, True, 0) == (made["id"].null_count(), 0 < made["x"].null_count() < COUNT, made["y"].null_count())


def test_generated_columns_are_left_out() -> None:
    """What the database computes it computes itself."""
    made = replace(column("full_name text"), generated=True)
    assert ["x"] == made_up(table("a", "x text", made), 2).columns
    assert (0, 1) == made_up(table("a", "x text"), 0).shape
