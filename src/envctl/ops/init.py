"""The story of `init`."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import envctl
from envctl.planning.names import project_name
from envctl.reports.begun import Begun
from envctl.world import World
from envctl.world.files import write_new
from envctl.world.git import top

_STACK_FILE = PurePosixPath("envctl.toml")
_LEFT_OUT = {"__pycache__"}


def init(world: World, folder: Path, template: str) -> Begun:
    """Write a template's files into a folder, or none of them where something is in the way. Raises EnvctlError."""
    folder = folder.absolute()
    project = project_name(folder.resolve().name)
    files = drawn(template, project)
    write_new(folder, files)
    paths = tuple(str(path) for path in files)
    return Begun(str(folder), project, paths, template, in_git=top(world.shell, folder) is not None)


def drawn(template: str, project: str) -> dict[PurePosixPath, bytes]:
    """A template's files with the project's name in them, the stack file first."""
    files = contents(templates() / template)
    own, name = f'name = "{template}"\n'.encode(), f'name = "{project}"\n'.encode()
    stack = files.pop(_STACK_FILE).replace(own, name, 1)
    return {_STACK_FILE: stack, **files}


def contents(source: Path) -> dict[PurePosixPath, bytes]:
    """Every file below a folder of templates, by its path in it."""
    found = sorted(p for p in source.rglob("*") if p.is_file() and not _LEFT_OUT & set(p.parts))
    return {PurePosixPath(path.relative_to(source).as_posix()): path.read_bytes() for path in found}


def templates() -> Path:
    """Where they are: in the package once it is installed, beside its sources in a clone."""
    package = Path(envctl.__file__).parent
    shipped = package / "templates"
    return shipped if shipped.is_dir() else package.parents[1] / "templates"
