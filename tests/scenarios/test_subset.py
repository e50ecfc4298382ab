"""Of masked data only a part comes: what was asked for with all that belongs to it, and the snapshot says so."""

from __future__ import annotations

import pytest

from tests.scenarios.stage import Stage
from tests.scenarios.test_masked import COUNT, KEY, RULES, STACK, anywhere, customer, dump, every_byte, snapshot, sql

pytestmark = pytest.mark.docker

SUBSET = """
[data.shop.subset]
orders = { where = "total >= 280.50 and customer < 290" }
"""


def test_only_what_belongs_to_it_must_come(stage: Stage) -> None:
    """Nobody else is there, masked or raw; the snapshot says so; and a subset that cannot be read stops it."""
    stage.environ["ENVCTL_MASK_KEY"] = KEY
    stage.write(STACK + RULES + SUBSET, **{"shop.sql": dump()})
    (checked,) = stage.data("mask check")["checked"]
    assert ({"orders": "total >= 280.50 and customer < 290"}, ["public.customers", "public.orders"]) == (
        checked["subset"],
        checked["cut"],
    )
    stage.up()
    assert ["280|289"] == sql(stage, "SELECT min(id), max(id) FROM customers JOIN orders USING (id)")
    assert ["10|10"] == sql(stage, "SELECT (SELECT count(*) FROM customers), (SELECT count(*) FROM orders)")
    found = every_byte(stage)
    assert [] == [n for n in range(COUNT) if customer(n).encode() in found]
    certificate = anywhere(stage).data("snapshot inspect", snapshot(stage))["certificate"]
    assert {"public.customers": 10, "public.orders": 10} == certificate["rows"]
    assert {"public.customers": COUNT, "public.orders": COUNT} == certificate["out_of"]
    assert {"orders": "total >= 280.50 and customer < 290"} == certificate["subset"]
    assert certificate["moment"]
    stage.write(STACK + RULES + SUBSET.replace("total", "sum"), **{"shop.sql": dump()})
    assert "its condition cannot be used" in str(stage.refused(9, "seed")["error"])
