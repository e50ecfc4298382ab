"""What is known of data without any of it."""

from __future__ import annotations

from envctl.catalogue import Catalogue, Table
from envctl.shape import ColumnShape, Shape, TableShape

STATUS = ColumnShape(0.25, 3, (), (3, 7), (10, 20), (("paid", 0.9), ("nöw", 0.1)))
SHAPE = Shape({"public.orders": TableShape(7, {"status": STATUS, "id": ColumnShape(distinct="all")})}, ("a note",))


def test_what_is_known_is_found_by_name() -> None:
    """And what is not known is told from what is none."""
    assert (7, None) == (SHAPE.rows("public.orders"), SHAPE.rows("public.customers"))
    assert STATUS == SHAPE.column("public.orders", "status")
    assert [None, None] == [SHAPE.column("public.orders", "x"), SHAPE.column("public.x", "status")]


def test_tables_that_are_not_there_are_told() -> None:
    """Of the shape, not of the database."""
    assert ("public.orders",) == SHAPE.strange(Catalogue((Table("public", "customers", ()),)))
