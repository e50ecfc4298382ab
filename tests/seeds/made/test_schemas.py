"""A real server takes what is made up for schemas that nobody here wrote for it, with every constraint on."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.plain import plain
from envctl.seeds.made.fill import fill
from envctl.seeds.made.synthetic import MadeUp
from envctl.seeds.swap import Filled
from envctl.workload import Database
from tests.seeds.postgres import USER, Postgres
from tests.synthetic.random_schemas import schemas

pytestmark = pytest.mark.docker

PAGILA = os.environ.get("ENVCTL_PAGILA_SQL")
DIGEST = f"sha256:{'0' * 64}"
OF_ALL = "SELECT md5(string_agg(t::text, ',' ORDER BY t::text COLLATE \"C\")) FROM {} t"


def filled(postgres: Postgres, schema: Path, target: Database, said: object, seed: int = 1) -> dict[str, int]:
    """Fill it; how many rows got into each table."""
    maker = MadeUp("shop", json.dumps(said), seed)
    try:
        source = plain(postgres, check(schema), target)
        return dict(fill(postgres, source, target, Filled("shop", DIGEST), maker, worth=0))
    finally:
        maker.close()


@pytest.mark.skipif(PAGILA is None, reason="ENVCTL_PAGILA_SQL names no copy of it")
def test_pagila_is_made_up_whole(postgres: Postgres) -> None:
    """Partitions, circles, enums, domains, arrays: each table has rows, those of partitions within their bounds, and a
    second run with the same seed makes the same.
    """
    said = {"counts": {"film": 300, "customer": 200, "rental": {"per": "customer", "mean": 12}}}
    targets = [Database(postgres.fresh(), USER, data="shop") for _ in range(2)]
    rows = [filled(postgres, Path(PAGILA or ""), target, said) for target in targets]
    assert rows[0] == rows[1]
    assert (300, 200, 2400) == tuple(rows[0][f"public.{name}"] for name in ("film", "customer", "rental"))
    assert 0 not in rows[0].values()
    assert 21 == len(rows[0])
    asked = [OF_ALL.format(name) for name in ("customer", "film", "payment", "rental")]
    assert postgres.sql(targets[0].name, *asked) == postgres.sql(targets[1].name, *asked)
    late = "SELECT count(*) FROM rental WHERE return_date < rental_date"
    assert ["0"] == postgres.sql(targets[0].name, late)


@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],  # to shrink one takes hundreds of databases
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(schemas(), st.integers(0, 99))
def test_schemas_that_nobody_has_seen_are_filled(postgres: Postgres, tmp_path: Path, schema: str, seed: int) -> None:
    """Whatever types, keys, conditions and references they have."""
    (tmp_path / "schema.sql").write_text(schema)
    target = Database(postgres.fresh(), USER, data="shop")
    rows = filled(postgres, tmp_path / "schema.sql", target, {"rows": 60}, seed)
    # Of a table with partitions these are counted, or it alone where the server says which of them a row is in.
    uncounted = ("PARTITION BY RANGE", "PARTITION BY LIST", "WITH (MODULUS")
    assert schema.count("CREATE TABLE") - sum(map(schema.count, uncounted)) == len(rows)
    assert sum(rows.values()) >= 20
    postgres.sql("postgres", f'DROP DATABASE "{target.name}" WITH (FORCE)')
