"""Arrays as Postgres writes them, and as it reads them."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Column
from envctl.masking.parts.arrays import Array, literal, masked_array, masked_array_plain, parse
from envctl.masking.transforms import TRANSFORMS
from envctl.masking.transforms.base import Block, Row, Unmaskable
from envctl.masking.transforms.shift import Shift
from tests.masking.transforms.laws import SEED, texts

COLUMN = Column("tags", "text[]", "text", array=True)
BOUNDS = st.sampled_from(["", "[0:1]=", "[-3:2][1:4]="])
ELEMENTS: st.SearchStrategy[Any] = st.one_of(st.none(), texts(), st.sampled_from(["NULL", "null", "{}", ",", '"', "="]))


def nested(depth: int) -> st.SearchStrategy[Any]:
    """Lists of lists, all as long as each other, as Postgres has them."""
    if not depth:
        return ELEMENTS
    return st.integers(1, 3).flatmap(lambda size: st.lists(nested(depth - 1), min_size=size, max_size=size))


ARRAYS = st.builds(Array, st.one_of(st.just([]), st.integers(1, 3).flatmap(nested)), BOUNDS)


def postgres(item: Any) -> str:
    """An array as Postgres writes it: quotes only where they are needed."""
    if isinstance(item, list):
        return "{" + ",".join(map(postgres, item)) + "}"
    if item is None:
        return "NULL"
    if re.fullmatch(r"""[^\s{},"\\]+""", item) and item.upper() != "NULL":
        return str(item)
    return '"' + str(item).replace("\\", "\\\\").replace('"', '\\"') + '"'


def block(column: Column = COLUMN, **rows: list[str | None]) -> Block:
    """A block of a column, and of others beside it."""
    return Block(SEED, column, pl.DataFrame(rows, schema=dict.fromkeys(rows, pl.String)), pl.DataFrame())


@settings(deadline=None)
@given(ARRAYS)
def test_there_and_back(array: Array) -> None:
    """What Postgres writes is read as it is meant, and so is what is written here."""
    assert array == parse(array.bounds + postgres(array.items))
    assert array == parse(literal(array))


@pytest.mark.parametrize("name", ["keep", "hash", "email", "null", "redact", "text"])
@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), ARRAYS), max_size=6))
def test_bulk_is_plain(name: str, arrays: list[Array | None]) -> None:
    """What is done with columns of arrays is what is done with each element, and null stays null."""
    way = TRANSFORMS[name]()
    values = [None if array is None else array.bounds + postgres(array.items) for array in arrays]
    expected = [None if value is None else masked_array_plain(way, value, Row(SEED, COLUMN)) for value in values]
    assert expected == masked_array(way, pl.Series("tags", values, dtype=pl.String), block()).to_list()


@settings(deadline=None)
@given(ARRAYS)
def test_what_is_kept_stays_the_same_array(array: Array) -> None:
    """An array of elements that stay is the same array, however it is written."""
    kept = masked_array(TRANSFORMS["keep"](), pl.Series([array.bounds + postgres(array.items)]), block())
    assert [array] == [parse(text) for text in kept]


def test_each_element_is_masked_as_it_would_be_alone() -> None:
    """An element becomes what the same value becomes in a column of its own, and nulls between them stay."""
    way = TRANSFORMS["email"]()
    alone = way.plain("a@b.c", Row(SEED, Column("v", "text", "text")))
    assert [f'{{"{alone}",NULL,"{alone}"}}'] == masked_array(
        way, pl.Series(['{a@b.c,NULL,"a@b.c"}']), block()
    ).to_list()


def test_null_instead_of_every_value() -> None:
    """Of an array nothing is left either: it is null itself."""
    assert [None] == masked_array(TRANSFORMS["null"](), pl.Series(["{a,b}"]), block()).to_list()
    assert masked_array_plain(TRANSFORMS["null"](), "{a,b}", Row(SEED, COLUMN)) is None


def test_elements_have_the_row_of_their_array() -> None:
    """What looks at other columns sees those of the array's own row."""
    way, column = Shift(by="id"), Column("days", "date[]", "date", array=True)
    values = ["{2024-01-01,2024-01-05}", None, "{2024-01-01}", "{{2024-01-01},{2024-01-02}}"]
    who = ["ann", "bob", "bob", None]
    expected = [
        None if value is None else masked_array_plain(way, value, Row(SEED, column, {"id": person}))
        for value, person in zip(values, who, strict=True)
    ]
    assert expected == masked_array(way, pl.Series(values), block(column, id=list(who))).to_list()


@pytest.mark.parametrize(
    "value", ["", "secret", "{", "{a", '{"a}', "{a}}", "{a}{b}", "[0:1]=", '{a"b}', "{a\\b}", "a,b"]
)
def test_what_is_no_array_does_not_pass(value: str) -> None:
    """A text that is no array is refused without being repeated; in bulk at least nothing of it is kept."""
    with pytest.raises(Unmaskable) as refused:
        parse(value)
    assert not value or value not in str(refused.value)
    try:
        found = masked_array(TRANSFORMS["redact"](), pl.Series([value]), block()).to_list()
    except Unmaskable:
        return
    assert not {"secret", "a", "b"} & set(re.findall("[a-z]+", found[0].replace("redacted", "")))
