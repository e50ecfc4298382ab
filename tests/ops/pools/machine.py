"""A daemon's machine with loop devices, made of values: what the scripts that work on pools do to it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from envctl.errors import EnvctlError, Exit
from envctl.events import nobody
from envctl.job import Job, Output
from envctl.ops import pools
from envctl.ops.pools import contents, create, grow, remove, status
from envctl.ops.pools.programs import pool_image
from envctl.world import World, real_world
from envctl.world.engine import Engine
from tests.fakes.engine import FakeEngine

GIB = 1 << 30
NAMES = {
    create._MAKE: "make",
    grow._GROW: "grow",
    status._MEASURE: "measure",
    pools.ATTACHED: "attach",
    remove._UNLINK: "unlink",
    contents._DETACH: "detach",
}


@dataclass
class Machine:
    """Files by the volume they lie in, the volumes whose file has a device, and the links to these."""

    engine: FakeEngine = field(default_factory=FakeEngine)
    files: dict[str, int] = field(default_factory=dict)
    devices: set[str] = field(default_factory=set)
    links: dict[str, str] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    fails: dict[str, Output] = field(default_factory=dict)  # by a script's name
    meanwhile: dict[str, Callable[[], None]] = field(default_factory=dict)  # what others do while a script runs

    def __post_init__(self) -> None:
        self.engine.images = {pool_image(): "tools"}
        self.engine.does = self.does

    def world(self, folder: Path) -> World:
        """The world with it, far away: nothing is known of its devices without asking."""
        environ = {**os.environ, "DOCKER_HOST": "tcp://far.test:2375", "ENVCTL_LOCK_DIR": str(folder / "locks")}
        real = real_world(nobody, environ)
        return World(cast(Engine, self.engine), real.shell, real.locks, folder, nobody, environ)

    def restart(self) -> None:
        """The machine's, by which devices and links are gone."""
        self.devices.clear()
        self.links.clear()

    def left(self) -> tuple[list[str], ...]:
        """All that is there."""
        volumes, containers = [v.name for v in self.engine.vols], [c.name for c in self.engine.held]
        return volumes, containers, sorted(self.files), sorted(self.devices), sorted(self.links)

    def does(self, job: Job) -> Output:
        """One script."""
        name, words, store = NAMES[job.command[1]], job.command[3:], job.mounts["/store"].volume
        assert job.privileged is (name != "measure")
        self.ran.append(name)
        self.meanwhile.pop(name, lambda: None)()
        match name:
            case "make":
                self.files[store] = int(words[2])
            case "grow" if store in self.files:
                self.files[store] = int(words[2])
            case "unlink":
                self.links.pop(words[1], None)
            case "detach":
                self.links.pop(words[1], None)
                self.devices.discard(store)
                self.files.pop(store, None)
        if name in ("make", "attach", "grow"):
            if store not in self.files:
                return Output(1, ("sh: 3: cannot open /store/file: No such file",))
            self.devices.add(store)
            self.links[words[1]] = store
        if name == "measure" and store not in self.links.values():
            raise EnvctlError(Exit.DOCKER, "failed to mount local volume: no such file or directory", hint="None.")
        said = {"measure": f"= {self.files.get(store)} 100 900 70 {50 * GIB}", "unlink": "= 70"}
        return self.fails.pop(name, Output(0, (said.get(name, ""),)))
