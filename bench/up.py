"""How long envctl takes, as ratios to named rivals, measured side by side in one run: `python bench/up.py`.

Absolute times say more about a machine than about a program; both columns of a ratio are measured in turn, on the same
machine in the same minute. Exits with 1 when a limit is broken. `--quick` leaves out what starts containers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from statistics import median
from time import perf_counter
from typing import Any

from envctl import labels
from envctl.events import nobody
from envctl.ops.plan import decide, draw_here
from envctl.ops.setting import here
from envctl.ops.start import prepared
from envctl.planning.names import by_hand
from envctl.runtimes.compose.project import written

ENVIRONMENTS = 50
STACK = """\
[project]
name = "{project}"

[services.db]
kind = "postgres"

[services.cache]
kind = "redis"

[services.api]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; python -m http.server 8000 & wait"]
port = 8000
health = "/"
needs = ["db", "cache"]
env.DATABASE_URL = "${{db.url}}"

[services.web]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; python -m http.server 3000 & wait"]
port = 3000
public = true
health = "/"
needs = ["api"]
"""

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """What was measured of one of the limits."""

    what: str
    ours: float
    theirs: float
    rival: str
    limit: float

    @property
    def kept(self) -> bool:
        """Whether the limit holds."""
        return self.ours <= self.limit * self.theirs

    def __str__(self) -> str:
        return (
            f"{self.what:<34} {self.ours:8.3f} s   {self.rival:<28} {self.theirs:8.3f} s   "
            f"ratio {self.ours / self.theirs:5.2f}   limit {self.limit:.2f}   {'ok' if self.kept else 'BROKEN'}"
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


def help_ratio(rounds: int = 15) -> Ratio:
    """`envctl --help` and the interpreter alone."""
    mine, bare = in_turn(rounds, lambda: envctl("--help"), lambda: ran(sys.executable, "-c", "pass"), min)
    return Ratio("envctl --help", mine, bare, "python -c pass", 4.0)


def ls_ratio(rounds: int = 9) -> Ratio:
    """`envctl ls` and `docker compose ls`, with 50 environments on the daemon."""
    with _many(ENVIRONMENTS) as project:

        def ours() -> None:
            found = json.loads(envctl("ls", "--json", "--project", project))["data"]["environments"]
            assert len(found) == ENVIRONMENTS, found  # noqa: S101 – a benchmark of the wrong thing is none

        mine, theirs = in_turn(rounds, ours, lambda: ran("docker", "compose", "ls", "--all"), min)
    return Ratio(f"envctl ls, {ENVIRONMENTS} environments", mine, theirs, "docker compose ls --all", 3.0)


@contextlib.contextmanager
def _many(count: int) -> Iterator[str]:
    """Environments as both tools see them: containers that were created, with the labels of both, and never started."""
    import docker

    project, client = f"bench{token_hex(4)}", docker.from_env(version="auto", timeout=120)
    made: list[str] = []

    def make(number: int) -> None:
        identity = by_hand(project, f"env-{number:02}")
        own = {
            labels.PROJECT: project,
            labels.ENVIRONMENT: identity.name,
            labels.SERVICE: "api",
            labels.KIND: "app",
            labels.ROLE: "service",
            "com.docker.compose.project": identity.full,
            "com.docker.compose.service": "api",
        }
        name = f"{identity.full}_api"
        made.append(client.api.create_container(_any_image(client), ["true"], name=name, labels=own)["Id"])

    try:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(make, range(count)))
        yield project
    finally:
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(lambda one: client.api.remove_container(one, force=True), made))


def _any_image(client: Any) -> str:
    found = client.images.list(filters={"label": labels.STANDIN}) or client.images.list()
    return str(found[0].id)


class Race:
    """One stack, brought up by envctl and by Compose from the very project that envctl renders."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.folder = file.parent
        self.chosen = ("--file", str(file), "--env", "ours")
        self.theirs = here(file, "theirs", nobody)
        self.project = self._rendered()

    def _rendered(self) -> bytes:
        """What envctl would give to Compose, with network and volumes for Compose to make."""
        blueprint = draw_here(self.theirs)
        plan, secrets = decide(self.theirs, blueprint)
        services = frozenset(w.service for w in blueprint.workloads)
        project = prepared(self.theirs, blueprint, plan, services, secrets)
        for thing in (*project["networks"].values(), *project["volumes"].values()):
            del thing["external"]
        return written(project)

    def ours_up(self) -> None:
        """`envctl up`."""
        envctl("up", "--quiet", *self.chosen)

    def ours_down(self) -> None:
        """`envctl down`."""
        envctl("down", "--quiet", *self.chosen)

    def theirs_up(self) -> None:
        """`docker compose up --wait`."""
        self._compose("up", "--detach", "--wait", "--no-build", "--quiet-pull")

    def theirs_down(self) -> None:
        """`docker compose down`."""
        self._compose("down", "--volumes", "--timeout", "2")

    def _compose(self, *words: str) -> None:
        options = ("--progress", "quiet", "--project-directory", str(self.folder), "--env-file", "/dev/null")
        ran("docker", "compose", *options, "--file", "-", *words, stdin=self.project)


def up_ratios(file: Path, rounds: int) -> Iterator[Ratio]:
    """Cold, which is with the images there and nothing else; and again, with all of it up."""
    envctl("up", "--quiet", "--file", str(file), "--env", "ours")  # images
    race = Race(file)
    cold: list[tuple[float, float]] = []
    try:
        for _ in range(rounds):
            race.ours_down()
            race.theirs_down()
            cold.append((seconds(race.ours_up), seconds(race.theirs_up)))
        mine, theirs = (median(column) for column in zip(*cold, strict=True))
        yield Ratio("envctl up, from nothing", mine, theirs, "docker compose up --wait", 1.25)
        mine, theirs = in_turn(3 * rounds, race.ours_up, race.theirs_up, median)
        yield Ratio("envctl up, all is up", mine, theirs, "docker compose up --wait", 1.0)
    finally:
        race.theirs_down()
        race.ours_down()


def main(words: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="of bringing the stack up (5)")
    parser.add_argument("--quick", action="store_true", help="only what starts no containers")
    parser.add_argument("--stack", type=Path, help="a stack file instead of the small one made here")
    chosen = parser.parse_args(words)
    ratios = [help_ratio(), ls_ratio()]
    if not chosen.quick:
        with tempfile.TemporaryDirectory(prefix="envctl-bench-") as folder:
            file = chosen.stack or Path(folder, "envctl.toml")
            if chosen.stack is None:
                file.write_text(STACK.format(project=f"bench{token_hex(4)}"))
            ratios += up_ratios(file.resolve(), chosen.rounds)
    for ratio in ratios:
        print(ratio)
    return 0 if all(ratio.kept for ratio in ratios) else 1


if __name__ == "__main__":
    sys.exit(main())
