"""What the Engine says of use and events."""

from __future__ import annotations

from typing import Any

import pytest

from envctl.observed import Happening, Used
from envctl.world.readings import happening, used


def reading(spent: int, passed: int) -> dict[str, Any]:
    """Processor time so far, and that of all processors together."""
    return {"cpu_usage": {"total_usage": spent}, "system_cpu_usage": passed, "online_cpus": 4}


STATS = {
    "precpu_stats": reading(1_000, 10_000),
    "cpu_stats": reading(2_000, 14_000),
    "memory_stats": {"usage": 5_000, "stats": {"inactive_file": 1_500}},
    "pids_stats": {"current": 7},
}


def test_use_is_what_docker_stats_shows() -> None:
    """A quarter of four processors is all of one; memory without the idle cache, under either kind of cgroup."""
    assert Used(100.0, 3_500, 9_000, 7) == used(STATS, 9_000)
    older = {**STATS, "memory_stats": {"usage": 5_000, "stats": {"total_inactive_file": 2_000, "inactive_file": 1}}}
    assert 3_000 == used(older, None).memory


@pytest.mark.parametrize(
    "stats",
    [
        {},
        {"cpu_stats": {}, "precpu_stats": None, "memory_stats": {}, "pids_stats": {}},
        {"cpu_stats": reading(5, 5), "precpu_stats": reading(5, 5)},
        {"cpu_stats": reading(1, 1), "precpu_stats": reading(5, 5)},
    ],
)
def test_what_stopped_meanwhile_uses_nothing(stats: dict[str, Any]) -> None:
    """The daemon then leaves out what it does not know."""
    assert Used(0.0, 0, None, 0) == used(stats, None)


def test_an_event_s_time_keeps_its_nanoseconds() -> None:
    """As RFC 3339, also where they are few."""
    event = {"Type": "volume", "Action": "create", "Actor": {"ID": "v", "Attributes": {}}, "timeNano": 1_000_000_005}
    assert Happening("1970-01-01T00:00:01.000000005Z", "volume", "create", "v") == happening(event)
    assert "" == happening({}).name
