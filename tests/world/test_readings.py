"""What the Engine says of use and events."""

from __future__ import annotations

from typing import Any

import pytest

from envctl.observed import Happening, Used
from envctl.world.readings import frames, happening, used


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


def framed(stream: int, piece: bytes) -> bytes:
    """A piece as it comes from the daemon."""
    return bytes([stream, 0, 0, 0]) + len(piece).to_bytes(4, "big") + piece


def test_the_pieces_of_a_log_are_told_apart_by_their_stream() -> None:
    """In the order they came; an empty one is one; a long one is as long as all four bytes say."""
    long = b"x" * 70_000
    content = framed(1, b"out\n") + framed(2, b"err\n") + framed(1, b"") + framed(2, long)
    assert [b"out\n", b"err\n", b"", long] == list(frames(content))
    assert [b"out\n", b""] == list(frames(content, 1))
    assert [b"err\n", long] == list(frames(content, 2))


@pytest.mark.parametrize(
    ("missing", "left"), [(1, [b"whole", b"hal"]), (4, [b"whole", b""]), (5, [b"whole"]), (12, [b"whole"])]
)
def test_half_a_piece_is_what_there_is_of_it(missing: int, left: list[bytes]) -> None:
    """Half a head is nothing yet."""
    assert left == list(frames((framed(1, b"whole") + framed(1, b"half"))[:-missing]))


def test_no_log_has_no_pieces() -> None:
    """Nothing was printed."""
    assert [] == list(frames(b""))
