"""`from = "rows"`: what is said of messages and keys, and every way in which that cannot be."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from envctl.errors import EnvctlError
from envctl.stack import load, workloads
from envctl.workload import Workload

DATABASE = """
[project]
name = "shop"
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "shop.dump"
"""
BROKER = """
[services.events]
kind = "kafka"
data = "messages"
topics = { orders = 3 }
"""
CACHE = """
[services.cache]
kind = "redis"
data = "messages"
"""
ROWS = """
[data.messages]
from = "rows"
of = "catalogue"
"""
ORDERS = """
[data.messages.messages.orders]
table = "orders"
key = "${id}"
value = { z = "${id}", at = 2026-01-01, a = { mail = "${customer_id.email}", n = [1, "x $${y}"] } }
"""
CARTS = """
[data.messages.keys."cart:${id}"]
table = "customers"
value = { name = "${name}", visits = 3 }
"""


def found(folder: Path, *parts: str) -> dict[str, Workload]:
    """The workloads of a stack file."""
    (folder / "envctl.toml").write_text("".join((DATABASE, *parts)))
    return {one.service: one for one in workloads(load(folder / "envctl.toml", environ={}))}


def said(folder: Path, *parts: str) -> list[str]:
    """What is wrong with it, without its line."""
    with pytest.raises(EnvctlError) as refused:
        found(folder, *parts)
    return [line.partition(": ")[2] for line in refused.value.details]


def test_a_broker_knows_whose_rows_its_messages_are_made_of(tmp_path: Path) -> None:
    """Templates stay as they are written and in their order, dates are texts; keys are Redis' part of a section."""
    both = found(tmp_path, BROKER, CACHE, ROWS, ORDERS, CARTS)
    events, cache = both["events"].derived, both["cache"].derived
    assert events is not None
    assert cache is not None
    assert ("messages", "db") == (events.data, events.of and events.of.service)
    made = json.loads(events.made)
    assert ["z", "at", "a"] == list(made["orders"]["value"])
    assert "2026-01-01" == made["orders"]["value"]["at"]
    assert {"cart:${id}": {"table": "customers", "value": {"name": "${name}", "visits": 3}}} == json.loads(cache.made)
    assert ("messages", "catalogue") == (both["events"].data, both["db"].data)


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        pytest.param(
            (BROKER.replace('"messages"', '"catalogue"'),),
            'services.events.data: [data.catalogue] (from = "dump") fills a database, and events is of kind kafka '
            '(make messages or keys of its rows: another data section with from = "rows" and of = "catalogue")',
            id="a dump for a broker",
        ),
        pytest.param(
            (BROKER.replace('"messages"', '"nothing"'), ROWS, ORDERS),
            "services.events.data: there is no [data.nothing] (data sections are: catalogue, messages)",
            id="no such data",
        ),
        pytest.param(
            ('[services.other]\nkind = "postgres"\ndata = "messages"\n', ROWS, ORDERS),
            "services.other.data: [data.messages] is made of rows for a broker or a cache, and other is a database",
            id="messages for a database",
        ),
        pytest.param(
            (BROKER, ROWS, ORDERS.replace("messages.orders", "messages.payments")),
            "data.messages.messages.payments: events has no topic payments "
            "(write it into `topics` of [services.events], with how many partitions it has)",
            id="a topic that is not there",
        ),
        pytest.param(
            (CACHE, ROWS, ORDERS),
            'services.cache.data: [data.messages] makes no keys (write [data.messages.keys."…"])',
            id="messages for a cache",
        ),
        pytest.param(
            (BROKER, ROWS, CARTS),
            "services.events.data: [data.messages] makes no messages (write [data.messages.messages.TOPIC])",
            id="keys for a broker",
        ),
        pytest.param(
            (ROWS,),
            "data.messages: makes neither messages nor keys (write [data.messages.messages.TOPIC])",
            id="nothing at all",
        ),
        pytest.param(
            (ROWS.replace('"catalogue"', '"messages"'), ORDERS),
            "data.messages.of: rows cannot be those of itself: that has no tables (name the data of a database)",
            id="a circle",
        ),
        pytest.param(
            (ROWS, ORDERS, '[data.more]\nfrom = "rows"\nof = "messages"\n', CARTS.replace("messages", "more")),
            "data.more.of: rows cannot be those of [data.messages], which is made of rows: that has no tables "
            "(name the data of a database)",
            id="rows of rows",
        ),
        pytest.param(
            ('[data.spare]\nfrom = "dump"\npath = "x"\n', ROWS.replace('"catalogue"', '"spare"'), ORDERS),
            "data.messages.of: no database is filled from [data.spare] "
            '(a service of kind postgres needs data = "spare")',
            id="data of no database",
        ),
        pytest.param(
            (ROWS.replace('"catalogue"', '"catalog"'), ORDERS),
            "data.messages.of: there is no [data.catalog]; did you mean catalogue? (name the data of a database)",
            id="data that is not there",
        ),
        pytest.param(
            (ROWS, ORDERS.replace('"${id}"\nvalue', '"${id"\nvalue')),
            "data.messages.messages.orders.key: the ${ at character 1 is not closed (write ${column}, or "
            "${column.column} through a foreign key; $${ where the text itself is meant)",
            id="a placeholder that is not closed",
        ),
        pytest.param(
            (ROWS, CARTS.replace("cart:${id}", "cart:${a b}")),
            'data.messages.keys."cart:${a b}": what stands in the ${…} at character 6 is no name of a column (write '
            "${column}, or ${column.column} through a foreign key; $${ where the text itself is meant)",
            id="a key that is no template",
        ),
        pytest.param(
            (ROWS, CARTS.replace("visits = 3", "visits = [3]")),
            'data.messages.keys."cart:${id}".value: visits is a field of a hash, and a list '
            "(for a document write { json = { … } })",
            id="a list in a hash",
        ),
        pytest.param(
            (ROWS, ORDERS.replace("n = [1", "n = [nan")),
            "data.messages.messages.orders.value: holds nan, which JSON has no number for",
            id="no number",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(tmp_path: Path, parts: tuple[str, ...], wrong: str) -> None:
    """Each with its key, and what to write."""
    assert [wrong] == said(tmp_path, *parts)
