"""Texts of which some characters are replaced and the others stay where they are."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.parts.shapes import (
    Shaped,
    by_distinct,
    by_kind,
    by_shape,
    cut,
    cut_one,
    put,
    put_one,
    shorter,
    taken,
)

LIKE = r"[-+.()\[\]\\^$*?{}|# ]*(?:[0-9a-z][-+.()\[\]\\^$*?{}|# ]*)+"
MARKS = {"0": "[0-9]"}
ONCE_MORE = 100  # so often a shape is no rare one any more


def one(value: str) -> str:
    """Each digit becomes the one behind it."""
    return "".join(str((int(sign) + 1) % 10) if sign in "0123456789" else sign for sign in value)


def bulk(values: pl.Series, shape: str) -> pl.Series:
    """The same of many."""
    if "0" not in shape:
        return values
    found = pl.Series("found", [one(digits) for digits in taken(values, shape, "0")], dtype=pl.String)
    return put(found, shape, "0")


WAY = Shaped(LIKE, MARKS, bulk, one, lambda odd: "odd " + odd)


@settings(deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.text("012345a-+.()[]\\^$*?{}|# \n", max_size=8)), max_size=12),
    st.sampled_from([1, ONCE_MORE]),
)
def test_by_shape(values: list[str | None], times: int) -> None:
    """Whether a shape is frequent or rare, and whatever signs are in it, each text is done as it would be alone."""
    found = by_shape(pl.Series("value", values * times, dtype=pl.String), WAY)
    expected = [one(value) if fits(value) else f"odd {value}" for value in values if value is not None]
    assert expected * times == found.drop_nulls().to_list()
    assert [value is None for value in values * times] == found.is_null().to_list()


def fits(value: str) -> bool:
    """Whether a text is of those that have shapes, as the library that is looked into says."""
    return bool(pl.Series([value]).str.contains(f"^(?:{LIKE})$")[0])


def test_kinds() -> None:
    """A frequent kind is done at once, the values of rare ones one by one, and nothing is made of no kind."""
    values = pl.Series([str(n) for n in range(200)])
    kinds = pl.Series(["a"] * 100 + ["b"] * 10 + ["c"] * 80 + [None] * 10)
    found = by_kind(values, kinds, lambda part, kind: kind + part, lambda value: f"rare {value}")
    assert ["a0", "rare 100", "rare 109", "c110", "c189", None] == [found[at] for at in (0, 100, 109, 110, 189, 190)]


@pytest.mark.parametrize("shape", ["0", "+00 (000) 0-0", "00", "x0x", "(0"])
def test_taken_and_put_back(shape: str) -> None:
    """What is taken out of a shape is put back where it was."""
    value = "".join(str(at % 10) if sign == "0" else sign for at, sign in enumerate(shape))
    digits = taken(pl.Series("value", [value, value]), shape, "0")
    assert [value, value] == put(digits, shape, "0").to_list()
    assert value == put_one(digits[0], shape, "0")


@pytest.mark.parametrize("values", [[], [None], ["a", "b", None], ["a", "b", None] * 50, [str(n) for n in range(99)]])
def test_by_distinct(values: list[str | None]) -> None:
    """The same as asking of every single one, null included."""
    asked: list[int] = []

    def make(some: pl.Series) -> pl.Series:
        asked.append(len(some))
        return some + "!"

    found = by_distinct(pl.Series("value", values, dtype=pl.String), make).to_list()
    assert [value and f"{value}!" for value in values] == found
    assert sum(asked) <= (3 if len(values) == 150 else len(values))


def test_cutting() -> None:
    """A text is cut to what a column has room for, without blanks at its end; where there is no limit it stays."""
    narrow, wide = Column("value", "varchar(4)", "text", length=4), Column("value", "text", "text")
    texts = ["ann", "anna", "annabel", "ann b", "äöüß€", " "]
    assert ["ann", "anna", "anna", "ann", "äöüß", ""] == cut(pl.Series(texts), narrow).to_list()
    assert [cut_one(text, narrow) for text in texts] == cut(pl.Series(texts), narrow).to_list()
    assert texts == cut(pl.Series(texts), wide).to_list() == [cut_one(text, wide) for text in texts]
    assert [3, 4, 9] == [shorter(3, narrow), shorter(9, narrow), shorter(9, wide)]
