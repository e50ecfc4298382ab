"""Generated passwords: random for each environment, found again in its containers, on no disk.

A password's file lies in memory (`world.runtime`) and is mounted into the container that needs it. Any client of the
daemon can read it back from there. When it is lost, as after a reboot, a new one takes its place.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from pathlib import Path
from secrets import choice

from envctl.blueprint import Blueprint
from envctl.observed import Observed
from envctl.secret import Secret
from envctl.text import Hole, Password
from envctl.workload import Workload
from envctl.world import World
from envctl.world.places import private_folder

_ALPHABET = string.ascii_letters + string.digits  # needs quoting nowhere: URLs, SQL, configuration files
_LENGTH = 32  # 190 bits

Passwords = Mapping[str, Secret]


def recall(world: World, blueprint: Blueprint, observed: Observed) -> Passwords:
    """The password of each service that has one: from its container, else from memory, else none yet."""
    found: dict[str, Secret] = {}
    for workload in blueprint.workloads:
        if (path := password_path(workload)) is None:
            continue
        container = observed.container(workload.service)
        content = world.engine.read_file(container.id, path) if container else None
        if content is None:
            content = _read(host_file(world.runtime, blueprint, workload.service, path))
        if content and content.isascii():
            found[workload.service] = Secret(content.decode())
    return found


def complete(blueprint: Blueprint, recalled: Passwords) -> Passwords:
    """The recalled passwords, and new ones for the services that have none."""
    return {
        w.service: recalled.get(w.service) or Secret("".join(choice(_ALPHABET) for _ in range(_LENGTH)))
        for w in blueprint.workloads
        if password_path(w) is not None
    }


def password_path(workload: Workload) -> str | None:
    """The file of a container that holds its password and nothing else."""
    alone = (Password(workload.service),)
    return next((path for path, content in workload.files.items() if content.parts == alone), None)


def write_files(world: World, blueprint: Blueprint, services: frozenset[str], passwords: Passwords) -> None:
    """Put the secret files of these services in place, for the daemon to mount."""

    def fill(hole: Hole) -> str:
        return passwords[hole.service].reveal()

    for workload in blueprint.workloads:
        for path, content in workload.files.items():
            if workload.service in services:
                _write(world.runtime, host_file(world.runtime, blueprint, workload.service, path), content.fill(fill))


def remove_files(world: World, full: str) -> None:
    """Remove the secret files of an environment."""
    import shutil

    shutil.rmtree(world.runtime / "environments" / full, ignore_errors=True)


def host_file(runtime: Path, blueprint: Blueprint, service: str, path: str) -> Path:
    """Where a container's secret file lies on the host."""
    return runtime / "environments" / blueprint.identity.full / service / path.rpartition("/")[2]


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(runtime: Path, path: Path, content: str) -> None:
    """Write a file once. Its folder is closed to other users; the file is open to the container's own user."""
    for folder in (runtime, runtime / "environments", path.parent.parent, path.parent):
        private_folder(folder)
    if _read(path) == content.encode():
        return
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)  # a killed run may have left one that cannot be written to
    aside.write_text(content)
    aside.chmod(0o444)
    aside.replace(path)
