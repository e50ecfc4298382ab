"""Moments follow each other, and lie before the end of time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column, ForeignKey, Table
from envctl.synthetic.base import Impossible, Limits, Rows
from envctl.synthetic.draws import Draws, Numbers
from envctl.synthetic.generators.times import Moment
from envctl.synthetic.tables.rows import Block, Gaps, Generated, Made
from tests.synthetic import rows as some

END = datetime(2026, 1, 1)
NAMES = ("birth_date", "created_at", "event_time", "started_on", "updated_at", "shipped", "delivered_at", "closed_on")


def when(name: str, *, day: bool = False) -> Column:
    """A column of dates, or of timestamps."""
    return some.typed(name, "date" if day else "timestamp", "date" if day else "timestamp")


def block(table: Table, count: int, gaps: float = 0.0, **generators: Moment) -> Block:
    """Rows of a table of moments."""
    fillers = {}
    for column in table.columns:
        made = Generated(generators.get(column.name, Moment()), some.field_of(table, column.name))
        fillers[column.name] = Gaps(made, gaps, column.name) if gaps else made
    whole = Made(table, count, Draws(1, table.full), fillers=fillers)
    return Block({table.full: whole}, whole, np.arange(count, dtype=np.int64))


def ends(values: pl.Series) -> tuple[Any, Any]:
    """The first and the last."""
    return values.min(), values.max()


def moments(values: pl.Series) -> pl.Series:
    """Dates as the moments at which they begin."""
    return values.cast(pl.Datetime("us"))


@settings(max_examples=25)
@given(st.lists(st.sampled_from(NAMES), unique=True, min_size=2), st.lists(st.booleans(), min_size=8, max_size=8))
def test_the_moments_of_a_row_follow_each_other(names: list[str], days: list[bool]) -> None:
    """Whatever the order of the columns, and whichever are dates; all are before the end."""
    table = some.table_of("t", *(when(name, day=day) for name, day in zip(names, days, strict=False)))
    rows = block(table, 3000)
    found = [moments(rows.column(name)) for name in sorted(names, key=NAMES.index)]
    for before, after in pairwise(found):
        assert (before <= after).all()
    assert ends(found[-1])[1] < END


def test_nulls_do_not_break_the_order() -> None:
    """What is not known leaves the others in order."""
    table = some.table_of("t", when("created_at"), when("paid_at"), when("shipped_at", day=True))
    rows = block(table, 3000, gaps=0.4)
    created, paid, shipped = (moments(rows.column(name)) for name in ("created_at", "paid_at", "shipped_at"))
    for before, after in ((created, paid), (paid, shipped), (created, shipped)):
        assert (before <= after).fill_null(True).all()
        assert 500 < (before <= after).drop_nulls().len()


def test_more_happens_lately_and_by_day() -> None:
    """In the later half of five years, and between eight and ten in the evening."""
    values = block(some.table_of("t", when("created_at")), 5000).column("created_at")
    assert datetime(2021, 1, 1) <= ends(values)[0]
    assert 3500 < (values > datetime(2023, 7, 3)).sum() < 4000
    assert 4000 < values.dt.hour().is_between(8, 21).sum() < 4750


def test_people_are_of_all_ages() -> None:
    """From 18 to 90, or as is said."""
    born = block(some.table_of("t", when("date_of_birth", day=True)), 3000).column("date_of_birth")
    first, last = ends(born)
    assert date(1935, 12, 1) < first < date(1938, 1, 1)
    assert date(2006, 1, 1) < last <= date(2008, 1, 2)
    rows = block(some.table_of("t", when("birthday", day=True)), 3000, birthday=Moment(max_age=3))
    assert date(2022, 12, 30) < ends(rows.column("birthday"))[0]


@dataclass(frozen=True)
class Children:
    """Rows that reference others."""

    block: Block
    parents: some.SomeRows

    @property
    def table(self) -> Table:
        return self.block.table

    @property
    def numbers(self) -> Numbers:
        return self.block.numbers

    def draws(self, *names: str) -> Draws:
        return self.block.draws(*names)

    def column(self, name: str) -> pl.Series:
        return self.block.column(name)

    def parent(self, columns: object) -> Rows | None:
        return self.parents


@pytest.mark.parametrize("day", [True, False])
@pytest.mark.parametrize("part", [True, False])
def test_no_row_is_older_than_what_it_belongs_to(day: bool, part: bool) -> None:
    """And where that is itself a part of something, it follows within days."""
    key = ForeignKey("k", ("order_id",), "public.orders", ("id",))
    orders = some.table_of("orders", when("updated_at"), when("ordered_at", day=day))
    orders = replace(orders, foreign_keys=(key,) if part else ())
    count = 2000
    known = [datetime(2021, 1, 1) + timedelta(hours=21 * at) for at in range(count)]
    ordered = pl.Series([at.date() if day else at for at in known])
    parents = some.SomeRows(orders, np.arange(count, dtype=np.int64), {"ordered_at": ordered})
    for name in ("created_at", "packed_on"):
        table = replace(some.table_of("items", when(name, day=name == "packed_on")), foreign_keys=(key,))
        found = moments(Moment().make(some.field_of(table, name), Children(block(table, count), parents)))
        assert (moments(ordered) <= found).all()
        after = (found - moments(ordered)).median()
        assert isinstance(after, timedelta)
        assert part == (after < timedelta(days=10))


def test_settings_say_what_comes_before_and_after() -> None:
    """Columns of the row or of its parent, and ends."""
    key = ForeignKey("k", ("parent_id",), "public.p", ("id",))
    table = replace(some.table_of("t", when("a"), when("b", day=True), when("c")), foreign_keys=(key,))
    rows = block(
        table,
        1000,
        a=Moment.model_validate({"from": "2020-01-01", "to": "2020-02-01"}),
        b=Moment(after="a"),
        c=Moment(before="a"),
    )
    a, b, c = (moments(rows.column(name)) for name in "abc")
    assert datetime(2020, 1, 1) <= ends(a)[0] <= ends(a)[1] < datetime(2020, 2, 1)
    assert (a < b).all()
    assert (c < a).all()
    parents = some.SomeRows(table, rows.numbers, {"end": pl.Series([date(2019, 1, 1)] * 1000)})
    after = Moment(after="parent_id.end").make(some.field_of(table, "a"), Children(rows, parents))
    assert datetime(2019, 1, 1) < ends(after)[0] < datetime(2019, 1, 3)
    with pytest.raises(Impossible, match=r"public\.t\.a: other_id.x: other_id does not reference another table"):
        Moment(after="other_id.x").make(some.field_of(table, "a"), rows)


@pytest.mark.parametrize("day", [True, False])
def test_limits_win(day: bool) -> None:
    """Over what is usual, and over the end of time; unique ones keep them too, and never meet."""
    table = some.table_of("t", when("created_at", day=day))
    for low, high in (
        ("1999-12-30", "2000-01-03"),
        ("1999-12-30 23:59:58.25", "2000-01-01"),
        ("2030-01-01", None),
        ("2000-01-01 00:00:00+00", "2000-01-02"),
    ):
        field = some.field_of(table, "created_at", Limits(low=low, high=high))
        found = moments(Moment().make(field, some.rows(table, 300)))
        first = datetime.fromisoformat(low).replace(tzinfo=None)
        assert first <= ends(found)[0]
        assert high is None or ends(found)[1] <= datetime.fromisoformat(high)
        space = Moment().space(field)
        numbers = np.unique(np.linspace(0, space - 1, 1000).astype(np.int64))
        each = Moment().nth(field, numbers)
        assert len(numbers) == each.n_unique()
        assert first <= ends(moments(each))[0]


def test_rows_do_not_depend_on_their_block() -> None:
    """What a row holds is the same whichever others are made with it."""
    table = some.table_of("t", when("created_at"), when("paid_on", day=True))
    whole = block(table, 1000)
    part = Block(whole.all, whole.made, np.array([999, 5, 17], dtype=np.int64))
    for name in ("created_at", "paid_on"):
        assert whole.column(name).gather([999, 5, 17]).to_list() == part.column(name).to_list()


def test_settings_that_cannot_be_are_refused() -> None:
    """With what is wrong."""
    with pytest.raises(ValidationError, match="`from` is not before `to`"):
        Moment.model_validate({"from": "2020-01-01", "to": "2020-01-01T00:00:00Z"})
    with pytest.raises(ValidationError, match="`min_age` is above `max_age`"):
        Moment(min_age=2, max_age=1)
    field = some.field_of(some.table_of("t", when("a")), "a", Limits(low="tomorrow"))
    with pytest.raises(Impossible, match=r"public\.t\.a: its limit tomorrow is no date"):
        Moment().space(field)
