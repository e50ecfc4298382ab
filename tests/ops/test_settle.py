"""Waiting for services: as long as it must, by our own clock, and until everybody who failed can be named."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from envctl import labels
from envctl.observed import Container
from envctl.ops.settle import Ages, settle
from tests.ops.fake import container

API = container("api", started_at="2026-01-01T00:00:00Z")
DB = container("db", health="healthy", started_at="2026-01-01T00:00:00Z")
ENOUGH = 600.0  # seconds after which a wait counts as one for ever


class Clock:
    """Time that passes only while somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += seconds
        assert self.now < 1000.0 + ENOUGH, "it waits for ever"


def waited(
    at: Callable[[float], Sequence[Container]], count: int = 2, *, complained: bool = False
) -> tuple[bool, float]:
    """How it ended and after how many seconds; `at` has the containers of a moment."""
    clock = Clock()
    ready = settle(
        lambda: at(clock.now - 1000.0), count, Ages(clock), complained=complained, clock=clock, pause=clock.wait
    )
    return ready, clock.now - 1000.0


def test_a_service_that_can_tell_is_believed_at_once() -> None:
    """Nobody waits for what is healthy."""
    assert (True, 0.0) == waited(lambda now: [DB], 1)


@pytest.mark.parametrize("started", ["1970-01-01T00:00:00Z", "2199-01-01T00:00:00.123456789Z", None])
def test_the_daemons_clock_does_not_matter(started: str | None) -> None:
    """One that was set back, or another machine's, neither ends the second that a service must run nor prolongs it."""
    ready, seconds = waited(lambda now: [DB, replace(API, started_at=started)])
    assert ready
    assert 1.0 <= seconds < 1.3


def test_a_service_that_was_seen_running_before_need_not_wait_again() -> None:
    """What somebody else saw meanwhile counts."""
    clock = Clock()
    ages = Ages(clock)
    ages.see([API])
    clock.wait(5.0)
    assert settle(lambda: [API], 1, ages, complained=False, clock=clock, pause=clock.wait)
    assert 1005.0 == clock.now


def test_a_container_that_was_started_again_is_as_young_as_that() -> None:
    """Its time before counts no more."""
    clock = Clock()
    ages = Ages(clock)
    ages.see([API])
    clock.wait(5.0)
    again = replace(API, started_at="2026-01-01T00:00:09Z")
    assert 0.0 == ages.of(again)
    ages.see([again])
    clock.wait(2.0)
    assert 2.0 == ages.of(again)


def test_who_dies_within_its_first_second_is_not_ready() -> None:
    """As a program that cannot read its configuration does."""
    ready, _ = waited(lambda now: [API if now < 0.5 else replace(API, state="exited", exit_code=1)], 1)
    assert not ready


def test_those_that_fail_together_are_waited_for_together() -> None:
    """The second one has failed too by the time that we stop looking."""
    ended: list[str] = []

    def at(now: float) -> list[Container]:
        api = replace(API, state="exited", exit_code=1)
        db = replace(DB, health="starting" if now < 0.6 else "unhealthy")
        ended[:] = [db.health or ""]
        return [api, db]

    assert (False, True) == (waited(at)[0], ended == ["unhealthy"])


def test_one_that_is_lost_is_not_waited_for_long() -> None:
    """Another one that takes its time does not keep the failure from being told."""
    ready, seconds = waited(lambda now: [replace(API, state="exited"), replace(DB, health="starting")])
    assert not ready
    assert seconds < 1.3


def test_nobody_is_waited_for_when_nothing_can_change() -> None:
    """All is said: one is lost, the other one well."""
    assert (False, 0.0) == waited(lambda now: [replace(API, state="exited"), DB])


def test_a_container_that_vanished_is_not_waited_for() -> None:
    """Somebody removed it."""
    assert (False, 0.0) == waited(lambda now: [DB])


def test_what_compose_gave_up_is_not_waited_for() -> None:
    """A container that it did not start will never run."""
    assert (False, 0.0) == waited(lambda now: [DB, replace(API, state="created")], complained=True)


def test_a_slow_service_is_waited_for() -> None:
    """As long as its health check has not given it up."""
    ready, seconds = waited(lambda now: [replace(DB, health="starting" if now < 100 else "healthy")], 1)
    assert ready
    assert 100 <= seconds < 101


def crashing(now: float) -> Container:
    """What a restart policy makes of a service that ends at once: ever longer pauses, a glance of running between."""
    pause, begun, restarts = 0.1, 0.2, 0
    while now >= begun + pause:
        begun, pause, restarts = begun + pause + 0.2, pause * 2, restarts + 1
    running = now < begun
    return replace(API, state="running" if running else "restarting", restarts=restarts, started_at=f"{restarts}")


def test_a_service_that_crashes_again_and_again_is_lost() -> None:
    """A restart policy does not make anybody wait for ever; what it needs may come late, so it has half a minute."""
    ready, seconds = waited(lambda now: [DB, crashing(now)])
    assert not ready
    assert 20.0 < seconds < 40.0


def test_a_service_that_found_what_it_needs_is_ready() -> None:
    """After some restarts, once it runs for longer than it took to crash."""
    ready, seconds = waited(
        lambda now: [DB, crashing(now) if now < 6.0 else replace(API, restarts=6, started_at="last")]
    )
    assert ready
    assert 11.0 <= seconds < 11.5


def test_a_one_shot_that_is_done_is_ready() -> None:
    """One that ended otherwise is not, nor is a service that should run."""
    done = replace(API, state="exited", exit_code=0, labels={**API.labels, labels.ENDS: "once"})
    assert waited(lambda now: [DB, done])[0]
    assert not waited(lambda now: [DB, replace(done, exit_code=1)])[0]
    assert not waited(lambda now: [DB, replace(done, labels=API.labels)])[0]
