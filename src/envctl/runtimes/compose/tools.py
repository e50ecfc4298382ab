"""The command-line tools that this runtime drives: asked for before anything is touched."""

from __future__ import annotations

import re
from functools import partial

from envctl.errors import EnvctlError, Exit
from envctl.world import World
from envctl.world.parallel import together
from envctl.world.shell import NOT_FOUND, Finished

OLDEST_COMPOSE = (2, 26)  # the oldest that envctl is tested with; Debian 13 has it
_VERSION = re.compile(r"v?(\d+)\.(\d+)")
_UNCHANGED = "Nothing was changed."


def require(world: World, *, builds: bool) -> None:
    """Raise EnvctlError(DOCKER) unless there is a `docker` command with Compose, and with buildx where one builds."""
    together(world.shell, [partial(compose, world), *([partial(buildx, world)] if builds else [])])


def compose(world: World) -> str:
    """The version of Compose. Raises EnvctlError(DOCKER) when it is missing or too old."""
    answer = world.shell.run(("docker", "compose", "version", "--short"))
    _check("Docker Compose", "Compose", answer)
    said = answer.stdout.decode("ascii", "replace").strip()
    version = _VERSION.match(said)
    if version and (int(version[1]), int(version[2])) < OLDEST_COMPOSE:
        needed = ".".join(map(str, OLDEST_COMPOSE))
        raise EnvctlError(
            Exit.DOCKER,
            f"Docker Compose {said} is too old: envctl needs {needed}",
            unchanged=_UNCHANGED,
            hint=f"Upgrade the Compose plugin to {needed} or later, then run the same command again.",
        )
    return said


def buildx(world: World) -> str:
    """What buildx says of its version. Raises EnvctlError(DOCKER) when it is missing."""
    answer = world.shell.run(("docker", "buildx", "version"))
    _check("docker buildx", "buildx", answer)
    return answer.stdout.decode("utf-8", "replace").strip()


def _check(what: str, plugin: str, answer: Finished) -> None:
    """A docker command without the plugin takes its name for a command and its options for options of its own."""
    if answer.status == NOT_FOUND:
        raise EnvctlError(
            Exit.DOCKER,
            "there is no `docker` command in PATH",
            unchanged=_UNCHANGED,
            hint="Install Docker's command line with its plugins Compose and buildx, then run the same command again.",
        )
    if answer.status != 0:
        raise EnvctlError(
            Exit.DOCKER,
            f"{what} is not installed",
            details=tuple(line for line in answer.stderr.decode("utf-8", "replace").splitlines()[:1] if line),
            unchanged=_UNCHANGED,
            hint=f"Install the {plugin} plugin of Docker, then run the same command again.",
        )
