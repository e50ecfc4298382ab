"""Calculations that CHECKs compare columns with."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from envctl.synthetic.checks.expressions import Arithmetic, Constant, Ref, Rounded, evaluated

TOTAL = Rounded(
    Arithmetic("-", Arithmetic("*", Ref("price"), Ref("count")), Arithmetic("/", Ref("Cut"), Constant(Decimal(2)))), 1
)


def test_exact() -> None:
    """Nothing is lost by floats, halves go away from zero, and null stays null."""
    columns = {
        "price": pl.Series([Decimal("0.10"), Decimal("-0.05"), None]),
        "count": pl.Series([3, 1, 1]),
        "Cut": pl.Series([Decimal("0.1"), Decimal("0"), Decimal(1)]),
    }
    assert [Decimal("0.3"), Decimal("-0.1"), None] == evaluated(TOTAL, columns).to_list()


def test_shown() -> None:
    """It is shown as SQL, and says what it reads."""
    assert 'round(((price * count) - ("Cut" / 2)), 1)' == str(TOTAL)
    assert ("price", "count", "Cut") == TOTAL.columns
    assert "(x + (-1.5))" == str(Arithmetic("+", Ref("x"), Constant(Decimal("-1.5"))))
