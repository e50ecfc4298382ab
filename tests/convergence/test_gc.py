"""A gc that is killed at any point leaves what the same gc removes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.convergence.state import State
from tests.convergence.test_killed import APP, CACHE, ways
from tests.convergence.tours import Break, Stop, Traveller, laps, nothing_wrong, sampled, travel, travellers

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = pytest.mark.docker

STACK = APP + CACHE
TOUR = (Stop("up", STACK), Stop("gc", STACK, options=("--max", "0")))


def of_gc(points: list[Break]) -> list[Break]:
    """Its own points: those of `up` have their tests."""
    return [point for point in points if TOUR[point.stop].command == "gc"]


Surveyed = tuple[list[Traveller], list[Break], list[State]]


@pytest.fixture(scope="module")
def surveyed(docker: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surveyed]:
    """Who takes the tour, the points of gc, and what is there after each command."""
    with travellers(docker, tmp_path_factory.mktemp("gc"), TOUR, 3) as people:
        points, expected = people[0].survey()
        yield people, of_gc(points), expected


def test_gc_killed_at_a_point(surveyed: Surveyed) -> None:
    """What was packed and what was half removed: run again it ends where an undisturbed run ends."""
    people, points, expected = surveyed
    nothing_wrong(travel(people, laps(sampled(ways(points), 18, seed=5)), expected))


def test_gc_interrupted_at_a_point(surveyed: Surveyed) -> None:
    """Ctrl-C and SIGTERM end it with status 130."""
    people, points, expected = surveyed
    both = [replace(point, how=how) for point in points for how in ("interrupt", "terminate")]
    nothing_wrong(travel(people, laps(sampled(both, 6, seed=6)), expected))
