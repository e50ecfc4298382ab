"""Numbers fit their types and limits whatever these are, and are as large as their names say."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.synthetic.base import Field, Limits
from envctl.synthetic.generators.numbers import Number
from tests.synthetic import rows as some

INT = ("integer", -(1 << 31), (1 << 31) - 1)


def number(name: str, kind: str = "integer", low: int | None = INT[1], high: int | None = INT[2]) -> Column:
    """A column of numbers."""
    return some.typed(name, kind, "integer" if low == INT[1] else "number", low, high)


def values(column: Column, limits: Limits | None = None, generator: Number | None = None) -> list[Any]:
    """What is made for it, in order of size."""
    table = some.table_of("t", column)
    made = (generator or Number()).make(some.field_of(table, column.name, limits), some.rows(table, 500))
    return made.sort().to_list()


@st.composite
def limited(draw: st.DrawFn) -> tuple[Field, Decimal, Decimal]:
    """A column of a numeric type with limits that leave something, and what they are."""
    precision = draw(st.integers(1, 12))
    digits = draw(st.integers(-2, precision + 2))
    most = (10**precision - 1) * Decimal(10) ** -digits
    whole = 10 ** max(precision - digits, 0) - 1
    column = some.typed("n", f"numeric({precision},{digits})", "number", -whole, whole)
    unit = Decimal(10) ** -digits
    low = draw(st.one_of(st.none(), st.integers(1 - 10**precision, 10**precision - 1)))
    high = draw(st.one_of(st.none(), st.integers(0 if low is None else low, 10**precision - 1)))
    limits = Limits(
        None if low is None else f"{low * unit:f}",
        None if high is None else f"{high * unit:f}",
        never=(f"{low * unit:f}",) if low is not None and low != high else (),
    )
    field = some.field_of(some.table_of("t", column), "n", limits)
    return field, -most if low is None else low * unit, most if high is None else high * unit


@settings(max_examples=60)
@given(limited())
def test_limits_and_types_are_kept(given_: tuple[Field, Decimal, Decimal]) -> None:
    """Every number is within both, none is one that is excluded, and each nth is another."""
    field, low, high = given_
    generator = Number()
    space = generator.space(field)
    assert space
    some_of = np.unique(np.linspace(0, space - 1, 50).astype(np.int64).clip(0, space - 1))
    each = generator.nth(field, some_of)
    assert len(some_of) == each.n_unique()
    for value in (*each, *generator.make(field, some.rows(field.table, 50))):
        assert low <= value <= high
        assert value not in [Decimal(never) for never in field.limits.never]
        assert value % (Decimal(10) ** -_digits(field)) == 0


def _digits(field: Field) -> int:
    return int(field.column.type.rstrip(")").rpartition(",")[2])


def test_names_say_how_large() -> None:
    """A quantity is small, a year is one of the last, and more of them are near the lower end."""
    quantities = values(number("line_quantity"))
    assert (1, 20) == (quantities[0], quantities[-1])
    assert quantities[250] < 10
    years = values(number("release_year"))
    assert (2011, 2025) == (years[0], years[-1])
    assert values(number("temperature"))[0] < 0


def test_limits_win_over_names() -> None:
    """Where what is usual is not allowed, limits alone count; a part of it is enough."""
    assert {5, 6} == set(values(number("quantity"), Limits(low="5", high="6")))
    assert 100 <= values(number("quantity"), Limits(low="100"))[0]
    assert 0 > values(number("quantity"), Limits(high="-5"))[-1]


def test_settings_win_over_names() -> None:
    """Both ends, all alike without a skew, and fewer digits."""
    found = values(number("price", "numeric(10,2)", -99999999, 99999999), generator=Number(low=1, high=10, digits=1))
    assert {Decimal(n) / 10 for n in range(10, 101)} == set(found)
    assert 4 < found[250] < 7


def test_a_domain_of_unknown_scale_holds_whole_numbers() -> None:
    """Rounding could leave its limits, or make two of them the same."""
    found = values(some.typed("n", "public.amount", "number", -99, 99), Limits(low="0.5"))
    assert 1 <= found[0] <= found[-1] <= 99
    assert all(isinstance(value, int) for value in found)


def test_floats_are_told_apart_as_far_as_they_are() -> None:
    """All of a `real` differ also when four bytes hold them."""
    field = some.field_of(some.table_of("t", some.typed("n", "real", "number")), "n")
    space = Number().space(field)
    last = Number().nth(field, np.arange(space - 10_000, space))
    assert 10_000 == last.cast(pl.Float32).n_unique()


def test_what_is_no_number_is_refused() -> None:
    """Of the types that nobody knows only money is one."""
    for kind, objection in (("money", None), ("point", "point is no number")):
        field = some.field_of(some.table_of("t", some.typed("n", kind, "other")), "n")
        assert objection == Number().objection(field)
    with pytest.raises(ValidationError, match="`low` is above `high`"):
        Number(low=2, high=1)


@pytest.mark.parametrize("kind", ["real", "double precision", "numeric"])
def test_where_there_is_little_room_more_digits_are_said(kind: str) -> None:
    """Of a type that has no last one."""
    limits = Limits(low="0.003", high="0.006")
    found = values(some.typed("n", kind, "number"), limits)
    assert 0.003 <= float(found[0]) <= float(found[-1]) <= 0.006
    assert 300 < len(set(found))
