"""Runs `docker compose` on a rendered project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from envctl.errors import EnvctlError, Exit
from envctl.runtimes.compose.project import written
from envctl.world import World
from envctl.world.machine import full_disk

_COMPOSE = ("docker", "compose", "--ansi", "never", "--progress", "quiet")
_ENVIRONMENT = {"COMPOSE_IGNORE_ORPHANS": "true", "COMPOSE_PARALLEL_LIMIT": "16"}
_PORT_TAKEN = re.compile(r"port is already allocated|address already in use|ports are not available", re.IGNORECASE)


def create(world: World, project: dict[str, Any], folder: Path) -> list[str]:
    """Create the containers of a project that are not there, and start none.

    Returns what Compose complained about. Raises EnvctlError when a disk is full.
    """
    return _run(world, project, folder, "create", "--no-build", "--no-recreate", "--quiet-pull")


def up(world: World, project: dict[str, Any], folder: Path, values: Mapping[str, str] | None = None) -> list[str]:
    """Start a project's services in the order of their needs, each once those it needs are ready.

    `values` are variables that secrets and configs of a wrapped project come from. Returns what Compose complained
    about when a service did not come up: the caller can see better which and why.
    Raises EnvctlError when a port was taken meanwhile, or a disk is full.
    """
    return _run(world, project, folder, "up", "--detach", "--no-build", "--quiet-pull", "--no-recreate", values=values)


def port_taken(complaint: str) -> EnvctlError | None:
    """The error that a complaint about a port stands for."""
    if not _PORT_TAKEN.search(complaint):
        return None
    return EnvctlError(
        Exit.NO_CAPACITY,
        "a port was taken by another program while the environment started",
        details=tuple(complaint.splitlines()),
        hint="Run `envctl up` again: it chooses another port.",
    )


def _run(
    world: World, project: dict[str, Any], folder: Path, *words: str, values: Mapping[str, str] | None = None
) -> list[str]:
    argv = (
        *_COMPOSE,
        "--project-directory", str(folder),
        "--env-file", "/dev/null",  # no `.env` of the folder changes what was decided
        "--file", "-",
        *words,  # never to recreate: what must be made anew the plan has removed; nothing else is Compose's to remove
    )  # fmt: skip
    finished = world.shell.run(argv, stdin=[written(project)], env={**(values or {}), **_ENVIRONMENT})
    if finished.status == 0:
        return []
    complaint = _complaint(finished.stderr)
    if error := port_taken(complaint) or full_disk("a service could not be started", complaint):
        raise error
    return complaint.splitlines()


def _complaint(stderr: bytes) -> str:
    lines = stderr.decode("utf-8", "replace").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip() and "level=warning" not in line)
