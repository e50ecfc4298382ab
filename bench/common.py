"""What the benchmarks share: how long something takes, as a ratio to a named rival; and the stacks of that rival."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from time import perf_counter

from envctl.events import nobody
from envctl.ops.plan import decide, draw_here
from envctl.ops.setting import Here, here
from envctl.ops.start import prepared
from envctl.runtimes.compose.project import written
from envctl.secrets.files import remove_files

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """What was measured of one of the limits."""

    what: str
    ours: float
    theirs: float
    rival: str
    limit: float
    unit: str = "s"
    within: float = inf  # what ours may be at most, whatever the rival

    @property
    def kept(self) -> bool:
        """Whether the limits hold."""
        return self.ours <= min(self.limit * self.theirs, self.within)

    def __str__(self) -> str:
        most = f", {self.within:g} {self.unit}" if self.within < inf else ""
        return (
            f"{self.what:<34} {self.ours:8.3f} {self.unit}   {self.rival:<28} {self.theirs:8.3f} {self.unit}   "
            f"ratio {self.ours / self.theirs:5.2f}   limit {self.limit:.2f}{most}   {'ok' if self.kept else 'BROKEN'}"
        )


def seconds(work: Work) -> float:
    """How long something takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def in_turn(rounds: int, ours: Work, theirs: Work, best: Callable[[list[float]], float]) -> tuple[float, float]:
    """Both measured `rounds` times, one after the other, and of each the `best`."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(rounds)]
    mine, rivals = (best(list(column)) for column in zip(*pairs, strict=True))
    return mine, rivals


def ran(*argv: str, cwd: Path | None = None, stdin: bytes | None = None) -> bytes:
    """A program's output; it must succeed."""
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(argv, cwd=cwd, input=stdin, capture_output=True, env=environ, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(argv)}\n{done.stderr.decode()}")
    return done.stdout


def envctl(*words: str, cwd: Path | None = None) -> bytes:
    """Run envctl."""
    return ran(sys.executable, "-m", "envctl", *words, cwd=cwd)


class Composed:
    """An environment of a stack file as plain Compose has it: the very project that envctl renders."""

    def __init__(self, file: Path, name: str) -> None:
        self.folder = file.parent
        self._here = here(file, name, nobody)
        self.project = _rendered(self._here)

    def up(self) -> None:
        """`docker compose up --wait`."""
        self._compose("up", "--detach", "--wait", "--no-build", "--quiet-pull")

    def down(self, *more: str) -> None:
        """`docker compose down -v`."""
        self._compose("down", "--volumes", *more)

    def forget(self) -> None:
        """What its containers had mounted from memory goes too."""
        remove_files(self._here.world, self._here.identity.full)

    def _compose(self, *words: str) -> None:
        options = ("--progress", "quiet", "--project-directory", str(self.folder), "--env-file", "/dev/null")
        ran("docker", "compose", *options, "--file", "-", *words, stdin=self.project)


def _rendered(where: Here) -> bytes:
    """What envctl would give to Compose, with network and volumes for Compose to make."""
    blueprint = draw_here(where)
    plan, secrets = decide(where, blueprint)
    services = frozenset(w.service for w in blueprint.workloads)
    project = prepared(where, blueprint, plan, services, secrets)
    for thing in (*project["networks"].values(), *project["volumes"].values()):
        del thing["external"]
    return written(project)
