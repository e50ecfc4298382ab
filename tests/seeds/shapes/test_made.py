"""Rows made up in the likeness of a real database: its constraints take them, and they are spread as its own are."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from envctl.catalogue import Catalogue
from envctl.seeds.catalogue import catalogue as catalogues
from envctl.seeds.server import identifier
from envctl.seeds.shapes.rows import shape_of_rows
from envctl.shape import ColumnShape, Shape
from envctl.synthetic.plan import Plan, plan
from envctl.synthetic.settings import Settings
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

PAGILA = os.environ.get("ENVCTL_PAGILA_SQL", "")
KEPT = {"public.film": ("rating",)}
NAMES = ("PENELOPE", "ACADEMY DINOSAUR", "mary.smith@", "1913 Hanoi")  # of people, films and streets in it


def run(postgres: Postgres, database: str, *blocks: bytes) -> None:
    """A script; it must succeed."""
    words = ("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--username={USER}", f"--dbname={database}")
    found = postgres.run(words, stdin=blocks)
    assert 0 == found.status, found.stderr.decode()


def text(made: Plan) -> Iterator[bytes]:
    """All rows as a dump has them."""
    for part in made.tables:
        name = f"{identifier(part.table.schema)}.{identifier(part.table.name)}"
        yield f"COPY {name} ({', '.join(map(identifier, part.columns))}) FROM stdin;\n".encode()
        yield made.copy(part.table.full, 0, part.count)
        yield b"\\.\n"


def seen(shape: Shape, name: str) -> ColumnShape:
    """A column by `table.column`."""
    table, _, column = name.partition(".")
    found = shape.column(f"public.{table}", column)
    assert found is not None
    return found


def middle(shape: Shape, name: str) -> str:
    """The limit in the middle of its histogram."""
    bounds = seen(shape, name).bounds
    return bounds[len(bounds) // 2]


@pytest.mark.skipif(not PAGILA, reason="ENVCTL_PAGILA_SQL is not set")
def test_pagila_is_made_up_as_it_is(postgres: Postgres) -> None:
    """As many rows, nulls, different values; numbers and moments where they are, also in partitions; nobody of it."""
    database = postgres.fresh()
    run(postgres, database, Path(PAGILA).read_bytes())
    asked = postgres.run(("psql", f"--username={USER}", f"--dbname={database}", *catalogues.ask()))
    catalogue: Catalogue = catalogues.read(asked.stdout)
    shape = shape_of_rows([postgres.dump(database)], catalogue, KEPT)
    assert [] == [name for name in NAMES if name in shape.text()]

    rows = list(text(plan(catalogue, Settings(), 1, shape)))
    made = shape_of_rows(rows, catalogue, KEPT)
    whole = [table.full for table in catalogue.tables if not table.parents]
    assert {full: shape.rows(full) for full in whole} == {full: made.rows(full) for full in whole}
    for name in ("address.address2", "rental.return_date", "film.original_language_id"):
        assert seen(shape, name).nulls == pytest.approx(seen(made, name).nulls, abs=0.02)
    for name in ("film.rental_rate", "film.rental_duration", "film.release_year"):
        assert seen(shape, name).distinct == seen(made, name).distinct
    for name in ("film.rental_rate", "film.length", "film.replacement_cost", "payment.amount"):
        assert float(middle(shape, name)) == pytest.approx(float(middle(made, name)), rel=0.1)
    for name in ("payment.payment_date", "rental.rental_date", "rental.return_date"):
        months = [12 * int(day[:4]) + int(day[5:7]) for day in (middle(shape, name), middle(made, name))]
        assert 1 >= abs(months[0] - months[1]), name
    assert dict(seen(shape, "film.rating").common) == pytest.approx(dict(seen(made, "film.rating").common), abs=0.05)
    assert abs(seen(shape, "film.description").lengths[4] - seen(made, "film.description").lengths[4]) <= 5
    days = seen(made, "payment.payment_date").bounds
    assert all(earlier <= later for earlier, later in pairwise(days))

    empty = postgres.fresh()
    run(postgres, empty, postgres.dump(database, "--section=pre-data"))
    run(postgres, empty, *rows)
    run(postgres, empty, postgres.dump(database, "--section=post-data"))
    assert ["16049"] == postgres.sql(empty, "SELECT count(*) FROM payment")
    assert ["0"] == postgres.sql(empty, "SELECT count(*) FROM rental WHERE return_date < rental_date")
