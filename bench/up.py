"""How long envctl takes, as ratios to named rivals, measured side by side in one run: `python -m bench.up`.

Absolute times say more about a machine than about a program; both columns of a ratio are measured in turn, on the same
machine in the same minute. Exits with 1 when a limit is broken. `--quick` leaves out what starts containers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from secrets import token_hex
from statistics import median
from typing import Any

from bench.common import Composed, Ratio, envctl, in_turn, ran, seconds
from envctl import labels
from envctl.planning.names import by_hand

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
        self.chosen = ("--file", str(file), "--env", "ours")
        self.theirs = Composed(file, "theirs")

    def ours_up(self) -> None:
        """`envctl up`."""
        envctl("up", "--quiet", *self.chosen)

    def ours_down(self) -> None:
        """`envctl down`, which is not measured: nothing is kept of it."""
        envctl("down", "--quiet", "--no-bundle", *self.chosen)

    def theirs_down(self) -> None:
        """`docker compose down`."""
        self.theirs.down("--timeout", "2")


def up_ratios(file: Path, rounds: int) -> Iterator[Ratio]:
    """Cold, which is with the images there and nothing else; and again, with all of it up."""
    envctl("up", "--quiet", "--file", str(file), "--env", "ours")  # images
    race = Race(file)
    cold: list[tuple[float, float]] = []
    try:
        for _ in range(rounds):
            race.ours_down()
            race.theirs_down()
            cold.append((seconds(race.ours_up), seconds(race.theirs.up)))
        mine, theirs = (median(column) for column in zip(*cold, strict=True))
        yield Ratio("envctl up, from nothing", mine, theirs, "docker compose up --wait", 1.25)
        mine, theirs = in_turn(3 * rounds, race.ours_up, race.theirs.up, median)
        yield Ratio("envctl up, all is up", mine, theirs, "docker compose up --wait", 1.0)
    finally:
        race.theirs_down()
        race.theirs.forget()
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
