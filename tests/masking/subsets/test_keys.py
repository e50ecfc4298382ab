"""Keys of rows are equal where Postgres takes them for equal, and are found again."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.subsets.forms import formed, forms
from envctl.masking.subsets.keys import Key, Keys, hashes

TEXT = Column("a", "text", "text")
CHAR = Column("a", "character(9)", "text", length=9, fixed=True)
CITEXT = Column("a", "public.citext", "text", caseless=True)
INT, BIGINT = Column("a", "integer", "integer"), Column("a", "bigint", "integer")
NUMERIC, PRICE = Column("a", "numeric", "number"), Column("a", "numeric(10,2)", "number")
FLOAT = Column("a", "double precision", "number")
DATE, TIMESTAMP = Column("a", "date", "date"), Column("a", "timestamp(3) without time zone", "timestamp")
MOOD, DOMAIN = Column("a", "mood", "enum", labels=("ok", "sad")), Column("a", "feeling", "enum", labels=("ok", "sad"))
TAGS = Column("a", "text[]", "text", array=True)
BITS = Column("a", "bit varying(8)", "other")


@pytest.mark.parametrize(
    ("one", "other", "values", "same"),
    [
        (INT, BIGINT, ("7", "7"), True),
        (INT, BIGINT, ("7", "70"), False),
        (BIGINT, NUMERIC, ("70", "70.000"), True),
        (NUMERIC, PRICE, ("1.5", "1.50"), True),
        (NUMERIC, PRICE, ("100", "100.00"), True),
        (NUMERIC, PRICE, ("100", "10.00"), False),
        (NUMERIC, PRICE, ("-0.50", "-0.5"), True),
        (FLOAT, FLOAT, ("-0", "0"), True),
        (FLOAT, FLOAT, ("1e+20", "1e+20"), True),
        (CHAR, TEXT, ("ab       ", "ab"), True),
        (TEXT, TEXT, ("ab ", "ab"), False),
        (CITEXT, TEXT, ("ÄbC", "äBc"), True),
        (TEXT, TEXT, ("ab", "AB"), False),
        (DATE, TIMESTAMP, ("2024-01-01", "2024-01-01 00:00:00"), True),
        (TIMESTAMP, DATE, ("2024-01-01 00:00:01", "2024-01-01"), False),
        (MOOD, DOMAIN, ("ok", "ok"), True),
        (TAGS, TAGS, ("{a,b}", "{a,b}"), True),
        (BITS, BITS, ("101", "101"), True),
    ],
)
def test_equal_values_are_alike(one: Column, other: Column, values: tuple[str, str], same: bool) -> None:
    """Whatever types both sides have; and others are not."""
    found = forms(one, other)
    assert found is not None
    made = [formed(pl.Series([value]), form)[0] for value, form in zip(values, found, strict=True)]
    assert same == (made[0] == made[1])


def test_a_key_with_a_null_is_none() -> None:
    """As MATCH SIMPLE has it; the parts of a key count in their order and with their borders."""
    key = Key(("a", "$b^"), ("text", "text"))
    frame = pl.DataFrame(
        {"a": ["x", "x", None, "y", "xx", "x"], "$b^": ["y", None, "y", "x", "y", "y"], "c": ["1"] * 6}
    )
    found = hashes(frame, key).to_list()
    assert [False, True, True, False, False, False] == [one is None for one in found]
    assert found[0] == found[5]
    assert 3 == len({found[0], found[3], found[4]})


@given(st.lists(st.one_of(st.none(), st.integers(0, 30)), max_size=300), st.lists(st.integers(0, 40), unique=True))
def test_rows_are_found_by_their_keys(numbers: list[int | None], wanted: list[int]) -> None:
    """Also by who asks often, and of whom they are in order by then; few keys and many."""
    frame = pl.DataFrame({"a": [None if one is None else str(one) for one in numbers]}, schema={"a": pl.String})
    keys = Keys(hashes(frame, key := Key(("a",), ("text",))))
    asked = hashes(pl.DataFrame({"a": [str(one) for one in wanted]}, schema={"a": pl.String}), key)
    expected = [at for at, one in enumerate(numbers) if one in wanted]
    for take in (*([wanted] * 17), wanted[:1], wanted[:3]):
        part = [at for at in expected if numbers[at] in take]
        assert part == sorted(keys.rows(asked.head(len(take))).to_list())
    assert {*asked.to_list()} >= {*keys.of(pl.Series(expected, dtype=pl.UInt32)).to_list()}


@pytest.mark.parametrize("count", [1, 16, 17, 60, 200])
def test_few_of_many_rows_are_found(count: int) -> None:
    """However many keys are asked for at once, each of which several rows have, and however often."""
    frame = pl.DataFrame({"a": [str(at % 1500) if at % 7 else None for at in range(4500)]})
    keys = Keys(hashes(frame, key := Key(("a",), ("text",))))
    wanted = hashes(pl.DataFrame({"a": [str(at * 3) for at in range(count)]}), key)
    expected = [at for at in range(4500) if at % 7 and at % 1500 % 3 == 0 and at % 1500 < count * 3]
    for _ in range(18):
        assert expected == sorted(keys.rows(wanted).to_list())
