"""Made-up values are spread as those of an example are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Column, Family, ForeignKey
from envctl.shape import ColumnShape
from envctl.synthetic.base import Generator, Limits
from envctl.synthetic.generators.booleans import Flag
from envctl.synthetic.generators.commerce import Company
from envctl.synthetic.generators.numbers import Number
from envctl.synthetic.generators.people import FirstName
from envctl.synthetic.generators.times import Moment
from envctl.synthetic.generators.typed_text import Text
from envctl.synthetic.likeness.shaped import shaped
from envctl.synthetic.likeness.spread import Spread, month_of, months_of, seconds_of
from tests.synthetic.rows import SomeRows, field_of, rows, table_of, text, typed

MANY = 20_000
NEAR = 0.03  # of all values, that may be elsewhere than those of the example


def made(column: Column, seen: ColumnShape, chosen: Generator, limits: Limits | None = None) -> pl.Series:
    """Values of a column of its own table."""
    table = table_of("t", column)
    field = field_of(table, column.name, limits)
    return shaped(field, seen, chosen).make(field, rows(table, MANY))


def below(values: pl.Series, limit: object) -> float:
    """Which share of them is."""
    return float((values < limit).mean())  # type: ignore[arg-type]


@given(
    bounds=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50).map(sorted),
    at=st.floats(0, 1, exclude_max=True),
)
@settings(max_examples=30, deadline=None)
def test_numbers_lie_where_their_share_says(bounds: list[float], at: float) -> None:
    """What has the share `at` of all below it lies between the two limits around it, whatever they are."""
    part = int(at * (len(bounds) - 1))
    found = Spread(bounds).at(np.array([at]))[0]
    assert bounds[part] - 1e-6 <= found <= bounds[part + 1] + 1e-6


def test_months_are_filled_all_over() -> None:
    """Limits are first days of months: what has several parts is spread over the month; nothing passes another."""
    bounds = ["2024-01-01", "2024-01-01", "2024-01-01", "2024-02-01"]
    found = pl.Series(seconds_of(months_of(bounds).at(np.arange(0, 1, 0.001))) * 1000).cast(pl.Datetime("ms"))
    assert found.is_sorted()
    assert [1, 2] == found.dt.month().unique().sort().to_list()
    assert 20 < len(found.filter(found.dt.month() == 1).dt.day().unique())


@given(second=st.integers(-(10**10), 10**10))
@settings(max_examples=30, deadline=None)
def test_months_are_counted_both_ways(second: int) -> None:
    """To a second."""
    assert second == pytest.approx(seconds_of(np.array([month_of(second)]))[0], abs=1)


@given(
    bounds=st.lists(st.integers(0, 20), min_size=2, max_size=9).map(sorted),
    low=st.integers(-3, 20),
    more=st.integers(0, 9),
)
@settings(max_examples=60, deadline=None)
def test_a_part_of_a_histogram_is_spread_as_it_is_there(bounds: list[int], low: int, more: int) -> None:
    """Between two limits of a column numbers are as likely to each other as they were without these."""
    high, at = low + more, (np.arange(100_000) + 0.5) / 100_000
    whole, part = Spread(bounds).at(at), Spread(bounds).at(at, low, high)
    assert low <= part.min() <= part.max() <= high
    inside = whole[(whole >= low) & (whole <= high)]
    if len(inside) > 1000:
        assert np.median(inside) == pytest.approx(np.median(part), abs=0.5)


def test_few_numbers_are_no_more() -> None:
    """Where fewer differ than a histogram has limits, there are none between these."""
    seen = ColumnShape(bounds=("0.99", "0.99", "3", "3", "5"), distinct=3)
    found = made(typed("n", "numeric(10,2)", "number", -1000, 1000), seen, Number()).cast(pl.Float64)
    assert [0.99, 3, 5] == found.unique().sort().to_list()
    limits = Limits("1", "100")
    found = made(typed("n", "numeric(10,2)", "number", -1000, 1000), seen, Number(), limits).cast(pl.Float64)
    assert [3, 5] == found.unique().sort().to_list()


def test_numbers_follow_a_histogram() -> None:
    """As many of them below each limit, with the digits of their type; a limit that comes twice is a value."""
    bounds = ("1", "1", "10", "20", "100")
    for kind, family in (("integer", "integer"), ("numeric(10,2)", "number"), ("double precision", "number")):
        found = made(typed("n", kind, family, -1000, 1000), ColumnShape(bounds=bounds), Number())  # type: ignore[arg-type]
        assert 0.25 == pytest.approx((found.cast(pl.Float64) <= 1.001).mean(), abs=NEAR)
        shares = [below(found.cast(pl.Float64), limit) for limit in (10, 20, 100.1)]
        assert [0.5, 0.75, 1] == pytest.approx(shares, abs=NEAR)


def test_conditions_count_more_than_an_example() -> None:
    """Numbers stay between their limits, and are none of those that must not be."""
    seen = ColumnShape(bounds=("0", "100"))
    found = made(typed("n", "integer", "integer", -1000, 1000), seen, Number(), Limits("10", "20", never=("15",)))
    assert set(range(10, 21)) - {15} == set(found)
    assert 0.5 == pytest.approx((found < 15).mean(), abs=0.1)
    limits = Limits("2022-01-01 00:00:00+00", "2022-01-31 23:59:59+00")
    months = made(moment("at"), ColumnShape(bounds=("2021-01-01", "2023-01-01")), Moment(), limits)
    assert {1} == set(months.dt.month())
    assert 31 == months.dt.day().n_unique()
    listed = made(text("s"), ColumnShape(common=(("a", 0.5), ("b", 0.5))), Text(), Limits(values=("b", "c")))
    assert {"b"} == set(listed)


def test_common_values_come_by_their_shares() -> None:
    """And no others."""
    found = made(text("s"), ColumnShape(common=(("paid", 0.6), ("new", 0.2))), Text())
    assert {"paid", "new"} == set(found)
    assert 0.75 == pytest.approx((found == "paid").mean(), abs=NEAR)
    flags = made(typed("f", "boolean", "boolean"), ColumnShape(common=(("t", 0.9), ("f", 0.1))), Flag())
    assert 0.9 == pytest.approx((flags == "t").mean(), abs=NEAR)
    enum = Column("e", "mood", "enum", labels=("happy", "sad"))
    assert {"sad"} == set(made(enum, ColumnShape(common=(("sad", 0.6), ("gone", 0.4))), Flag()))


def test_texts_have_the_lengths_of_an_example() -> None:
    """In characters, also where only their mean is known; and no more of them differ than did there."""
    found = made(text("note", 80), ColumnShape(lengths=(5, 20, 200), distinct=50), Text())
    sizes = found.str.len_chars()
    assert (5, 80) == (sizes.min(), sizes.max())
    assert 50 >= found.n_unique() >= 40
    known = made(text("note"), ColumnShape(lengths=(30,)), Text()).str.len_chars().to_numpy()
    assert 30 == pytest.approx(known.mean(), abs=1)
    assert not found.str.contains(" $").any()


def test_as_many_values_differ_as_in_an_example() -> None:
    """Of those that a column may have."""
    short = made(text("code", 1), ColumnShape(distinct=500, lengths=(1, 1)), Text())
    assert 36 == short.n_unique()  # there are no more
    assert 30 == made(text("company"), ColumnShape(distinct=30), Company()).n_unique()


def test_what_agrees_with_other_columns_stays() -> None:
    """A first name fits its e-mail, and what looks at another column does so still."""
    table = table_of("t", "first_name", typed("at", "date", "date"), typed("n", "integer", "integer"))
    seen = ColumnShape(distinct=3, lengths=(3, 4), bounds=("1", "2"))
    for name, chosen in (("first_name", FirstName()), ("at", Moment(after="n"))):
        assert chosen == shaped(field_of(table, name), seen, chosen)
    assert Number() == shaped(field_of(table, "n"), ColumnShape(nulls=0.5), Number())


def test_unique_values_stay_unique() -> None:
    """Whatever the example has: the other generator makes them."""
    field = replace(field_of(table_of("t", text("s")), "s"), unique=True)
    generator = shaped(field, ColumnShape(common=(("a", 0.5), ("b", 0.5))), Text())
    assert Text().space(field) == generator.space(field)
    assert MANY == generator.nth(field, np.arange(MANY)).n_unique()


def moment(name: str, family: Family = "timestamp") -> Column:
    """A column."""
    return typed(name, "date" if family == "date" else "timestamp with time zone", family)


def test_moments_follow_a_histogram_of_months() -> None:
    """In UTC; also where they lie behind the moment that all others lie before."""
    seen = ColumnShape(bounds=("2020-01-01", "2024-01-01", "2024-07-01", "2027-01-01"))
    for family in ("date", "timestamp"):
        found = made(moment("created", family), seen, Moment()).cast(pl.Date)
        shares = [below(found, day) for day in (date(2024, 1, 15), date(2024, 7, 15))]
        assert [1 / 3, 2 / 3] == pytest.approx(shares, abs=NEAR)
        assert 2027 == found.max().year  # type: ignore[union-attr]


def test_moments_of_a_row_and_of_those_that_belong_to_it_come_in_their_order() -> None:
    """Created before shipped; none of an order before that of its customer, whose moments are spread alike; and the
    orders are spread as they were seen all the same.
    """
    bounds = tuple(f"{year}-01-01" for year in range(2010, 2021))
    seen, later = ColumnShape(bounds=bounds), ColumnShape(bounds=tuple(f"{day[:5]}03-01" for day in bounds))
    customers = table_of("customers", typed("id", "integer", "integer"), moment("created_at"))
    key = ForeignKey("o_fkey", ("customer",), customers.full, ("id",))
    columns = (typed("customer", "integer", "integer"), moment("ordered_at"), moment("shipped_on", "date"))
    orders = replace(table_of("orders", *columns), foreign_keys=(key,))

    their = field_of(customers, "created_at")
    parents = SomeRows(customers, np.random.default_rng(1).permutation(np.arange(MANY) // 4))
    created = shaped(their, seen, Moment()).make(their, parents)
    own = SomeRows(orders, np.arange(MANY), {}, {("customer",): replace(parents, columns={"created_at": created})})
    field = field_of(orders, "ordered_at")
    ordered = shaped(field, seen, Moment()).make(field, own)
    assert bool((created <= ordered).all())
    shares = [below(ordered, day) for day in pl.Series(bounds[2:-1:2]).str.to_datetime("%Y-%m-%d")]
    assert [0.2, 0.4, 0.6, 0.8] == pytest.approx(shares, abs=2 * NEAR)

    field = field_of(orders, "shipped_on")
    shipped = shaped(field, later, Moment()).make(field, replace(own, columns={"ordered_at": ordered}))
    assert bool((ordered.cast(pl.Date) <= shipped).all())
