"""A gc that is killed at any point leaves what the same gc removes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.convergence.test_killed import APP, CACHE
from tests.convergence.tours import Break, Stop, laps, nothing_wrong, sampled, travel, travellers

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = pytest.mark.docker

STACK = APP + CACHE
TOUR = (Stop("up", STACK), Stop("gc", STACK, options=("--max", "0")))


def of_gc(points: list[Break]) -> list[Break]:
    """Its own points: those of `up` have their tests."""
    return [point for point in points if TOUR[point.stop].command == "gc"]


def test_gc_killed_at_a_point(docker: DockerClient, tmp_path: Path) -> None:
    """What was packed and what was half removed: run again it ends where an undisturbed run ends."""
    with travellers(docker, tmp_path, TOUR, 3) as people:
        points, expected = people[0].survey()
        nothing_wrong(travel(people, laps(sampled(of_gc(points), 24, seed=5)), expected))


def test_gc_interrupted_at_a_point(docker: DockerClient, tmp_path: Path) -> None:
    """Ctrl-C and SIGTERM end it with status 130."""
    with travellers(docker, tmp_path, TOUR, 3) as people:
        points, expected = people[0].survey()
        both = [replace(point, how=how) for point in of_gc(points) for how in ("interrupt", "terminate")]
        nothing_wrong(travel(people, laps(sampled(both, 6, seed=6)), expected))
