"""Dumps reach the database whole, or nothing is touched."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

PAGILA = os.environ.get("ENVCTL_PAGILA_SQL", "")
STACK = f"""
[services.app]
image = "python:3.13-slim"
{IDLE}
needs = ["db"]
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""
ONE = """--
-- PostgreSQL database dump
--

-- Dumped from database version 17.0

CREATE TABLE public.items (id int PRIMARY KEY, name text);
ALTER TABLE public.items OWNER TO shopkeeper;
COPY public.items (id, name) FROM stdin;
1\tone
\\.
--
-- PostgreSQL database dump complete
--
"""
TWO = ONE.replace("1\tone", "1\tone\n2\ttwo")


def rows(stage: Stage, query: str = "SELECT name FROM items ORDER BY id") -> list[str]:
    """What the database holds, asked inside its container."""
    database = stage.project.replace("-", "_")
    argv = ("psql", "--no-psqlrc", "-U", "postgres", "-d", database, "-A", "-t", "-c", query)
    status, output = stage.inside("db", *argv)
    assert 0 == status, output
    return output.split("\n")[:-1]


@pytest.mark.parametrize(
    ("dump", "why"),
    [
        (ONE[:-60], "is cut off: it begins like pg_dump's, and pg_dump's last line is missing"),
        (ONE[: ONE.index("\\.")], "ends inside a table's rows"),
        ("-- MySQL dump 10.13\n", "is a dump of MySQL or MariaDB"),
        ("", "is empty"),
        (f"{ONE}\\! touch /tmp/hostile\n", "holds a command for psql, which could run programs"),
    ],
)
def test_a_dump_that_is_none_must_stop_up_before_it_starts(stage: Stage, dump: str, why: str) -> None:
    """A dump that cannot be restored is named, and nothing is there afterwards."""
    stage.write(STACK, **{"catalogue.sql": dump})
    assert why in stage.refused(9, "up")["error"]["message"]
    assert set() == stage.objects()


def test_a_dump_that_is_missing_must_be_named(stage: Stage) -> None:
    """A path that leads nowhere is a problem of the stack file, and nothing is there afterwards."""
    stage.write(STACK)
    assert any("catalogue.sql" in line for line in stage.refused(3, "up")["error"]["details"])
    assert set() == stage.objects()


def test_data_must_come_from_the_dump_and_be_replaced_whole(stage: Stage) -> None:
    """`up` fills a new database, `seed` fills it again; a dump that fails leaves everything as it was and running."""
    stage.write(STACK, **{"catalogue.sql": ONE})
    stage.up()
    assert ["one"] == rows(stage)
    assert [] == stage.up()["steps"]

    stage.write(STACK, **{"catalogue.sql": TWO})
    assert [] == stage.up()["steps"]  # data of one's own is never replaced without being asked
    stage.did("seed")
    assert ["one", "two"] == rows(stage)

    before = stage.ids()
    for broken in (TWO[:-60], TWO.replace("2\ttwo", "1\ttwo")):
        stage.write(STACK, **{"catalogue.sql": broken})
        error = stage.refused(9, "seed")["error"]
        assert str(stage.folder / "catalogue.sql") in error["message"]
        assert ["one", "two"] == rows(stage)
        assert "running" == stage.data("status")["state"]
    assert before["db"] == stage.ids()["db"]


@pytest.mark.skipif(not PAGILA, reason="ENVCTL_PAGILA_SQL names no file")
def test_a_dump_from_elsewhere_must_be_complete(stage: Stage) -> None:
    """Every row of every table of pagila is there, and its views answer."""
    text = Path(PAGILA).read_text()
    stage.write(STACK, **{"catalogue.sql": text})
    stage.up()
    copies = re.findall(r"^COPY (\S+) .*?FROM stdin;\n(.*?)^\\\.$", text, re.MULTILINE | re.DOTALL)
    expected = {table: held.count("\n") for table, held in copies}
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {table}" for table in expected)
    assert expected == {table: int(count) for table, count in (row.split("|") for row in rows(stage, counts))}
    assert ["t"] == rows(stage, "SELECT count(*) > 500 FROM customer_list")
