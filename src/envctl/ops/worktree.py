"""The checkout of an environment that was revived from a commit which is not checked out."""

from __future__ import annotations

import shutil
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.world import World, git

_FOLDER = "envctl"  # in the repository's own folder, so that no checkout shows it


def make_worktree(world: World, identity: Identity, folder: Path, commit: str) -> Path:
    """A checkout of a commit of the repository that `folder` is in. Raises EnvctlError.

    One that a run left which was broken off is put right where it is: containers may already run with its files.
    """
    common = git.common_folder(world.shell, folder)
    if common is None:
        raise EnvctlError(Exit.USAGE, f"{folder} is not in a git repository")
    path = common / _FOLDER / identity.full
    if git.check_out(world.shell, path, commit):
        return path
    _remove(world, common, path)
    if (complaint := git.add_worktree(world.shell, common, path, commit)) is not None:
        raise EnvctlError(
            Exit.USAGE,
            f"git cannot check out {commit[:12]} in {path}: {complaint}",
            unchanged="Nothing was started.",
            hint=f"See `git worktree list`. What is in {path} is envctl's own and may be removed.",
        )
    return path


def discard_worktree(world: World, identity: Identity, folder: Path) -> None:
    """Remove the checkout that was made for an environment in the repository that `folder` is in, if there is one."""
    common = git.common_folder(world.shell, folder)
    if common is not None and (common / _FOLDER / identity.full).is_dir():
        _remove(world, common, common / _FOLDER / identity.full)


def remove_worktree(world: World, identity: Identity, checkout: str) -> None:
    """Remove the checkout that `make_worktree` made for an environment, if that is this one; nothing else."""
    path = _ours(identity, Path(checkout)) if checkout else None
    if path is None or not path.is_dir():
        return
    common = git.common_folder(world.shell, path)
    if common is not None and path == common / _FOLDER / identity.full:
        _remove(world, common, path)


def _remove(world: World, common: Path, path: Path) -> None:
    """Also what git does not know, or not any more. What links in it lead to stays."""
    git.remove_worktree(world.shell, common, path)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)


def _ours(identity: Identity, checkout: Path) -> Path | None:
    """The folder that is named as `make_worktree` names them: the stack file may lie below it."""
    folders = (checkout, *checkout.parents)
    return next((f for f in folders if f.name == identity.full and f.parent.name == _FOLDER), None)
