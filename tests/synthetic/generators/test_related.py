"""Values that follow from those of other columns, and moments between two others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from envctl.catalogue import Table
from envctl.synthetic.base import Field, Generator, Impossible
from envctl.synthetic.generators.between import Between
from envctl.synthetic.generators.related import Case, Copy, Entry, Same
from tests.synthetic.rows import SomeRows, field_of, rows, table_of, text, typed

PATIENTS = table_of("patients", typed("id", "integer", "integer"), "gender", typed("born", "date", "date"))
VISITS = table_of(
    "visits",
    typed("patient_id", "integer", "integer"),
    "kind",
    "value",
    text("unit", 3),
    typed("cost", "numeric(8,2)", "number"),
    typed("start", "timestamp", "timestamp"),
    typed("stop", "timestamp", "timestamp"),
    typed("day", "date", "date"),
)
KINDS = ["height", "weight", "mood", "height"]
START = datetime(2025, 3, 1, 9)


def visits(*, first: int = 0, of: tuple[int, ...] = (5, 6, 6, 5), **more: Any) -> SomeRows:
    """Rows of visits by these patients, of whom the fifth is a man."""
    found = rows(VISITS, len(of), first, kind=(KINDS * 9)[: len(of)], start=[START] * len(of), **more)
    there = SomeRows(
        PATIENTS,
        np.array(of, dtype=np.int64),
        {
            "gender": pl.Series(["M" if number == 5 else None for number in of]),
            "born": pl.Series([date(2024, 1, 1)] * len(of)),
        },
    )
    return replace(found, parents={("patient_id",): there})


def field(name: str, table: Table = VISITS) -> Field:
    """A column to be filled."""
    return field_of(table, name)


def made(generator: Generator, name: str, some: SomeRows | None = None) -> list[Any]:
    """What it makes of the visits."""
    assert None is generator.objection(field(name))
    return generator.make(field(name), some or visits()).to_list()


def test_a_copy_is_what_is_there() -> None:
    """In the row, or in one that it references; of a moment a column for days holds the day."""
    assert KINDS == made(Copy(of="kind"), "value")
    assert ["M", None, None, "M"] == made(Copy(of="patient_id.gender"), "value")
    assert [START.date()] * 4 == made(Copy(of="start"), "day")
    assert (("kind",), ()) == (Copy(of="kind").reads, Copy(of="patient_id.gender").reads)


def test_a_path_must_lead_somewhere() -> None:
    """What references nothing, or not in each row, is named."""
    with pytest.raises(Impossible, match=r"visits\.value.*: kind\.x: kind does not reference a row each time"):
        made(Copy(of="kind.x"), "value")
    with pytest.raises(ValidationError, match="is no name of a column"):
        Copy(of="kind..x")


def test_a_case_goes_by_another_value() -> None:
    """A value, a list, or a generator for each; nothing for those that are not listed, or what is said of them."""
    units: dict[str, Entry] = {"height": "cm", "weight": ("kg", "lb")}
    unit, other = (
        made(Case(of="kind", values=units), "unit"),
        made(Case(of="kind", values=units, otherwise="?"), "unit"),
    )
    assert ["cm", None, "cm"] == [unit[0], unit[2], unit[3]]
    assert "?" == other[2]
    assert {"kg", "lb"} > {unit[1]}
    assert ["M", "-", "-", "M"] == made(Case(of="patient_id.gender", values={"M": "M"}, otherwise="-"), "value")


def test_a_case_holds_generators() -> None:
    """Each makes the rows that are its own, as it would by itself; in a column of text as text."""
    height = {"generate": "number", "low": 150, "high": 160, "digits": 1}
    values: dict[str, Entry] = {"height": height, "weight": {"generate": "copy", "of": "kind"}}
    tall, heavy, none, other = made(Case(of="kind", values=values), "value")
    assert isinstance(tall, str)
    assert "weight" == heavy
    assert None is none
    assert 150 <= float(tall) <= 160
    assert tall != other
    costs = made(Case(of="kind", values={"height": 5, "weight": {"generate": "price"}, "mood": 1.25}), "cost")
    assert (5, 1.25, 5) == (costs[0], costs[2], costs[3])
    assert ("kind", "start") == Case(of="kind", values={"a": {"generate": "between", "after": "start"}}).reads


def test_rows_do_not_depend_on_others() -> None:
    """Whatever rows are made with one, it gets the same."""
    many = tuple(range(8))
    case = Case(of="kind", values={"height": {"generate": "number", "high": 99}, "mood": ("a", "b", "c", "d")})
    whole = made(case, "value", visits(of=many))
    assert whole[4:] == made(case, "value", visits(of=many[4:], first=4))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"a": "long"}, "a: .*holds 3 characters and not this: 'long'"),
        ({"a": {"generate": "nothing"}}, "a: it is made by 'nothing', which nobody knows"),
        ({"a": {"low": 1}}, "a: it does not say what makes it"),
        ({"a": {"generate": "number", "lowest": 1}}, "a: it .*lowest"),
    ],
)
def test_what_does_not_fit_is_named(values: Mapping[str, Entry], said: str) -> None:
    """With the value that it stands beside."""
    found = Case(of="kind", values=dict(values)).objection(field("unit"))
    assert found is not None
    assert pl.Series([found]).str.contains(said).all(), found


def test_a_case_of_a_key_differs() -> None:
    """Where what it depends on is the key, and no two values have the same, all rows differ."""
    table = replace(table_of("kinds", typed("id", "integer", "integer"), "slug"), key=("id",))
    assert Case(of="id", values={"1": "a", "2": "b"}).distinct(field("slug", table))
    assert not Case(of="id", values={"1": "a", "2": "a"}).distinct(field("slug", table))
    assert not Case(of="id", values={"1": "a"}, otherwise="b").distinct(field("slug", table))
    assert not Case(of="slug", values={"1": "a"}).distinct(field("slug", table))


def test_the_same_for_all_that_reference_one() -> None:
    """Whoever it is that they reference decides, and may be looked at; others get others."""
    one = Same(per="patient_id", value={"generate": "number", "low": 1, "high": 10**9})
    a, b, again, last = made(one, "cost")
    assert (a, b) == (last, again)
    assert a != b
    by = Same(per="patient_id", value={"generate": "case", "of": "gender", "values": {"M": "he"}, "otherwise": "she"})
    assert ["he", "she", "she", "he"] == made(by, "value")
    assert "it is made by 'x', which nobody knows" in (
        Same(per="a", value={"generate": "x"}).objection(field("value")) or ""
    )


def test_moments_between_others() -> None:
    """After the one, before the other, within what is said, and never after the end of all."""
    stops = made(Between(after="start", within="45m"), "stop", visits(of=tuple(range(300))))
    assert START <= min(stops) < max(stops) <= START.replace(minute=45)
    assert len(set(stops)) > 200
    days = made(Between(after="patient_id.born", before="start"), "day", visits(of=tuple(range(300))))
    assert date(2024, 1, 1) <= min(days) < date(2024, 2, 1) < date(2025, 2, 1) < max(days) <= START.date()
    late = made(Between(years=2), "stop", visits(of=tuple(range(300))))
    assert datetime(2023, 12, 31) <= min(late) < max(late) < datetime(2026, 1, 1, 0, 0, 1)


def test_nothing_is_between() -> None:
    """Null where the one is after the other, or what it is to follow soon is null."""
    assert [None] * 4 == made(Between(after="start", before="patient_id.born"), "stop")
    some = visits(stop=[None, START, None, START])
    assert [None, START] == made(Between(after="stop", within="0s"), "start", some)[:2]


def test_what_is_said_of_moments_must_be_readable() -> None:
    """A length of time, and from when it counts."""
    with pytest.raises(ValidationError, match="is no length of time"):
        Between(after="start", within="soon")
    assert "`within` says how long after what: write `after`" == Between(within="1d").objection(field("stop"))
