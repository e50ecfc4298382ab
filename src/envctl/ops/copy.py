"""The story of `cp`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.ops.choose import choose
from envctl.ops.leases import renew
from envctl.ops.setting import Here
from envctl.reports.copied import Copied

STREAM = "-"
_IN_SERVICE = re.compile(r"([a-z][a-z0-9-]*):(.*)", re.DOTALL)
_MISSING = ("no such file", "could not find the file", "not a directory", "no such directory", "does not exist")


@dataclass(frozen=True)
class Place:
    """A path, in a service's container or here; `-` here is a tar stream."""

    path: str
    service: str | None = None

    @classmethod
    def of(cls, text: str) -> Place:
        """What somebody wrote: `SERVICE:PATH`, or a path. `./a:b` is a path."""
        found = _IN_SERVICE.fullmatch(text)
        return cls(found[2], found[1]) if found else cls(text)


def copy(here: Here, source: str, target: str) -> Copied:
    """Copy files between a service's container, running or not, and this machine. Raises EnvctlError.

    With `-` in the place of the path here a tar archive comes from our own stdin, or goes to our own stdout.
    """
    origin, goal = Place.of(source), Place.of(target)
    service = _service(origin, goal)
    container = choose(here, [service])[service].id
    argv = ("docker", "cp", "--quiet", _spelled(origin, container), _spelled(goal, container))
    renew(here.world, here.identity)
    if STREAM in (origin.path, goal.path):
        status, said = here.world.shell.hand_over(argv), ""
    else:
        finished = here.world.shell.run(argv)
        status, said = finished.status, finished.stderr.decode("utf-8", "replace").strip()
    if status:
        raise _failed(service, source, target, said)
    return Copied(here.identity.name, service, source, target)


def _service(origin: Place, goal: Place) -> str:
    services = [place.service for place in (origin, goal) if place.service is not None]
    if len(services) == 1 and all(place.path for place in (origin, goal)):
        return services[0]
    raise EnvctlError(
        Exit.USAGE,
        "one of the two places must be in a service, and the other here",
        unchanged="Nothing was copied.",
        hint="Write `envctl cp SERVICE:PATH PATH` or `envctl cp PATH SERVICE:PATH`; a path here with a colon is ./a:b.",
    )


def _spelled(place: Place, container: str) -> str:
    """As docker takes it; what ends in / or /. means something else to it than what does not."""
    if place.service is not None:
        return f"{container}:{place.path}"
    return place.path if place.path == STREAM else os.path.join(Path.cwd(), place.path)  # noqa: PTH118 – keeps the end


def _failed(service: str, source: str, target: str, said: str) -> EnvctlError:
    missing = any(word in said.lower() for word in _MISSING)
    return EnvctlError(
        Exit.NOT_FOUND if missing else Exit.DOCKER,
        f"{source} could not be copied to {target}",
        details=tuple(said.splitlines()),
        hint=f"See what is there: `envctl exec {service} ls -la DIR`.",
    )
