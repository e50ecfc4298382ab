"""`snapshot create` killed at any point: nothing half made is a snapshot, and `up` has the environment back."""

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
from tests.scenarios.contents import APP, DATABASE, called, dump, kept, sql

if TYPE_CHECKING:
    from docker import DockerClient

pytestmark = pytest.mark.docker

STACK = f'{APP}{DATABASE}[services.cache]\nkind = "redis"\n'
FILES = dump("one")
CREATE = Stop("snapshot create", STACK, FILES)
_SOME = 8  # points of a run that does not try them all


def survey(one: Traveller) -> tuple[list[Break], State]:
    """Every point of an undisturbed run, and how the environment is."""
    one.stage.did("up", "--quiet")
    before = one.state()
    points = one.points(partial(one.watched, CREATE))
    assert [] == difference(before, one.state())
    return points, before


def lap(expected: State, one: Traveller, broken: Break) -> Iterator[str]:
    """Take one, killed at a point, then `up`; what went wrong."""
    one.stage.did("up", "--quiet")
    before = kept(one.stage)
    first = one.watched(CREATE, one.spec(at=broken.point, how=broken.how))
    if first.status not in (KILLED, 130):
        yield f"{broken}: ended with {first.status}: {first.stdout} {first.stderr}"
    up = one.stage.envctl("up")
    if up.status != 0:
        yield f"{broken}: the next up failed: {up.stderr}"
        return
    yield from (f"{broken}: {what}" for what in difference(expected, one.state()))
    if steps := plan(one.stage.here()).steps:
        yield f"{broken}: after the next up there was still something to do: {steps}"
    for snapshot in [s for s in kept(one.stage) if s not in before]:
        copied = called(one.stage, "copied")
        copied.did("up", "--from", snapshot.address, "--quiet")
        if ["one"] != (rows := sql(copied, "SELECT name FROM items")):
            yield f"{broken}: was taken for a snapshot and holds {rows}"
        copied.did("down")
        for bundle in one.stage.bundles():
            one.stage.docker.volumes.get(bundle).remove()


@pytest.fixture(scope="module")
def surveyed(
    docker: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[list[Traveller], list[Break], State]]:
    """Who takes one, at which points, and how the environment is."""
    with travellers(docker, tmp_path_factory.mktemp("create"), (CREATE,), 2) as people:
        for one in people:
            one.stage.write(STACK, **FILES)
        yield people, *survey(people[0])


def test_killed_at_a_point(surveyed: tuple[list[Traveller], list[Break], State]) -> None:
    """Alone, and with the programs it runs."""
    people, points, expected = surveyed
    assert 20 < len(points)
    nothing_wrong(share(people, sampled(ways(points), _SOME, seed=10), partial(lap, expected)))


def test_interrupted_at_a_point(surveyed: tuple[list[Traveller], list[Break], State]) -> None:
    """Ctrl-C and SIGTERM end it with status 130; what was held goes on without an `up` as well as with one."""
    people, points, expected = surveyed
    both = [replace(point, how=how) for point in points for how in ("interrupt", "terminate")]
    nothing_wrong(share(people, sampled(both, 4, seed=11), partial(lap, expected)))
