"""A folder with a stack file, a project's name of its own, and what the daemon holds of it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any

from envctl import labels

if TYPE_CHECKING:
    from docker import DockerClient
    from docker.models.containers import Container

    from envctl.ops.setting import Here

# ENVCTL_COMMAND names another installation to test, such as one from a wheel.
ENVCTL = tuple(shlex.split(os.environ.get("ENVCTL_COMMAND", ""))) or (sys.executable, "-m", "envctl")
_PARTING = 4  # environments that go at the same time
LONGEST = 180  # seconds that a command may take on a loaded machine
# Commands that are for no environment, or name it in another way.
_FOR_ANY = frozenset({
    "ls", "inspect", "revive", "gc", "version", "schema", "config", "doctor", "init", "completion",
    "pool", "fork",
})  # fmt: skip
# What carries settings of envctl from one test to another, or from the developer's shell.
_STRANGE = (
    "ENVCTL_KEEP_FAILED", "ENVCTL_REQUIRE_DOCKER", "ENVCTL_DEBUG", "ENVCTL_BRANCH",
    "DATABASE_URL", "COMPOSE_PROJECT_NAME",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """A command that ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def envelope(self) -> dict[str, Any]:
        """The one document of `--json`."""
        found: dict[str, Any] = json.loads(self.stdout)
        return found

    @property
    def data(self) -> Any:
        """`data` of the envelope."""
        return self.envelope["data"]

    @property
    def error(self) -> dict[str, Any]:
        """`error` of the envelope."""
        found: dict[str, Any] = self.envelope["error"]
        return found


class Stage:
    """One project. `name` is the environment that commands are for; `by_branch` leaves it to git to say so."""

    def __init__(self, docker: DockerClient, folder: Path, runtime: Path) -> None:
        self.docker = docker
        self.folder = folder
        self.runtime = runtime  # nobody else's: processes are told apart by it
        self.project = f"t{token_hex(4)}"
        self.name = "one"
        self.by_branch = False
        self.program: Sequence[str] = ENVCTL
        self.environ = {name: value for name, value in os.environ.items() if name not in _STRANGE}
        self.environ["XDG_RUNTIME_DIR"] = str(runtime)
        self.environ["ENVCTL_LOCK_DIR"] = str(runtime / "locks")  # what a killed command leaves there goes too
        self.environ["XDG_CACHE_HOME"] = str(folder.with_name(f"{folder.name}-cache"))

    def write(self, stack: str, **files: str) -> None:
        """Write the stack file, its project's name added, and other files (`web__Dockerfile` is web/Dockerfile)."""
        everything = {"envctl.toml": f'[project]\nname = "{self.project}"\n{stack}'}
        for path, content in {**everything, **{p.replace("__", "/"): c for p, c in files.items()}}.items():
            (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / path).write_text(content)

    def words(self, command: str, *rest: str) -> list[str]:
        """The whole command line; it names the environment."""
        chosen = () if self.by_branch or command.partition(" ")[0] in _FOR_ANY else ("--env", self.name)
        return [*self.program, *command.split(), *chosen, *rest]

    def envctl(
        self, *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, stdin: str = ""
    ) -> Ran:
        """Run envctl to its end."""
        done = subprocess.run(
            self.words(*words),
            input=stdin.encode(),
            capture_output=True,
            env={**self.environ, **(env or {})},
            cwd=cwd or self.folder,
            timeout=LONGEST,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def did(self, *words: str, **more: Any) -> Ran:
        """Run envctl, which must succeed."""
        ran = self.envctl(*words, **more)
        assert 0 == ran.status, f"envctl {' '.join(words)}:\n{ran.stdout}\n{ran.stderr}"
        return ran

    def data(self, *words: str, **more: Any) -> Any:
        """`data` of a command that must succeed."""
        command, *rest = words
        return self.did(command, "--json", *rest, **more).data

    def up(self, **more: Any) -> dict[str, Any]:
        """Bring the environment up, which must succeed; what it says it did."""
        did: dict[str, Any] = self.data("up", **more)
        return did

    def refused(self, status: int, *words: str, **more: Any) -> dict[str, Any]:
        """Run a command that must fail with that status; its envelope, whose error is whole."""
        command, *rest = words
        ran = self.envctl(command, "--json", *rest, **more)
        assert status == ran.status, f"envctl {' '.join(words)}:\n{ran.stdout}\n{ran.stderr}"
        error = ran.error
        assert (False, status) == (ran.envelope["ok"], error["exit"])
        assert error["message"]
        assert error["hint"]
        return ran.envelope

    @contextmanager
    def running(self, *words: str, **more: Any) -> Iterator[subprocess.Popen[str]]:
        """envctl as a process; killed if it is still there afterwards."""
        with self.running_program(self.words(*words), **more) as process:
            yield process

    @contextmanager
    def running_program(self, argv: Sequence[str], **more: Any) -> Iterator[subprocess.Popen[str]]:
        """The same with a program of another name."""
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environ,
            cwd=self.folder,
            **more,
        )
        with process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    process.kill()

    def here(self, file: Path | None = None, name: str | None = None) -> Here:
        """The same environment, or one of another name, for a story that is told in this process, which is quicker."""
        from envctl.events import nobody
        from envctl.ops.setting import Here
        from envctl.planning.names import by_hand
        from envctl.stack import load
        from envctl.world import real_world

        stack = load(file or self.folder / "envctl.toml", environ=self.environ)
        return Here(real_world(nobody, self.environ), stack, by_hand(self.project, name or self.name))

    def full(self, name: str | None = None) -> str:
        """What the names of an environment's objects begin with."""
        return f"{self.project}_{name or self.name}"

    def container(self, service: str, name: str | None = None) -> Container:
        """The container of a service."""
        return self.docker.containers.get(f"{self.full(name)}_{service}")

    def inside(self, service: str, *argv: str, name: str | None = None) -> tuple[int, str]:
        """Run a command in a service's container without envctl: its status and what it printed."""
        status, output = self.container(service, name).exec_run(list(argv))
        assert isinstance(status, int)
        assert isinstance(output, bytes)
        return status, output.decode()

    def ids(self) -> dict[str, str]:
        """The service of each container, and the container's ID."""
        found = self.docker.containers.list(all=True, filters=self.mine())
        return {str(c.name).removeprefix(f"{self.full()}_"): str(c.id) for c in found}

    def objects(self) -> set[str]:
        """Everything the daemon holds that carries the project's label, but for bundles: they outlive environments."""
        mine, bundles = self.mine(), self.bundles()
        return {
            *(f"container {c.name}" for c in self.docker.containers.list(all=True, filters=mine)),
            *(f"volume {v.name}" for v in self.docker.volumes.list(filters=mine) if v.name not in bundles),
            *(f"network {n.name}" for n in self.docker.networks.list(filters=mine)),
        }

    def lasting(self) -> set[str]:
        """The same but for the numbers of leases, which a use a minute later raises."""
        return {re.sub(r"__lease-\d+$", "__lease", thing) for thing in self.objects()}

    def bundles(self) -> list[str]:
        """The volumes of what is kept of environments that were removed, the oldest first."""
        wanted = [f"{labels.PROJECT}={self.project}", f"{labels.ROLE}=bundle"]
        found = self.docker.volumes.list(filters={"label": wanted})
        return [str(v.name) for v in sorted(found, key=lambda v: (v.attrs["Labels"][labels.REMOVED], len(v.name)))]

    def mine(self) -> dict[str, str | list[str] | bool]:
        return {"label": f"{labels.PROJECT}={self.project}"}

    def close(self) -> None:
        """Take every environment down and see that nothing is left."""
        named = {environment for environment in (thing.split("_")[1] for thing in self.objects()) if environment}
        parting = self.folder / "parting.toml"  # the test may have left an envctl.toml that cannot be read
        parting.write_text(f'[project]\nname = "{self.project}"\n[services.none]\nimage = "none"\n')
        try:
            from envctl.ops.down import down

            with ThreadPoolExecutor(_PARTING) as pool:
                list(pool.map(lambda name: down(self.here(parting, name), keep=False), sorted(named)))
            assert set() == self.objects()
            assert [] == [str(path) for path in self.runtime.glob("envctl/environments/*")]
        finally:
            self._sweep()

    def _sweep(self) -> None:
        mine = self.mine()
        for container in self.docker.containers.list(all=True, filters=mine):
            container.remove(v=True, force=True)
        for network in self.docker.networks.list(filters=mine):
            network.remove()
        for volume in self.docker.volumes.list(filters=mine):
            volume.remove()
        for image in self.docker.images.list(name=f"{self.project}/*"):
            for tag in image.tags:  # by its ID an image would go with the names that others gave it
                if tag.startswith(f"{self.project}/"):
                    self.docker.images.remove(tag, force=True)
        self.forget_snapshots()

    def forget_snapshots(self) -> None:
        """What its environments started from; but for an empty broker, from which those of others start too."""
        from envctl.events import nobody
        from envctl.ops.snapshots.find import look
        from envctl.ops.snapshots.remove import remove
        from envctl.world import real_world

        world = real_world(nobody, self.environ)
        for snapshot in look(world):
            if snapshot.project == self.project and not snapshot.source.startswith("empty "):
                with world.locks.hold(snapshot.marker, "snapshot rm"):
                    remove(world, snapshot)


def git(folder: Path, *words: str) -> None:
    """Run git as somebody."""
    somebody = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *somebody, *words], cwd=folder, check=True, capture_output=True)


@contextmanager
def staged(docker: DockerClient, folder: Path, *, keep: Callable[[], bool]) -> Iterator[Stage]:
    """A stage that is cleared afterwards, unless `keep` says otherwise."""
    memory = Path("/dev/shm")
    runtime = Path(tempfile.mkdtemp(prefix="envctl-test-", dir=memory if memory.is_dir() else None))
    stage = Stage(docker, folder, runtime)
    try:
        yield stage
    finally:
        if keep():
            print(f"left standing: project {stage.project}, in {folder}, XDG_RUNTIME_DIR={runtime}")  # noqa: T201
        else:
            try:
                stage.close()
            finally:
                shutil.rmtree(runtime)
