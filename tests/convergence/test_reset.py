"""A reset that is killed at any point: the next `up` has data that is whole, and the same reset ends where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from envctl.ops.plan import plan
from tests.convergence.state import State, difference
from tests.convergence.test_killed import ways
from tests.convergence.tours import KILLED, Break, Stop, Traveller, nothing_wrong, sampled, share, travellers
from tests.scenarios.contents import APP, DATABASE, dump, redis, sql

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = pytest.mark.docker

STACK = f'{APP}{DATABASE}[services.cache]\nkind = "redis"\n'
FILES = dump("one")
RESET = Stop("reset", STACK, FILES)
ITEMS = "SELECT name FROM items ORDER BY name"
_SOME = 8  # points of a run that does not try them all


def begun(one: Traveller) -> None:
    """An environment that somebody has written to."""
    one.stage.write(STACK, **FILES)
    one.stage.did("up", "--quiet")
    sql(one.stage, "DELETE FROM items WHERE name = 'added'", "INSERT INTO items VALUES ('added')")
    redis(one.stage, "SET", "added", "x")


def survey(one: Traveller) -> tuple[list[Break], State]:
    """Every point of an undisturbed reset, and what is there afterwards."""
    begun(one)
    points = one.points(partial(one.watched, RESET))
    assert ["one"] == sql(one.stage, ITEMS)
    return points, one.state()


def lap(expected: State, one: Traveller, broken: Break) -> Iterator[str]:
    """Reset, killed at a point, then `up`, then reset; what went wrong."""
    begun(one)
    first = one.watched(RESET, one.spec(at=broken.point, how=broken.how))
    if first.status not in (KILLED, 130):
        yield f"{broken}: ended with {first.status}: {first.stdout} {first.stderr}"
    up = one.stage.envctl("up")
    if up.status != 0:
        yield f"{broken}: the next up failed: {up.stderr}"
        return
    rows, keys = sql(one.stage, ITEMS), redis(one.stage, "KEYS", "*")
    if rows not in (["added", "one"], ["one"]) or keys not in (["added"], [""]):
        yield f"{broken}: the next up found {rows} and {keys}"
    if steps := plan(one.stage.here()).steps:
        yield f"{broken}: after the next up there was still something to do: {steps}"
    again = one.stage.envctl("reset")
    if again.status != 0:
        yield f"{broken}: run again it failed: {again.stderr}"
    yield from (f"{broken}: {what}" for what in difference(expected, one.state()))


@pytest.fixture(scope="module")
def surveyed(
    docker: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Traveller], list[Break], State]]:
    """Who resets, at which points, and what is there afterwards."""
    with travellers(docker, tmp_path_factory.mktemp("reset"), (RESET,), 2) as people:
        yield people, *survey(people[0])


def test_a_reset_killed_at_a_point(surveyed: tuple[list[Traveller], list[Break], State]) -> None:
    """Alone, and with the programs it runs: half of a copy is never taken for data."""
    people, points, expected = surveyed
    assert 20 < len(points)
    nothing_wrong(share(people, sampled(ways(points), _SOME, seed=8), partial(lap, expected)))


def test_a_reset_that_is_interrupted(surveyed: tuple[list[Traveller], list[Break], State]) -> None:
    """Ctrl-C and SIGTERM end it with status 130, and the same holds."""
    people, points, expected = surveyed
    both = [replace(point, how=how) for point in points for how in ("interrupt", "terminate")]
    nothing_wrong(share(people, sampled(both, 4, seed=9), partial(lap, expected)))
