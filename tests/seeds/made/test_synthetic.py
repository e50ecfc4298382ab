"""Made-up rows come in the order of their tables, whoever makes them when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from threading import Barrier

import pytest

from envctl.catalogue import Catalogue, Column, ForeignKey, Table, Unique
from envctl.errors import EnvctlError, Exit
from envctl.seeds.made import synthetic
from envctl.seeds.made.ahead import Ahead, Work
from envctl.seeds.made.synthetic import MadeUp
from envctl.shape import Shape, TableShape

ID = Column("id", "bigint", "integer", nullable=False, low=-(1 << 63), high=(1 << 63) - 1)
KEY = Unique("pkey", ("id",))
PEOPLE = Table("public", "people", (ID, Column("name", "text", "text", nullable=False)), ("id",), (KEY,))
VISITS = Table(
    "public",
    "visits",
    (ID, Column("who", "bigint", "integer", nullable=False)),
    ("id",),
    (KEY,),
    foreign_keys=(ForeignKey("who", ("who",), "public.people", ("id",)),),
)
VERSION = Table("public", "alembic_version", (Column("version_num", "character varying", "text"),))
SHOP = Catalogue((VISITS, VERSION, PEOPLE))
SETTINGS = json.dumps({"counts": {"people": 50, "visits": {"per": "people", "mean": 3}}})


def rows(maker: MadeUp) -> dict[str, list[bytes]]:
    """All that it makes, by table in its order."""
    return {part.table.full: b"".join(part.blocks).splitlines() for part in maker.parts(SHOP)}


def test_all_tables_get_rows_but_those_of_tools_that_migrate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are referenced first; the same in whatever blocks they come; and how far it is can be asked."""
    maker = MadeUp("shop", SETTINGS, 1)
    whole = rows(maker)
    assert [("public.people", 50), ("public.visits", 150)] == [(name, len(found)) for name, found in whole.items()]
    assert 1.0 == maker.share()
    people = {row.split(b"\t")[0] for row in whole["public.people"]}
    assert {row.split(b"\t")[1] for row in whole["public.visits"]} <= people
    monkeypatch.setattr(synthetic, "_CELLS", 14)
    assert whole == rows(MadeUp("shop", SETTINGS, 1))
    assert whole != rows(MadeUp("shop", SETTINGS, 2))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"counts": {"persons": 1}}, "persons"),
        ({"columns": {"people.name": "nothing like that"}}, "public.people.name|people.name"),
        ({"nulls": 2}, "nulls"),
    ],
)
def test_what_cannot_be_made_is_said_before_the_first_row(settings: dict[str, object], said: str) -> None:
    """With what it is about, and what to do."""
    with pytest.raises(EnvctlError, match=f"^The made-up data shop cannot be made: .*({said})") as caught:
        list(MadeUp("shop", json.dumps(settings), 1).parts(SHOP))
    assert Exit.DATA_REFUSED == caught.value.code
    assert "[data.shop.columns]" in caught.value.hint


def test_works_are_done_ahead_and_come_in_their_order() -> None:
    """As many at once as there are workers, and no more ahead than twice as many."""
    together, begun = Barrier(3), list[int]()

    def work(number: int) -> bytes:
        if number < 3:
            together.wait(10)
        return b"%d" % number

    def works() -> Iterator[Work]:
        for number in range(30):
            begun.append(number)
            yield partial(work, number)

    ahead = Ahead(works(), 3)
    assert b"0" == ahead.take()
    assert 6 == len(begun)
    assert [b"%d" % number for number in range(1, 30)] == [ahead.take() for _ in range(29)]


def test_what_a_work_raises_ends_it() -> None:
    """Whoever takes gets it, and nothing more is made."""

    def fails() -> bytes:
        raise ValueError("no")

    begun: list[int] = []

    def works() -> Iterator[Work]:
        for number in range(100):
            begun.append(number)
            yield fails

    ahead = Ahead(works(), 2)
    with pytest.raises(ValueError, match="no"):
        ahead.take()
    assert 4 == len(begun)


def test_tables_of_an_example_that_are_not_here_are_told() -> None:
    """They shape nothing."""
    said: list[str] = []
    shape = Shape({"public.people": TableShape(7), "public.gone": TableShape(1)})
    assert 7 == len(rows(MadeUp("shop", "{}", 1, shape, said.append))["public.people"])
    assert ["not here are tables of the example: public.gone"] == said
