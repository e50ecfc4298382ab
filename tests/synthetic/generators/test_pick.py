"""Values that a stack file lists, counts or says."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl
import pytest
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.synthetic.base import Limits
from envctl.synthetic.generators.pick import Constant, Pick, Sequence
from tests.synthetic.laws import LAWS, Case, Law, named
from tests.synthetic.rows import field_of, rows, table_of, text, typed


def pick(*values: Any, weights: list[float] | None = None) -> Pick:
    """As a stack file says it."""
    return Pick.model_validate({"from": list(values), "weights": weights or []})


WHOLE = typed("value", "smallint", "integer", -(2**15), 2**15 - 1)
NUMERIC = typed("value", "numeric(5,2)", "number", -999, 999)
ENUM = Column("value", "mood", "enum", labels=("sad", "glad"))
CASES = {
    "pick": Case(pick("new", "paid")),
    "pick of numbers": Case(pick(1, 2, 3), WHOLE),
    "constant": Case(Constant(value="EUR"), text("value", 3)),
    "sequence": Case(Sequence(), WHOLE),
    "sequence of texts": Case(Sequence(prefix="INV-", digits=8), text("value", 12)),
    "sequence downwards": Case(Sequence(start=-1, step=-2), WHOLE),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """They are made by the laws of all generators."""
    law(case)


def made(generator: Pick | Constant | Sequence, column: Column, count: int = 10_000) -> pl.Series:
    """Some of them."""
    table = table_of("things", column)
    return generator.make(field_of(table, column.name), rows(table, count))


def test_weights() -> None:
    """What weighs nine times as much comes nine times as often, and what weighs nothing never."""
    counted = Counter(made(pick("a", "b", "c", weights=[1, 9, 0]), text("value")))
    assert {"a", "b"} == set(counted)
    assert 8 < counted["b"] / counted["a"] < 10


@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        (WHOLE, (1, 2), pl.Int64),
        (text("value"), ("a",), pl.String),
        (typed("value", "boolean", "boolean"), (True, False), pl.Boolean),
        (NUMERIC, ("1.50", "2"), pl.Decimal(38, 2)),
        (ENUM, ("sad",), pl.String),
    ],
)
def test_types(column: Column, values: tuple[Any, ...], expected: pl.DataType) -> None:
    """Others who calculate with them get numbers."""
    assert expected == made(pick(*values), column).dtype


@pytest.mark.parametrize(
    ("column", "value", "limits"),
    [
        (WHOLE, "x", Limits()),
        (WHOLE, 1.5, Limits()),
        (WHOLE, 40_000, Limits()),
        (WHOLE, 5, Limits(high="4")),
        (NUMERIC, 1000, Limits()),
        (text("value", 2), "abc", Limits()),
        (text("value"), "abc", Limits(never=("abc",))),
        (text("value"), "abc", Limits(values=("abd",))),
        (text("value"), "abc", Limits(shortest=4)),
        (ENUM, "mad", Limits()),
        (typed("value", "boolean", "boolean"), "maybe", Limits()),
    ],
)
def test_what_a_column_does_not_take(column: Column, value: Any, limits: Limits) -> None:
    """A value that the type or a condition refuses is named before anything is made."""
    field = field_of(table_of("things", column), "value", limits)
    for generator in (pick(value), Constant(value=value)):
        assert repr(str(value)) in (generator.objection(field) or "")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        (WHOLE, "7"),
        (NUMERIC, 999.99),
        (text("value", 3), "abc"),
        (ENUM, "glad"),
        (typed("v", "date", "date"), "2020-01-01"),
    ],
)
def test_what_a_column_takes(column: Column, value: Any) -> None:
    """Whatever fits is taken."""
    field = field_of(table_of("things", column), column.name)
    assert pick(value).objection(field) is None


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        (Pick, {"from": []}),
        (Pick, {"from": ["a"], "weights": [1, 2]}),
        (Pick, {"from": ["a", "b"], "weights": [0, 0]}),
        (Pick, {"from": ["a"], "weights": [-1]}),
        (Pick, {"from": ["a\0"]}),
        (Sequence, {"step": 0}),
        (Sequence, {"start": -5, "digits": 3}),
        (Constant, {}),
    ],
)
def test_settings_that_make_no_sense(kind: type[Pick], settings: dict[str, Any]) -> None:
    """They are refused as soon as they are read."""
    with pytest.raises(ValidationError):
        kind.model_validate(settings)


def test_sequences_count_rows() -> None:
    """They go on from row to row, whatever rows are asked for."""
    assert [100, 110, 120] == made(Sequence(start=100, step=10), WHOLE, 3).to_list()
    assert ["A007", "A008"] == made(Sequence(start=7, prefix="A", digits=3), text("value"), 2).to_list()


def test_sequences_end() -> None:
    """How many fit is known: as many as the type has numbers from the first on."""
    assert 2**15 - 1 == Sequence().space(field_of(table_of("things", WHOLE), "value"))
    assert 99 == Sequence(prefix="A").space(field_of(table_of("things", text("value", 3)), "value"))
    assert Sequence(start=40_000).objection(field_of(table_of("things", WHOLE), "value")) is not None
    assert Sequence(prefix="A").objection(field_of(table_of("things", WHOLE), "value")) is not None
