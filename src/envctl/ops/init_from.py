"""The story of `init --from`: a stack file for a Compose project that is there already."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from envctl.composition import Composition
from envctl.planning.names import project_name
from envctl.reports.begun import Begun
from envctl.runtimes.compose.read import name_of, read
from envctl.world import World
from envctl.world.files import write_new
from envctl.world.git import top

_STACK_FILE = PurePosixPath("envctl.toml")
_BY_ITSELF = ("compose", "docker-compose")  # with .yaml or .yml: Compose reads NAME.override beside it unasked
_PAGES = frozenset({80, 3000, 4200, 5000, 5173, 8000, 8080, 8081, 8888})  # inner ports at which pages are served


def init_from(world: World, folder: Path, files: Sequence[Path], profiles: Sequence[str] = ()) -> Begun:
    """Write a stack file that wraps these Compose files, which must be such as can be isolated.

    Raises EnvctlError, and then nothing was written.
    """
    folder = folder.absolute()
    whole = _with_override([file.absolute() for file in files])
    project = project_name(name_of(world, whole, profiles))
    composition = read(world, whole, profiles, project)
    stack = written(project, [Path(os.path.relpath(file, folder)) for file in whole], profiles, public(composition))
    write_new(folder, {_STACK_FILE: stack.encode()})
    return Begun(str(folder), project, (str(_STACK_FILE),), None, in_git=top(world.shell, folder) is not None)


def public(composition: Composition) -> tuple[str, ...]:
    """The services that people probably open, by the ports they publish."""
    return tuple(work.service for work in composition.workloads if work.port in _PAGES)


def written(project: str, files: Sequence[Path], profiles: Sequence[str], public: Sequence[str]) -> str:
    """The stack file."""
    compose = [file.as_posix() for file in files]
    lines = [
        "# A Compose project as a stack: it stays as it is, and every branch gets an environment of its own.",
        "# Run `envctl up`; `envctl plan` says what that would do. What stands here: envctl.compose.toml.example.",
        "",
        "[project]",
        f"name = {json.dumps(project)}",
        f"compose = {_toml(compose if len(compose) > 1 else compose[0])}",
        *([f"profiles = {_toml(profiles)}"] if profiles else []),
        f"public = {_toml(public)}  # people open these: `envctl urls` lists them",
    ]
    return "\n".join(lines) + "\n"


def _toml(value: str | Sequence[str]) -> str:
    return json.dumps(value if isinstance(value, str) else list(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_override(files: list[Path]) -> list[Path]:
    """One file by Compose's own name is read with its override, as `docker compose` without `-f` does."""
    (first, *more) = files
    if more or first.stem not in _BY_ITSELF or first.suffix not in (".yaml", ".yml"):
        return files
    beside = [first.with_name(f"{first.stem}.override{suffix}") for suffix in (first.suffix, ".yml", ".yaml")]
    return [first, *[file for file in dict.fromkeys(beside) if file.is_file()][:1]]
