"""The story of `init --ci`: what a CI service reads, for a repository that has a stack file."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from envctl.errors import EnvctlError, Exit
from envctl.ops.init import contents, templates
from envctl.reports.begun import Begun
from envctl.world import World
from envctl.world.files import in_the_way, write_new
from envctl.world.git import top

_PROJECT = b'"my-project"'
# A repository has its own where it is on GitLab already: what we bring is included there by hand.
_WHERE_NONE_IS = PurePosixPath(".gitlab-ci.yml")


def init_ci(world: World, folder: Path, service: str) -> Begun:
    """Write the files of a CI service beside the stack file, or none of them where something is in the way.

    Raises EnvctlError where there is no sound stack file, or where it is not at the top of its repository.
    """
    from envctl.stack import find, load

    stack = load(find(folder), environ=os.environ)
    repository = top(world.shell, stack.root)
    if repository is not None and repository.resolve() != stack.root.resolve():
        raise EnvctlError(
            Exit.USAGE,
            f"{stack.path} is not at the top of its repository, {repository}, where CI looks for its files",
            unchanged="Nothing was written.",
            hint="Run it in a copy, `cp envctl.toml $(mktemp -d)`, and let its steps run in the stack file's folder.",
        )
    files = written(service, stack.project)
    if _WHERE_NONE_IS in files and in_the_way(stack.root, {_WHERE_NONE_IS: b""}):
        del files[_WHERE_NONE_IS]
    if standing := in_the_way(stack.root, files):
        raise EnvctlError(
            Exit.NOT_OURS,
            f"something is in the way in {stack.root}",
            details=tuple(standing),
            unchanged="Nothing was written.",
            hint=f"Move what is listed away, run `envctl init --ci {service}` again, and bring both together.",
            data={"in_the_way": standing},
        )
    write_new(stack.root, files)
    return Begun(str(stack.root), stack.project, tuple(map(str, files)), None, in_git=repository is not None)


def written(service: str, project: str) -> dict[PurePosixPath, bytes]:
    """The files of a CI service with the project's name in them."""
    name = f'"{project}"'.encode()
    return {path: content.replace(_PROJECT, name) for path, content in contents(templates() / "ci" / service).items()}
