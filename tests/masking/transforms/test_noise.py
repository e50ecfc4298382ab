"""Numbers a little larger or smaller."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from envctl.catalogue import Column
from envctl.masking.transforms.base import Block, Row, Unmaskable
from envctl.masking.transforms.noise import Noise
from tests.masking.transforms.laws import LAWS, SEED, Case, Law, named

INTEGER = Column("n", "integer", "integer", low=-(2**31), high=2**31 - 1)
SMALL = Column("n", "smallint", "integer", low=-(2**15), high=2**15 - 1)
NUMBER = Column("n", "numeric", "number")
ODD = (
    "NaN",
    "Infinity",
    "-Infinity",
    "0",
    "0.00",
    "-0",
    "1",
    "9.99",
    "1e+20",
    "1.5e-07",
    "-3e+38",
    "1.7e+308",
    "0.0000000000000000000001",
    "1" * 60,
    "999999999999999999",
    "1000000000000000000",
)  # fmt: skip – a list
FINITE = st.decimals(allow_nan=False, allow_infinity=False)
NUMBERS = st.one_of(FINITE.map(lambda n: f"{n:f}"), st.integers().map(str), st.sampled_from(ODD))
MONEY = st.decimals(-(10**6), 10**6, allow_nan=False, places=2).map(lambda n: f"{n:f}")


def of(column: Column) -> st.SearchStrategy[str]:
    """Whole numbers that a column holds."""
    return st.integers(column.low, column.high).map(str)


CASES = {
    "numbers": Case(Noise(), NUMBER, values=NUMBERS, many=lambda n: f"{n}.50"),
    "numbers within": Case(Noise(within=5.25), NUMBER, values=NUMBERS, many=lambda n: f"{n}.50"),
    "whole numbers": Case(Noise(percent=100), INTEGER, values=of(INTEGER), many=str),
    "small numbers within much": Case(Noise(within=70000), SMALL, values=of(SMALL), many=lambda n: str(n % 32768)),
}


@pytest.mark.parametrize("law", LAWS, ids=named)
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_laws(law: Law, case: Case) -> None:
    """Numbers are masked by the laws of all transforms."""
    law(case)


def noisy(value: str, transform: Noise | None = None, column: Column = NUMBER) -> str:
    """What becomes of one number."""
    return (transform or Noise()).plain(value, Row(SEED, column))


@settings(deadline=None)
@given(MONEY, st.integers(1, 100))
def test_percent(value: str, percent: int) -> None:
    """A number moves by no more than a percentage of itself, and by the last of its digits at least."""
    most = max(abs(Decimal(value)) * percent / 100, Decimal("0.01"))
    assert abs(Decimal(noisy(value, Noise(percent=percent))) - Decimal(value)) <= most


@settings(deadline=None)
@given(MONEY, st.decimals("0.01", 1000, places=2))
def test_within(value: str, within: Decimal) -> None:
    """A number moves by no more than was said."""
    assert abs(Decimal(noisy(value, Noise(within=float(within)))) - Decimal(value)) <= within


@settings(deadline=None)
@given(MONEY.filter(lambda value: Decimal(value) != 0), st.sampled_from([Noise(), Noise(within=50)]))
def test_what_stays(value: str, transform: Noise) -> None:
    """Sign and scale stay, no digit is gained before the point, and the number is another one."""
    found = noisy(value, transform)
    assert value != found
    assert (Decimal(value) > 0) == (Decimal(found) > 0)
    assert len(value.partition(".")[2]) == len(found.partition(".")[2])
    assert len(found) <= len(value)


def test_zero() -> None:
    """Of zero no percentage is anything; a distance makes it larger, so that no count becomes negative."""
    assert ["0", "0.00"] == [noisy("0"), noisy("0.00")]
    assert 0 < int(noisy("0", Noise(within=5), INTEGER)) <= 5
    assert 0 < Decimal(noisy("0.00", Noise(within=0.5))) <= Decimal("0.5")


def test_the_limits_of_a_type() -> None:
    """The largest and the smallest number of a type move inwards."""
    assert int(noisy("32767", column=SMALL)) < 32767
    assert int(noisy("-32768", column=SMALL)) > -32768


def test_what_is_no_finite_number_stays() -> None:
    """NaN and the infinities say nothing of anybody."""
    assert ["NaN", "Infinity", "-Infinity"] == [noisy(value) for value in ("NaN", "Infinity", "-Infinity")]


def test_exponents() -> None:
    """A number that is written with an exponent gets digits to move, and the largest ones only get smaller."""
    assert "1e+20" != noisy("1e+20")
    assert noisy("1e+20").endswith("e+20")
    assert float(noisy("3.4e+38")) <= 3.4e38


@pytest.mark.parametrize("value", ["", "secret", "1,5", "$5.00", "0x1F", "1 ", "٣", "9" * 5000])
def test_what_is_no_number_does_not_pass(value: str) -> None:
    """A text that is no number is refused, by both ways and without being repeated."""
    empty = pl.DataFrame()
    for run in (lambda: noisy(value), lambda: Noise().bulk(pl.Series([value]), Block(SEED, NUMBER, empty, empty))):
        with pytest.raises(Unmaskable) as refused:
            run()
        assert not value or value not in str(refused.value).split()


def test_two_ways_to_say_how_far() -> None:
    """A rule says a percentage or a distance, and a positive one."""
    for wrong in ({"percent": 5, "within": 5}, {"percent": 0}, {"percent": 101}, {"within": 0}):
        with pytest.raises(ValidationError):
            Noise.model_validate(wrong)
