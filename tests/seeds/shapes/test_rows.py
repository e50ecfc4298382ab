"""The shape of rows in a dump, with nothing of a row in it."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from envctl.catalogue import Catalogue, Column, ForeignKey, Table, Unique
from envctl.seeds.dumps.pieces import BrokenText
from envctl.seeds.masked.text import Unmasked
from envctl.seeds.shapes.rows import Kept, shape_of_rows
from envctl.shape import GROUP, ColumnShape, Shape

COLUMNS = (
    Column("id", "integer", "integer"),
    Column("status", "text", "text"),
    Column("price", "numeric(10,2)", "number"),
    Column("born", "date", "date"),
    Column("tags", "text[]", "text", array=True),
    Column("total", "integer", "integer", generated=True),
)
NAMES = ("id", "status", "price", "born", "tags")
Row = tuple[str | None, ...]


def shape(rows: list[Row], kept: Kept | None = None, table: Table | None = None) -> Shape:
    """Of a text with these rows of `public.t`."""
    lines = "".join("\t".join("\\N" if value is None else value for value in row) + "\n" for row in rows)
    names = ", ".join(NAMES)
    text = f"CREATE TABLE public.t (id integer);\nCOPY public.t ({names}) FROM stdin;\n{lines}\\.\n"
    return shape_of_rows([text.encode()], Catalogue((table or Table("public", "t", COLUMNS, key=("id",)),)), kept or {})


def column(found: Shape, name: str) -> ColumnShape:
    """One of `public.t`."""
    seen = found.column("public.t", name)
    assert seen is not None
    return seen


def row(number: int, status: str | None = None, price: str | None = None, born: str | None = None) -> Row:
    """A row with nothing in it that is not said."""
    return (str(number), status, price, born, None)


def test_what_is_told_of_a_table_is_what_is_in_its_rows() -> None:
    """Rows, nulls, how many differ, where numbers and moments lie, how long texts are; nothing of what is computed."""
    rows = [row(n, "x" * (n % 10) or "", f"{n % 1000}", f"20{n // 1000:02}-0{n % 9 + 1}-11") for n in range(9_000)]
    found = shape([*rows, *(row(9_000 + n) for n in range(1_000))])
    assert 10_000 == found.rows("public.t")
    assert set(NAMES) == set(found.tables["public.t"].columns)
    assert 0.1 == column(found, "price").nulls
    assert ("all", 10, 1000) == tuple(column(found, name).distinct for name in ("id", "status", "price"))
    prices = [float(bound) for bound in column(found, "price").bounds]
    assert prices == sorted(prices)
    assert (10, 500, 990) == (prices[0], prices[25], prices[-1])
    assert {9} == set(column(found, "price").repeats)
    assert ("2000-01-01", "2008-09-01") == (column(found, "born").bounds[0], column(found, "born").bounds[-1])
    assert (0, 9) == (column(found, "status").lengths[0], column(found, "status").lengths[-1])
    assert () == column(found, "id").bounds  # nobody draws a key by it


def test_limits_are_of_many_and_rounded() -> None:
    """Each part of a histogram has so many values at least, the extremes are cut, and of too few nothing is told."""
    few = shape([row(n, price=str(n)) for n in range(GROUP)])
    assert () == column(few, "price").bounds
    some = shape([row(n, price=f"{n}.77") for n in range(4 * GROUP)])
    assert ("4.8", "130", "270", "400") == column(some, "price").bounds
    month = shape([row(n, born=f"1970-01-{n % 28 + 1:02}") for n in range(2 * GROUP)])
    assert {"1970-01-01"} == set(column(month, "born").bounds)
    odd = [
        row(n, price=("NaN", "Infinity", "-7")[n % 3], born=("infinity", "0044-03-15 BC", "1999-01-02")[n % 3])
        for n in range(900)
    ]
    assert {"-7"} == set(column(shape(odd), "price").bounds)
    assert {"1999-01-01"} == set(column(shape(odd), "born").bounds)


def test_values_are_told_only_where_a_policy_keeps_them_and_many_rows_have_them() -> None:
    """Few different ones, each frequent: not those that a few rows have, and none of a column with many."""
    rows = [row(n, "rare" if n < GROUP - 1 else "paid" if n % 4 else "new", str(n % 300)) for n in range(9_000)]
    kept = {"public.t": ("id", "status", "price")}
    found = shape(rows, kept)
    assert ("paid", "new") == tuple(value for value, _ in column(found, "status").common)
    assert [0.7417, 0.2473] == pytest.approx([share for _, share in column(found, "status").common], abs=0.01)
    assert [(), ()] == [column(found, name).common for name in ("id", "price")]
    assert () == column(shape(rows), "status").common


@given(
    secrets=st.lists(
        st.text(st.characters(codec="ascii", categories=("L", "N")), max_size=12), min_size=1, max_size=30
    ),
    numbers=st.lists(st.integers(100, 10**12), min_size=1, max_size=30),
)
@settings(max_examples=15, deadline=None)
def test_no_value_of_a_column_that_is_not_kept_is_in_a_shape(secrets: list[str], numbers: list[int]) -> None:
    """However often it comes: no text, no number but the first two digits of some, no day."""
    rows = [row(n, f"qz{secrets[n % len(secrets)]}", str(numbers[n % len(numbers)]), "1987-06-15") for n in range(300)]
    found = shape(rows)
    assert "qz" not in found.text()
    assert "1987-06-15" not in found.text()
    for bound in column(found, "price").bounds:
        assert 2 >= len(str(int(bound)).rstrip("0"))


def test_what_is_told_does_not_depend_on_the_order_of_rows() -> None:
    """Of many different values a fair sample is held: about how many there are is told, and how often they come."""
    rows = [row(n, f"customer {n * n % 30_011}") for n in range(60_000)]
    random.Random(1).shuffle(rows)
    found = shape(rows)
    assert found == shape(sorted(rows))
    distinct = len({one[1] for one in rows})
    assert distinct == pytest.approx(column(found, "status").distinct, rel=0.05)
    assert 4 == column(found, "status").repeats[len(column(found, "status").repeats) // 2]


def test_references_and_unique_columns_tell_nothing_but_how_many_differ() -> None:
    """They are filled by other means; how many rows reference the same one is told, and what a key is is not."""
    key = ForeignKey("fk", ("price",), "public.u", ("id",))
    table = Table("public", "t", COLUMNS, ("id",), (Unique("u", ("status",)),), foreign_keys=(key,))
    rows = [row(n, "same", str(n % 1_000)) for n in range(9_000)]
    found = shape(rows, {"public.t": ("status", "price")}, table)
    assert [(), ()] == [column(found, name).common for name in ("status", "price")]
    assert ((), 1000) == (column(found, "price").bounds, column(found, "price").distinct)


def test_a_partitioned_table_has_the_rows_of_its_partitions() -> None:
    """They come as rows of each of them."""
    parts = [Table("public", f"p{n}", COLUMNS[:2], parents=("public.t",)) for n in range(2)]
    catalogue = Catalogue((Table("public", "t", COLUMNS[:2], partitioned=True), *parts))
    text = "".join(f"COPY public.p{n} (id, status) FROM stdin;\n{n}\t\\N\n{n + 5}\ta\n\\.\n" for n in range(2))
    found = shape_of_rows([text.encode()], catalogue, {})
    assert (4, 2, 2) == tuple(found.rows(f"public.{name}") for name in ("t", "p0", "p1"))
    assert (0.5, "all") == (column(found, "status").nulls, column(found, "id").distinct)


def test_no_count_holds_a_value_that_is_shown_by_accident() -> None:
    """The text of a shape is JSON, and it is all that there is."""
    found = shape([row(n, "secret") for n in range(300)])
    assert "secret" not in repr(found)
    assert {"notes", "tables"} == set(json.loads(found.text()))


def test_what_cannot_be_read_is_no_shape() -> None:
    """Rows in another form than COPY, and a text that is cut off."""
    catalogue = Catalogue((Table("public", "t", COLUMNS),))
    with pytest.raises(Unmasked, match="another form than COPY"):
        shape_of_rows([b"CREATE TABLE public.t (id int);\nINSERT INTO public.t VALUES (1);\n"], catalogue, {})
    with pytest.raises(BrokenText, match="ends inside"):
        shape_of_rows([b"CREATE TABLE public.t (id int);\nCOPY public.t (id) FROM stdin;\n1\n"], catalogue, {})
