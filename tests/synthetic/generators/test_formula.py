"""Amounts that follow from others are exact, and are found by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.synthetic.checks.expressions import Arithmetic, Constant, Ref, Rounded
from envctl.synthetic.checks.facts import Equal
from envctl.synthetic.generators.formula import Formula, equals
from envctl.synthetic.generators.formula_names import formulas
from envctl.synthetic.generators.formula_parse import parse
from tests.synthetic import rows as some

WHOLE = (-(1 << 31), (1 << 31) - 1)


def money(name: str) -> Column:
    """A column of amounts."""
    return some.typed(name, "numeric(12,2)", "number", -(10**10) + 1, 10**10 - 1)


def whole(name: str) -> Column:
    """A column of whole numbers."""
    return some.typed(name, "integer", "integer", *WHOLE)


ITEMS = some.table_of("items", money("price"), whole("quantity"), money("total"), whole("points"), some.text("note"))
cents = st.integers(-(10**8), 10**8).map(lambda units: Decimal(units).scaleb(-2))


def made(formula: str, column: str = "total", **values: Sequence[object]) -> list[object]:
    """What comes of it."""
    count = len(next(iter(values.values())))
    rows = replace(some.rows(ITEMS, count), columns={name: pl.Series(of) for name, of in values.items()})
    found = Formula(formula=formula).make(some.field_of(ITEMS, column), rows)
    return found.to_list()


@settings(max_examples=50)
@given(st.lists(st.tuples(cents, st.integers(-(10**4), 10**4)), min_size=1, max_size=20))
def test_products_are_exact(rows: list[tuple[Decimal, int]]) -> None:
    """As the server works out price × quantity, so that a CHECK of it holds."""
    prices, quantities = (list(column) for column in zip(*rows, strict=True))
    most = Decimal("9999999999.99")
    expected = [max(min(price * quantity, most), -most) for price, quantity in rows]
    assert expected == made("price * quantity", price=prices, quantity=quantities)


def test_results_are_rounded_as_the_type_is() -> None:
    """Halves away from zero, as numeric rounds them; whole numbers to ones; at most what fits."""
    price, quantity = [Decimal("0.05"), Decimal("-0.05"), Decimal("10.01")], [1, 1, 10]
    expected = [(a * b / 2 * 3).quantize(Decimal("0.01"), ROUND_HALF_UP) for a, b in zip(price, quantity, strict=True)]
    assert expected == made("price * quantity / 2 * 3", price=price, quantity=quantity)
    assert [0, 0, 33] == made("price * 3.25", "points", price=price)
    assert [WHOLE[1]] == made("price * 1000", "points", price=[Decimal("99999999.99")])


def test_null_makes_null() -> None:
    """Where that is allowed, and 0 where it is not."""
    assert [None, Decimal("2.00")] == made("price * quantity", price=[None, Decimal(1)], quantity=[1, 2])
    required = some.table_of("t", money("price"), Column("total", "money", "other", nullable=False))
    found = Formula(formula="price + 1").make(some.field_of(required, "total"), some.rows(required, 1, price=[None]))
    assert [Decimal("0.00")] == found.to_list()


def test_arithmetic_is_read_as_everybody_does() -> None:
    """Products before sums, from the left to the right, names as SQL writes them."""
    assert "((1 - (2 * a)) - b)" == str(parse("1 - 2*a - b"))
    assert "(1 - (((2 / a) / b) + c))" == str(parse("1-(2/a/b+c)"))
    assert '(0 - round(("Odd ""name" * 1.5), 2))' == str(parse('-round("Odd ""name" * 1.5, 2)'))
    assert ("a", "b") == Formula(formula="a * b + a").reads


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        ("", "a column or a number is expected, not its end"),
        ("a *", "a column or a number is expected, not its end"),
        ("a b", "an operator is expected before b"),
        ("(a", r"\) is expected before its end"),
        ("__import__('os')", r"\"'os'\)\" is no number, name or sign"),
        ("round(a, 1.5)", "1.5 digits after the point are no whole number"),
        ("(" * 60 + "a" + ")" * 60, "too many parentheses"),
        ("a; DROP TABLE t", "'; DROP TAB' is no number"),
    ],
)
def test_what_is_no_arithmetic_is_refused(formula: str, why: str) -> None:
    """With what is wrong, when the settings are read."""
    with pytest.raises(ValidationError, match=why):
        Formula(formula=formula)


def test_it_is_made_of_numbers_that_are_there() -> None:
    """Not of texts, of itself, or of what is missing."""
    field = some.field_of(ITEMS, "total")
    assert None is Formula(formula="price * quantity").objection(field)
    assert "note is no number that it could be made of" == Formula(formula="note * 2").objection(field)
    assert "total is no number that it could be made of" == Formula(formula="total * 2").objection(field)
    assert "there is no column prize in public.items" == Formula(formula="prize * 2").objection(field)


def test_a_condition_is_a_formula() -> None:
    """What a CHECK says of a column is worked out the same way."""
    expression = Rounded(Arithmetic("*", Ref("Unit Price"), Arithmetic("-", Constant(Decimal(1)), Ref("off"))), 2)
    formula = equals(Equal("total", expression))
    assert expression == parse(formula.formula)


@pytest.mark.parametrize(
    ("columns", "found"),
    [
        ("unit_price quantity total", {"total": "unit_price * quantity"}),
        ("price qty line_total", {"line_total": "price * qty"}),
        ("amount hours rate", {"amount": "rate * hours"}),
        ("unit_price quantity subtotal tax shipping_cost total_amount", {
            "subtotal": "unit_price * quantity", "tax": "subtotal * 0.2",
            "total_amount": "subtotal + tax + shipping_cost",
        }),
        ("subtotal vat total", {"vat": "subtotal * 0.2", "total": "subtotal + vat"}),
        ("Price quantity total", {"total": '"Price" * quantity'}),
        ("price quantity discount total", {}),
        ("price list_price quantity total", {"total": "price * quantity"}),
        ("price cost quantity total", {}),
        ("price total", {}),
        ("quantity total_quantity price", {}),
    ],
)  # fmt: skip
def test_amounts_are_found_by_their_names(columns: str, found: dict[str, str]) -> None:
    """Where it is plain which is made of which; a discount could be of any kind, and is left alone."""
    table = some.table_of("t", *(money(name) for name in columns.split()))
    assert found == {name: formula.formula for name, formula in formulas(table).items() if isinstance(formula, Formula)}


def test_floats_are_taken_too() -> None:
    """They become as exact as the column."""
    table = some.table_of("t", some.typed("x", "double precision", "number"), money("total"))
    found = Formula(formula="x * 3").make(some.field_of(table, "total"), some.rows(table, 1, x=[0.1]))
    assert [Decimal("0.30")] == found.to_list()
    assert isinstance(found.dtype, pl.Decimal)
