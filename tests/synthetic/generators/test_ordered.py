"""Columns that are compared with each other keep to it, and what cannot be is found out before the first row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Column, Table
from envctl.synthetic.base import Field, Generator, Impossible, Limits
from envctl.synthetic.checks.facts import Compare, Op
from envctl.synthetic.draws import Draws
from envctl.synthetic.generators.formula import Formula
from envctl.synthetic.generators.ordered import chains
from envctl.synthetic.generators.times import Moment
from envctl.synthetic.generators.typed import typed
from envctl.synthetic.generators.typed_text import Text
from envctl.synthetic.tables.rows import Block, Gaps, Generated, Made
from tests.synthetic import rows as some

SIGNS = {"<": lt, "<=": le, "=": eq, "<>": ne, ">=": ge, ">": gt}
NAMES = "abcd"
MOST = 6


@dataclass(frozen=True)
class Case:
    """Small numbers that are compared: each from 0 to MOST at most, with limits of its own."""

    limits: Mapping[str, tuple[int, int]]
    facts: tuple[Compare, ...]

    def possible(self) -> bool:
        """Whether any numbers do, by trying all of them."""
        names = sorted({name for fact in self.facts for name in (fact.left, fact.right)})
        every = product(*(range(low, high + 1) for low, high in (self.limits[name] for name in names)))
        return any(self.met(dict(zip(names, values, strict=True))) for values in every)

    def met(self, row: Mapping[str, Any]) -> bool:
        """Whether a row meets all of it; null meets everything."""
        return all(
            row[fact.left] is None
            or row[fact.right] is None
            or SIGNS[fact.op](row[fact.left], row[fact.right] + int(fact.offset or 0))
            for fact in self.facts
        )


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Up to four columns and facts about them."""
    limits = {}
    for name in NAMES:
        low = draw(st.integers(0, MOST))
        limits[name] = (low, draw(st.integers(low, MOST)))
    signs: st.SearchStrategy[Op] = st.sampled_from(("<", "<=", "=", ">=", ">"))
    pairs = st.sampled_from([(a, b) for a in NAMES for b in NAMES if a != b])
    offsets = st.sampled_from(("", "", "1", "-2", "3"))
    said = st.builds(lambda pair, sign, offset: Compare(pair[0], sign, pair[1], offset), pairs, signs, offsets)
    return Case(limits, tuple(draw(st.lists(said, min_size=1, max_size=4))))


def block(table: Table, makers: Mapping[str, Generator], fields: Mapping[str, Field], gaps: float = 0.0) -> Block:
    """A thousand rows of it."""
    fillers = {}
    for name, field in fields.items():
        filled = Generated(makers.get(name) or typed(field), field)
        fillers[name] = Gaps(filled, gaps, name) if gaps else filled
    made = Made(table, 1000, Draws(1, table.full), fillers=fillers)
    return Block({table.full: made}, made, np.arange(1000, dtype=np.int64))


def fields_of(*columns: Column, **limits: Limits) -> dict[str, Field]:
    """The fields of a table of these columns."""
    table = some.table_of("t", *columns)
    return {column.name: some.field_of(table, column.name, limits.get(column.name)) for column in columns}


@settings(max_examples=150)
@given(cases(), st.sampled_from((0.0, 0.3)))
def test_all_that_can_be_is_made_and_nothing_else(case: Case, gaps: float) -> None:
    """Where some numbers meet all facts, every row does, with nulls between too; else it is refused by name."""
    fields = fields_of(
        *(some.typed(name, "integer", "integer", 0, MOST) for name in NAMES),
        **{name: Limits(str(low), str(high)) for name, (low, high) in case.limits.items()},
    )
    said = [(f"check_{at}", fact) for at, fact in enumerate(case.facts)]
    if not case.possible():
        with pytest.raises(Impossible, match=r"public\.t: no values of .* meet check_"):
            chains(fields, said)
        return
    table = fields["a"].table
    rows = block(table, chains(fields, said), fields, gaps)
    names = {name for fact in case.facts for name in (fact.left, fact.right)}
    for name in names:
        low, high = case.limits[name]
        assert rows.column(name).is_between(low, high).fill_null(True).all()
    assert all(case.met(row) for row in pl.DataFrame({name: rows.column(name) for name in names}).to_dicts())


def test_prices_of_different_scales() -> None:
    """Whole numbers and those with digits after the point are compared exactly, and stay usual."""
    fields = fields_of(
        some.typed("low_price", "numeric(10,2)", "number", -99999999, 99999999),
        some.typed("price", "integer", "integer", -(1 << 31), (1 << 31) - 1),
        some.typed("high_price", "double precision", "number"),
        low_price=Limits(low="0.01"),
    )
    said = [("c", Compare("low_price", "<", "price")), ("d", Compare("high_price", ">=", "price"))]
    rows = block(fields["price"].table, chains(fields, said), fields)
    low, price, high = (rows.column(name).cast(pl.Float64) for name in fields)
    assert (low < price).all()
    assert (price <= high).all()
    assert 1000 > float(str(high.max()))
    assert 100 < price.n_unique()


@pytest.mark.parametrize("kinds", [("date", "date"), ("timestamp", "timestamp"), ("timestamp", "date")])
def test_stays_have_their_length(kinds: tuple[Any, Any]) -> None:
    """After its beginning, and within a month of it, whatever the names say."""
    fields = fields_of(some.typed("ended", kinds[0], kinds[0]), some.typed("begun", kinds[1], kinds[1]))
    said = [("c", Compare("ended", "<", "begun")), ("d", Compare("begun", "<=", "ended", "1 mon 2 days"))]
    rows = block(fields["ended"].table, chains(fields, said), fields)
    ended, begun = (rows.column(name).cast(pl.Datetime("us")) for name in ("ended", "begun"))
    assert (ended < begun).all()
    assert (begun - ended <= timedelta(days=30)).all()
    assert (begun < datetime(2026, 3, 1)).all()
    assert 300 < ended.n_unique()


def test_times_and_intervals() -> None:
    """Shops close after they open; what is longest is longer than what is shortest."""
    fields = fields_of(
        some.typed("opens", "time without time zone", "time"),
        some.typed("closes", "time without time zone", "time"),
        some.typed("shortest", "interval", "other"),
        some.typed("longest", "interval", "other"),
        closes=Limits(high="20:00:00"),
    )
    said = [("c", Compare("opens", "<", "closes", "-01:00:00")), ("d", Compare("longest", ">", "shortest"))]
    rows = block(fields["opens"].table, chains(fields, said), fields)
    opens, closes = (rows.column(name).str.to_time("%H:%M:%S").cast(pl.Duration("us")) for name in ("opens", "closes"))
    assert (opens + timedelta(hours=1) < closes).all()
    assert (closes <= timedelta(hours=20)).all()
    minutes = [rows.column(name).str.extract(r"(\d+) minutes").cast(pl.Int64) for name in ("shortest", "longest")]
    assert (minutes[0] < minutes[1]).all()


def test_what_is_to_differ_or_to_be_the_same() -> None:
    """Texts too; numbers that are also in order differ by that."""
    fields = fields_of(
        some.text("source", 1),
        some.text("target", 1),
        some.text("copy"),
        some.typed("x", "integer", "integer", 0, 9),
        some.typed("y", "integer", "integer", 0, 9),
        target=Limits(values=("A", "B")),
        source=Limits(values=("A", "B", "C")),
    )
    said = [
        ("c", Compare("source", "<>", "target")),
        ("d", Compare("copy", "=", "target")),
        ("e", Compare("x", "<>", "y")),
        ("f", Compare("x", ">=", "y")),
    ]
    rows = block(fields["x"].table, chains(fields, said), fields)
    assert (rows.column("source") != rows.column("target")).all()
    assert (rows.column("copy") == rows.column("target")).all()
    assert (rows.column("x") > rows.column("y")).all()
    assert 2 == rows.column("target").n_unique()


def test_what_nobody_can_order_is_named() -> None:
    """With the constraint and both columns."""
    fields = fields_of(some.text("a"), some.text("b"), some.typed("n", "integer", "integer", 0, 9))
    for other in ("b", "n"):
        with pytest.raises(Impossible, match=rf"public\.t: t_check compares a with {other}"):
            chains(fields, [("t_check", Compare("a", "<", other))])
    day = replace(fields["a"], column=some.typed("a", "date", "date"))
    moments = {"a": day, "b": replace(day, column=some.typed("b", "date", "date"))}
    with pytest.raises(Impossible, match=r"t_check: a = b \+ 1 mon cannot be kept to"):
        chains(moments, [("t_check", Compare("a", "=", "b", "1 mon"))])


def test_what_is_given_is_fitted() -> None:
    """A column that something else makes stays as it is, and what is compared with it is made to fit."""
    fields = fields_of(
        some.typed("ends", "timestamp", "timestamp"),
        some.typed("starts", "timestamp", "timestamp"),
        some.typed("price", "numeric(8,2)", "number", -999999, 999999),
        some.typed("total", "numeric(8,2)", "number", -999999, 999999),
        some.typed("discount", "numeric(8,2)", "number", -999999, 999999),
        discount=Limits(low="0"),
    )
    said = [("c", Compare("starts", "<", "ends")), ("d", Compare("discount", "<=", "total"))]
    given = {
        "ends": Moment.model_validate({"from": "2010-01-01", "to": "2011-01-01", "alone": True}),
        "total": Formula(formula="price * 2"),
    }
    found = chains(fields, said, given)
    assert {"starts", "discount"} == set(found)
    rows = block(fields["ends"].table, {**found, **given}, fields)
    assert (rows.column("starts") < rows.column("ends")).all()
    assert (rows.column("ends") < datetime(2011, 1, 1)).all()
    assert (rows.column("discount") <= rows.column("total")).all()


def test_whoever_says_what_a_column_is_made_of_knows() -> None:
    """It could not be made of what is made to fit it."""
    fields = fields_of(some.typed("starts", "date", "date"), some.typed("ends", "date", "date"))
    said = [("c", Compare("starts", "<", "ends"))]
    assert {} == chains(fields, said, {"ends": Moment(after="starts")})
    assert {} == chains(fields, said, {"ends": Moment()})
    assert {"starts"} == set(chains(fields, said, {"ends": Moment(alone=True)}))
    texts = fields_of(some.text("a"), some.text("b"))
    assert {} == chains(texts, [("c", Compare("a", "<", "b"))], {"a": Text()})


def test_what_is_compared_follows_what_came_before() -> None:
    """By its name, though no CHECK says so, and whatever is null between."""
    fields = fields_of(
        some.typed("created_at", "timestamp", "timestamp"),
        some.typed("shipped_on", "date", "date"),
        some.typed("delivered_on", "date", "date"),
    )
    said = [("c", Compare("shipped_on", "<=", "delivered_on"))]
    rows = block(fields["created_at"].table, chains(fields, said), fields, 0.2)
    created, shipped, delivered = (rows.column(name).cast(pl.Datetime("us")) for name in fields)
    for before, after in ((created, shipped), (shipped, delivered), (created, delivered)):
        assert (before <= after).drop_nulls().all()
    assert 500 < (shipped - created < timedelta(days=4)).sum()
