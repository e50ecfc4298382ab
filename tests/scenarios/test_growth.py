"""What comes and goes all day leaves nothing behind: neither with the daemon nor on the machine nor in the process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from envctl import labels
from envctl.ops.bundles.find import expire
from envctl.ops.down import down
from envctl.ops.setting import Here
from envctl.ops.up import up
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

CYCLES = 50
STACK = """
[lifetime]
keep_logs = "{keep}"
[services.web]
build = "web"
volumes.kept = "/kept"
"""
DOCKERFILE = """\
FROM python:3.13-slim
CMD ["sh", "-c", "trap exit TERM; sleep infinity & wait"]
"""


@dataclass(frozen=True)
class Left:
    """How much there is of each; all of it is the stage's alone, since others use the same daemon meanwhile."""

    things: frozenset[str]  # of the daemon, by its labels
    named: frozenset[str]  # of the daemon, by their names
    images: frozenset[str]
    files: frozenset[str]
    open: tuple[str, ...]
    threads: int


def left(stage: Stage) -> Left:
    """What there is between two environments."""
    docker, temporary = stage.docker, Path(stage.environ["TMPDIR"])
    containers = (str(c.name) for c in docker.containers.list(all=True, ignore_removed=True))
    everything = (*containers, *(str(n.name) for n in docker.networks.list()), *(v.name for v in docker.volumes.list()))
    return Left(
        things=frozenset(stage.objects()),
        named=frozenset(name for name in everything if name.startswith(stage.project)),
        images=frozenset(str(image.id) for image in docker.images.list(all=True) if _is_mine(stage, image.tags)),
        files=frozenset(str(path) for top in (stage.runtime, stage.folder, temporary) for path in top.rglob("*")),
        open=tuple(sorted(kind for kind in opened() if kind != "socket")),
        threads=threading.active_count(),
    )


def opened() -> Iterator[str]:
    """Of what kind each open file of this process is, such as `socket` or a path."""
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the listing's own
            yield os.readlink(link).partition(":")[0]  # noqa: PTH115  # what it leads to need not be a path


def sockets() -> int:
    """How many connections this process has."""
    return sum(kind == "socket" for kind in opened())


def _is_mine(stage: Stage, tags: list[str]) -> bool:
    return any(tag.startswith(f"{stage.project}/") for tag in tags)


def cycle(here: Here, times: int) -> None:
    """Up and down again."""
    for _ in range(times):
        assert "running" == up(here).status.state
        assert down(here).existed


def test_fifty_times_up_and_down_must_leave_nothing(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Networks, volumes, containers, images, files, open files and threads are what they were after the first time.

    Half of the environments leave a bundle each, until it expires.
    """
    stage.environ["TMPDIR"] = str(tmp_path_factory.mktemp("temporary"))
    stage.write(STACK.format(keep="0"), web__Dockerfile=DOCKERFILE)
    here = stage.here()
    cycle(here, 2)
    before = left(stage)
    assert (frozenset(), frozenset(), 1) == (before.things, before.named, len(before.images))

    cycle(here, CYCLES // 2)
    assert before == left(stage)
    connections = sockets()  # by now the client keeps as many as it ever does

    stage.write(STACK.format(keep="1h"), web__Dockerfile=DOCKERFILE)
    here, world = replace(stage.here(), world=here.world), here.world
    cycle(here, CYCLES - CYCLES // 2)
    kept = {v.name for v in world.engine.volumes({labels.PROJECT: stage.project})}
    assert CYCLES - CYCLES // 2 == len(kept)
    assert all("__bundle-" in name for name in kept)
    gone = expire(world, stage.project, world.engine.now() + timedelta(hours=2), 1 << 30)
    assert kept == {bundle.bundle for bundle in gone}
    assert before == left(stage)
    assert connections >= sockets()
