"""The files of secrets: in a folder in memory (`world.runtime`), for the daemon to mount; on no disk."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from envctl.blueprint import Blueprint
from envctl.secret import Secret, Secrets
from envctl.text import Hole, PublishedPort
from envctl.workload import HIDDEN_FILE
from envctl.world import World
from envctl.world.places import folder_of, private_folder

_SHELL_KNOWS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def write_files(
    world: World,
    blueprint: Blueprint,
    services: frozenset[str],
    secrets: Secrets,
    ports: Mapping[str, int],
    environments: Mapping[str, Mapping[str, str]],
) -> None:
    """Put the secret files of these services in place.

    `environments` has the plain variables of each service that has hidden ones too.
    """

    def fill(hole: Hole) -> str:
        return str(ports[hole.name]) if isinstance(hole, PublishedPort) else secrets[hole].reveal()

    for workload in blueprint.workloads:
        if workload.service not in services:
            continue
        contents = {path: content.fill(fill) for path, content in workload.files.items()}
        if workload.hidden:
            hidden = {name: value.fill(fill) for name, value in workload.hidden.items()}
            contents[HIDDEN_FILE] = assignments(hidden, environments[workload.service])
        for path, content in contents.items():
            _write(world.runtime, host_file(world.runtime, blueprint, workload.service, path), Secret(content))


def assignments(hidden: Mapping[str, str], plain: Mapping[str, str]) -> str:
    """What a shell reads before it becomes the program: the hidden variables.

    A shell drops variables whose names it could not write itself (`a.b`), so env(1) hands those among the plain on.
    """
    lines = [f"export {name}={_quoted(value)}" for name, value in hidden.items()]
    strange = [_quoted(f"{name}={value}") for name, value in plain.items() if not _SHELL_KNOWS.fullmatch(name)]
    if strange:
        lines.append(f'set -- env {" ".join(strange)} "$@"')
    return "".join(f"{line}\n" for line in lines)


def tidy_files(world: World, blueprint: Blueprint) -> None:
    """Remove the files of services and secrets that the environment has no more."""
    wanted = {host_file(world.runtime, blueprint, w.service, path) for w in blueprint.workloads for path in w.paths}
    for path in folder_of(world.runtime, blueprint.identity.full).glob("*/*"):
        if path not in wanted:
            path.unlink(missing_ok=True)


def remove_files(world: World, full: str) -> None:
    """Remove the secret files of an environment."""
    import shutil

    shutil.rmtree(folder_of(world.runtime, full), ignore_errors=True)


def host_file(runtime: Path, blueprint: Blueprint, service: str, path: str) -> Path:
    """Where a container's secret file lies on the host."""
    return folder_of(runtime, blueprint.identity.full) / service / path.rpartition("/")[2]


def read(path: Path) -> bytes | None:
    """What such a file holds; None when it cannot be had."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _quoted(value: str) -> str:
    """One word to every POSIX shell, whatever is in it."""
    return "'{}'".format(value.replace("'", "'\\''"))


def _write(runtime: Path, path: Path, content: Secret) -> None:
    """Write a file once. Its folder is closed to other users; the file is open to the container's own user."""
    for folder in (runtime, runtime / "environments", path.parent.parent, path.parent):
        private_folder(folder)
    if read(path) == content.content():
        return
    aside = path.with_name(f".{path.name}.new")
    aside.unlink(missing_ok=True)  # a killed run may have left one that cannot be written to
    aside.write_bytes(content.content())
    aside.chmod(0o444)
    aside.replace(path)
