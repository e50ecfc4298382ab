"""The value behind every password and secret of a blueprint: found again, asked for, or made.

What was made by chance lies in memory and is mounted into the containers that need it, where any client of the daemon
can read it back. When it is lost, as after a reboot, a new one takes its place. What others provide is asked for anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed
from envctl.secret import KEY, Secret, Secrets
from envctl.secrets.files import host_file, read
from envctl.secrets.generated import is_generated, random
from envctl.secrets.missing import Missing
from envctl.secrets.providers import PROVIDERS
from envctl.text import Confidential, Hole, Named, Password, PublishedPort
from envctl.world import World

LONGEST = 500_000  # bytes of a secret
LONGEST_VARIABLE = 128 * 1024 - 1  # bytes of NAME=VALUE: what Linux gives a program in one piece
_PASSWORD = 32  # characters: 190 bits

Place = tuple[str, str]  # a service, and the path of a file in its container


def recall(world: World, blueprint: Blueprint, observed: Observed) -> Secrets:
    """What was made by chance: from a container that has it, else from memory, else none yet."""
    found: dict[Confidential, Secret] = {}
    for hole, places in _places(blueprint).items():
        for value in _kept(world, blueprint, observed, places):
            if hole not in found and _is_made_here(blueprint, hole, value):
                found[hole] = Secret(value)
    return found


def gather(world: World, blueprint: Blueprint, observed: Observed) -> Secrets:
    """Every value that some service needs. Raises EnvctlError(NOT_FOUND) that names each secret which cannot be had."""
    found, complaints = dict(recall(world, blueprint, observed)), []
    for hole in dict.fromkeys(h for w in blueprint.workloads for t in w.texts for h in t.confidential()):
        if hole in found:
            continue
        if isinstance(hole, Password):
            found[hole] = random(_PASSWORD)
            continue
        try:
            found[hole] = _asked(world, blueprint, hole)
        except Missing as why:
            complaints.append(f"{hole.secret}: {why}")
    if not complaints:
        complaints = _too_long(blueprint, found)
    if complaints:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"{'a secret' if len(complaints) == 1 else f'{len(complaints)} secrets'} cannot be had",
            details=tuple(complaints),
            unchanged="Nothing was started or changed.",
            hint="Provide it where [secrets] of the stack file says, then run the same command again.",
        )
    return found


def fingerprints(secrets: Secrets) -> Mapping[Confidential, str]:
    """By which it is told whether a value changed. Those of secrets cannot be guessed without the environment's key."""
    key = secrets.get(Named(KEY))
    return {hole: secret.fingerprint(key if isinstance(hole, Named) else None) for hole, secret in secrets.items()}


def _places(blueprint: Blueprint) -> dict[Confidential, list[Place]]:
    """The files that hold a password or secret and nothing else."""
    places: dict[Confidential, list[Place]] = {}
    for workload in blueprint.workloads:
        for path, content in workload.files.items():
            if len(content.parts) == 1:
                for hole in content.confidential():
                    places.setdefault(hole, []).append((workload.service, path))
    return places


def _kept(world: World, blueprint: Blueprint, observed: Observed, places: list[Place]) -> list[str]:
    containers = [(observed.container(service), path) for service, path in places]
    contents = [world.engine.read_file(container.id, path) for container, path in containers if container]
    contents += [read(host_file(world.runtime, blueprint, service, path)) for service, path in places]
    return [content.decode() for content in contents if content and content.isascii()]


def _is_made_here(blueprint: Blueprint, hole: Confidential, value: str) -> bool:
    if isinstance(hole, Password):
        return True
    source = blueprint.secrets[hole.secret]
    return source.provider == "generated" and is_generated(source, value)


def _asked(world: World, blueprint: Blueprint, hole: Named) -> Secret:
    source = blueprint.secrets[hole.secret]
    secret = Secret(PROVIDERS[source.provider](source, world.environ))
    if not secret.content():
        raise Missing("it is empty")
    if b"\0" in secret.content():
        raise Missing("it holds a NUL character, which no program can be given")
    if len(secret.content()) > LONGEST:
        raise Missing(f"it is longer than {LONGEST} bytes")
    return secret


def _too_long(blueprint: Blueprint, secrets: Secrets) -> list[str]:
    """Variables that no program could be started with."""

    def fill(hole: Hole) -> str:
        return "65535" if isinstance(hole, PublishedPort) else secrets[hole].reveal()

    return [
        f"{', '.join(hole.secret for hole in named)}: too long for the variable {name} of {workload.service}, "
        f"which holds at most {LONGEST_VARIABLE - len(name)} bytes: have the program read the file"
        for workload in blueprint.workloads
        for name, value in {**workload.environment, **workload.hidden}.items()
        if (named := [hole for hole in value.confidential() if isinstance(hole, Named)])
        and len(Secret(f"{name}={value.fill(fill)}").content()) > LONGEST_VARIABLE
    ]
