"""The Docker Engine goes away while envctl works: it says so, and once it is back the same command gets there."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic

import pytest

from tests.convergence.daemons import Daemon, impossible
from tests.convergence.state import State, difference
from tests.convergence.test_killed import READY
from tests.convergence.tours import ALL, Break, Stop, Traveller, nothing_wrong, sampled
from tests.images.boxes import image_of
from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

IMAGE = "redis:8"  # for everything: one image to bring there
STACK = f"""
[services.app]
image = "{IMAGE}"
{IDLE}
{READY}
needs = ["cache"]
[services.cache]
kind = "redis"
"""
UP = Stop("up", STACK)
BOUND = 60.0  # seconds until envctl has noticed and said so


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """A daemon of our own with the one image."""
    if reason := impossible():
        pytest.skip(reason)
    with tempfile.TemporaryDirectory(prefix="envctl-", dir="/var/tmp") as folder:  # not in memory
        found = Daemon(Path(folder))
        try:
            found.start()
            with subprocess.Popen(["docker", "save", image_of(IMAGE)], stdout=subprocess.PIPE) as saved:
                subprocess.run(["docker", "--host", found.host, "load", "--quiet"], stdin=saved.stdout, check=True)
            yield found
        finally:
            found.close()


@pytest.fixture(scope="module")
def visited(daemon: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Traveller, list[Break], State]]:
    """Somebody there, the points of an `up`, and what is there after it."""
    memory = Path(tempfile.mkdtemp(prefix="envctl-test-", dir="/dev/shm"))
    folder = tmp_path_factory.mktemp("elsewhere")
    stage = Stage(daemon.client(), folder, memory)
    stage.program = daemon.inside(stage.program)
    stage.environ["DOCKER_HOST"] = daemon.host
    (folder / "tmp").mkdir()
    somebody = Traveller(stage, folder / "tmp", [UP])
    points, (expected,) = somebody.survey()
    stage.did("down")
    yield somebody, points, expected
    stage.close()


def chosen(points: list[Break]) -> list[Break]:
    """A volume that is being made, which the daemon may leave half made, and some others."""
    if os.environ.get(ALL):
        return points
    (making, *_) = (point for point in points if "volumes/create" in point.point)
    return [making, *sampled([p for p in points if p.point.startswith(("http", "started", "ended"))], 2, seed=2)]


@pytest.mark.parametrize("how", ["daemon killed", "daemon terminated"])
def test_the_daemon_must_be_missed(daemon: Daemon, visited: tuple[Traveller, list[Break], State], how: str) -> None:
    """Status 4 and what to do, soon, at whatever point it happened; then `up` of what is left gets there."""
    somebody, points, expected = visited
    stage = somebody.stage
    wrong: list[str] = []
    for point in chosen([replace(p, how=how) for p in points]):
        somebody.forget()
        began = monotonic()
        ran = somebody.watched(UP, replace(somebody.spec(at=point.point, how=how), daemon=daemon.pid))
        took = monotonic() - began
        daemon.stop()
        daemon.start()
        said = ran.stderr
        if ran.status != 4 or took > BOUND or "Docker" not in said or "Traceback" in said:
            wrong.append(f"{point}: status {ran.status} after {took:.1f} s: {said}")
        again = stage.envctl("up")
        if again.status != 0:
            wrong.append(f"{point}: run again: {again.stderr}")
        wrong += [f"{point}: {what}" for what in difference(expected, somebody.state())]
        stage.did("down")
    nothing_wrong(wrong)


@pytest.mark.parametrize("how", ["daemon killed", "daemon terminated"])
def test_gc_must_go_on_once_the_daemon_is_back(
    daemon: Daemon, visited: tuple[Traveller, list[Break], State], how: str
) -> None:
    """Half-way through it says which ones it could not remove; afterwards it removes them, and nothing else."""
    somebody, _, _ = visited
    stage = somebody.stage
    own = daemon.client().volumes.create("somebody-elses")
    stage.did("up")
    stage.did("up", "--env", "two")
    sweep = Stop("gc", STACK, options=("--max", "0"))
    logged = Traveller(stage, somebody.temporary, [sweep])
    points, _ = logged.survey()
    (first, *_) = (p.point for p in points if "DELETE" in p.point and "containers" in p.point)
    stage.did("up")
    stage.did("up", "--env", "two")
    ran = somebody.watched(sweep, replace(somebody.spec(at=first, how=how), daemon=daemon.pid))
    daemon.stop()
    daemon.start()
    assert ran.status in (4, 10), ran
    assert "Traceback" not in ran.stderr
    stage.did("gc", "--max", "0")
    assert set() == stage.objects()
    own.reload()
    own.remove()
