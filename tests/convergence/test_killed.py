"""Killed at any point, the same command run again gets to where an undisturbed run gets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

from tests.convergence.state import State
from tests.convergence.tours import ALL, Break, Stop, Traveller, laps, nothing_wrong, sampled, travel, travellers
from tests.scenarios.stacks import IDLE

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = pytest.mark.docker

READY = 'health = { command = ["true"], timeout = "30s" }'
APP = f"""
[services.app]
image = "python:3.13-slim"
{IDLE}
{READY}
env.MODE = "MODE-IS"
"""
CACHE = 'needs = ["cache"]\nenv.CACHE_URL = "${cache.url}"\n[services.cache]\nkind = "redis"\n'
LEAN = (
    Stop("up", APP + CACHE),
    Stop("up", APP.replace("MODE-IS", "other")),  # a service left the stack file, another changed
    Stop("down", APP),
)

TABLE = "CREATE TABLE IF NOT EXISTS runs (n int PRIMARY KEY)"
ROW = "INSERT INTO runs VALUES (1) ON CONFLICT DO NOTHING"
MIGRATE = f"psql $DATABASE_URL -c '{TABLE}' -c '{ROW}'"
FULL = f"""
[services.app]
image = "postgres:17"
command = ["sh", "-c", "trap exit INT TERM; sleep infinity & wait"]  # the image's way to stop is INT
before = ["sh", "-ec", "{MIGRATE}"]
needs = ["db", "events"]
{READY}
env.DATABASE_URL = "${{db.url}}"
env.BROKERS = "${{events.address}}"
[services.db]
kind = "postgres"
data = "catalogue"
[services.events]
kind = "kafka"
topics = {{ orders = 1, payments = 1 }}
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""


def dump(name: str) -> dict[str, str]:
    """A dump with one row."""
    rows = f"CREATE TABLE public.items (name text);\nCOPY public.items (name) FROM stdin;\n{name}\n\\.\n"
    return {
        "catalogue.sql": f"--\n-- PostgreSQL database dump\n--\n{rows}--\n-- PostgreSQL database dump complete\n--\n"
    }


_SOME = 6  # points of a copy that does not try them all
HEAVY = (
    Stop("up", FULL, dump("one")),
    Stop("seed", FULL, dump("two")),
    Stop("up", FULL.replace("orders = 1", "orders = 3").replace("VALUES (1)", "VALUES (2)"), dump("two")),
    Stop("down", FULL, dump("two")),
)

DATA = f"""
[services.app]
image = "postgres:17"
command = ["sh", "-c", "trap exit INT TERM; sleep infinity & wait"]
needs = ["db"]
{READY}
env.DATABASE_URL = "${{db.url}}"
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""


def copying(points: list[Break]) -> list[Break]:
    """Those of the first `up` from where Compose makes containers to where what copies beside it is removed."""
    said = [point.point if point.stop == 0 else "" for point in points]
    begin = next(number for number, one in enumerate(said) if "--no-recreate" in one)
    end = next(number for number, one in enumerate(said[begin:], begin) if one.startswith("request DELETE"))
    return points[begin : end + 1]


# What leaves nothing to who is killed right behind it: the end of a program, a lock, a time, a program that looks.
# Whether a server is ready is asked as often as it takes: the first time counts.
_LOOKING = r"(?:docker compose version |git --no-optional-locks status |docker exec .*pg_isready .*#(?!1$))"
_NOTHING = re.compile(rf"ended |fcntl\.|os\.utime |(?:subprocess\.Popen|started) {_LOOKING}")


def ways(points: list[Break]) -> list[Break]:
    """Where the same is not there at the next point; a program that runs is killed too, or left running."""
    last = {point.stop: point for point in points}
    apart = [point for point in points if not _NOTHING.match(point.point) or point is last[point.stop]]
    running = [point for point in apart if point.point.startswith(("started", "fed"))]
    return [*apart, *(replace(point, how="tree") for point in running)]


Lean = tuple[list[Traveller], list[Break], list[State]]


@pytest.fixture(scope="module")
def lean(docker: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lean]:
    """Who takes the tour of a lean stack, its points, and what is there after each command."""
    with travellers(docker, tmp_path_factory.mktemp("lean"), LEAN, 3) as people:
        points, expected = people[0].survey()
        for other in people[1:]:
            other.times = people[0].times
        yield people, points, expected


def test_killed_at_every_point(lean: Lean) -> None:
    """Made from nothing, changed, and removed: with what a program left behind went on doing, and without."""
    people, points, expected = lean
    nothing_wrong(travel(people, laps(ways(points)), expected))


def test_broken_off_at_any_moment(lean: Lean) -> None:
    """Killed, interrupted and told to end when nobody chose the moment."""
    random = Random(3)
    rounds = 34 if os.environ.get(ALL) else 5  # of three commands each
    ways = ("alone", "tree", "interrupt", "terminate")
    people, _, expected = lean
    todo = [
        {stop: Break(stop, how=random.choice(ways), after=random.random()) for stop in range(len(LEAN))}
        for _ in range(rounds)
    ]
    nothing_wrong(travel(people, todo, expected))


def test_interrupted_at_a_point(lean: Lean) -> None:
    """Ctrl-C and SIGTERM end envctl with status 130 at whatever point."""
    people, points, expected = lean
    both = [replace(point, how=how) for point in points for how in ("interrupt", "terminate")]
    nothing_wrong(travel(people, laps(sampled(both, 9, seed=4)), expected))


def test_killed_with_data(docker: DockerClient, tmp_path: Path) -> None:
    """The same with a dump, what comes before a service, and topics."""
    with travellers(docker, tmp_path, HEAVY, 3) as people:
        points, expected = people[0].survey()
        nothing_wrong(travel(people, laps(sampled(ways(points), 20, seed=1)), expected))


def test_killed_while_data_is_copied(docker: DockerClient, tmp_path: Path) -> None:
    """Beside the making of containers: neither half a copy nor a container too many is left to whoever comes next."""
    tour = (Stop("up", DATA, dump("one")), Stop("down", DATA, dump("one")))
    with travellers(docker, tmp_path, tour, 3) as people:
        points, expected = people[0].survey()
        meanwhile = copying(points)
        assert {"containers/create", "/wait"} == {w for w in ("containers/create", "/wait") if w in str(meanwhile)}
        nothing_wrong(travel(people, laps(sampled(ways(meanwhile), _SOME, seed=7)), expected))
