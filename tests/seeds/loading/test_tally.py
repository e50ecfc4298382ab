"""Rows and sequences of a copy are held against those of its source, without a server."""

from __future__ import annotations

import pytest

from envctl.catalogue import Catalogue, Table
from envctl.seeds.loading.tally import Place, Tally, set_to

HERE = Catalogue((Table("public", "a", ()), Table("public", "b", (), partitioned=True), Table("Odd", 'c"', ())))
TALLY = Tally({"public.a": 7}, {("public", "s"): (5, True), ("Odd", 't"'): (-1, False)})


@pytest.mark.parametrize(
    ("said", "name", "place"),
    [
        (b"SELECT pg_catalog.setval('public.s', 42, true)", ("public", "s"), (42, True)),
        (b"SELECT pg_catalog.setval('public.s', -1, false)", ("public", "s"), (-1, False)),
        (b'SELECT pg_catalog.setval(\'"O."."it\'\'s """\', 1, true)', ("O.", "it's \""), (1, True)),
    ],
)
def test_what_pg_dump_writes_of_a_sequence_is_known(said: bytes, name: tuple[str, str], place: Place) -> None:
    """By its names as they are, whatever has to be quoted in them."""
    assert (name, place) == set_to(said)


@pytest.mark.parametrize(
    "said",
    [
        b"SELECT pg_catalog.setval('s', 42, true)",
        b"SELECT pg_catalog.setval('public.s; DROP TABLE x', 42, true)",
        b"SELECT pg_catalog.setval('public.s', (SELECT max(i) FROM x), true)",
        b"SELECT pg_catalog.set_config('search_path', '', false)",
    ],
)
def test_nothing_else_is_taken_for_it(said: bytes) -> None:
    """What is not understood is not held against anything, and never becomes part of a question."""
    assert set_to(said) is None


def test_the_same_has_no_differences() -> None:
    """Tables with partitions have no rows of their own; a view that is filled may have moved a sequence."""
    assert [] == list(TALLY.differences(HERE, b"7\n0\n5|true\n-1|false\n"))
    assert [] == list(TALLY.differences(HERE, b"7\n0\nmoved\n-1|false\n"))
    assert 4 == TALLY.question(HERE).count(b";")


def test_rows_of_partitions_may_have_been_read_as_those_of_the_whole() -> None:
    """As a dump that was made with --load-via-partition-root has them: what counts is how many there are of all."""
    whole = Table("public", "b", (), partitioned=True)
    parts = tuple(Table("public", name, (), parents=("public.b",)) for name in ("b1", "b2"))
    catalogue = Catalogue((whole, *parts))
    assert [] == list(Tally({"public.b": 7}, {}).differences(catalogue, b"3\n4\n"))
    assert [] == list(Tally({"public.b1": 3, "public.b2": 4}, {}).differences(catalogue, b"3\n4\n"))
    said = "table public.b has 6 rows, and 7 were read"
    assert [said] == list(Tally({"public.b": 7}, {}).differences(catalogue, b"3\n3\n"))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"6\n0\n5|true\n-1|false\n", ["table public.a has 6 rows, and 7 were read"]),
        (b"7\n2\n5|true\n-1|false\n", ['table Odd.c" has 2 rows, and 0 were read']),
        (b"7\n0\n5|false\n-1|false\n", ["sequence public.s does not go on where it stood before"]),
        (b"7\n0\n5|true\n1|false\n", ['sequence "Odd"."t""" does not go on where it stood before']),
        (b"7\n0\n5|true\n", ["its rows could not be counted"]),
        (b"", ["its rows could not be counted"]),
    ],
)
def test_a_loss_has_its_name(answer: bytes, said: list[str]) -> None:
    """And no number of a sequence is repeated."""
    assert said == list(TALLY.differences(HERE, answer))
