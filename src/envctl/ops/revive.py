"""The story of `revive`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops.bundles import Contents
from envctl.ops.setting import Here
from envctl.ops.target import Target
from envctl.ops.up import up
from envctl.ops.worktree import make_worktree
from envctl.planning.provision import fact
from envctl.reports import CameUp
from envctl.stack import Stack, find, load, secret_sources
from envctl.world.git import commit_of, top
from envctl.world.remotes import head

_DIRTY = "-dirty"


def revive(
    place: Target,
    file: Path | None,
    *,
    any_data: bool = False,
    overcommit: bool = False,
    ttl: float | None = None,
    wait: bool = True,
) -> CameUp:
    """Bring an environment that was removed up again, from its commit, under its name, with the data it was filled
    from.

    Raises EnvctlError: USAGE where it lives, where this is no checkout of its project or the commit is not here;
    DATA_REFUSED where a dump is another one now, unless `any_data`.
    """
    contents = _kept(place)
    stack = _stack_here(place, file)
    wanted, here = _commit(contents), replace(place.identity, branch=contents.remains.branch)
    stack = _as_of(place, stack, wanted)
    setting = Here(place.world, stack, here)
    if not any_data:
        _refuse_other_data(setting, contents)
    return up(setting, overcommit=overcommit, ttl=ttl, wait=wait)


def _kept(place: Target) -> Contents:
    if place.contents is None or place.observed.exists:
        raise EnvctlError(
            Exit.USAGE,
            f"{place.identity.name} is there, so there is nothing to revive",
            unchanged="Nothing was changed.",
            hint="Bring it up to date with `envctl up`, or remove it first with `envctl down`.",
        )
    return place.contents


def _stack_here(place: Target, file: Path | None) -> Stack:
    """The stack of this checkout, which must be the environment's project."""
    project = place.identity.project
    try:
        stack = load(file if file is not None else find(Path.cwd()), environ=place.world.environ)
    except EnvctlError as error:
        raise _not_here(project, error.message) from error
    if stack.project != project:
        raise _not_here(project, f"{stack.path} is of the project {stack.project}")
    return stack


def _not_here(project: str, why: str) -> EnvctlError:
    return EnvctlError(
        Exit.USAGE,
        f"this is no checkout of {project}: {why}",
        unchanged="Nothing was changed.",
        hint=f"Run it in a checkout of {project}: what is brought up is its commit.",
    )


def _commit(contents: Contents) -> str:
    said = contents.remains.commit
    if not said:
        raise EnvctlError(
            Exit.USAGE,
            f"nobody noted which commit {contents.bundle.identity.name} was made from",
            unchanged="Nothing was changed.",
            hint="It was not made in a git repository; `envctl up` in its folder makes it from what is there now.",
        )
    return said


def _as_of(place: Target, stack: Stack, wanted: str) -> Stack:
    """The stack as it was: from this checkout where it is of that commit, else from one of its own."""
    world, commit = place.world, wanted.removesuffix(_DIRTY)
    if wanted.endswith(_DIRTY):
        said = f"it was made from {commit[:12]} and changes that were not committed: those are not in it"
        world.tell(Event("commit", said, "info"))
    if commit_of(world.shell, stack.root, commit) != commit:
        raise EnvctlError(
            Exit.USAGE,
            f"the commit {commit[:12]} of {place.identity.name} is not in this repository",
            unchanged="Nothing was changed.",
            hint="Run `git fetch --all`, then try again.",
        )
    now = head(world.shell, stack.root)
    if now is not None and now.sha == commit and not now.dirty:
        return stack
    path = make_worktree(world, place.identity, stack.root, commit)
    world.tell(Event("commit", f"{commit[:12]} is checked out in {path}", "info"))
    inside = path / os.path.relpath(stack.root.resolve() / stack.path.name, top(world.shell, stack.root))
    older = load(inside, environ=world.environ)
    _link_what_is_not_committed(path, older, stack)
    return older


def _link_what_is_not_committed(worktree: Path, older: Stack, stack: Stack) -> None:
    """Dumps and `.env` files that the older stack names and no commit holds are taken from this checkout."""
    named = [*(data.at(older.root) for data in older.data.values())]
    named += [source.path for source in secret_sources(older).values() if source.path != Path()]
    for path in (*named, older.root / ".env"):
        here = stack.root / os.path.relpath(path, older.root)
        if path.is_relative_to(worktree) and not os.path.lexists(path) and here.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(here.resolve())


def _refuse_other_data(here: Here, contents: Contents) -> None:
    """What a database would be filled from now must be what it was filled from then."""
    from envctl.seeds.check import check

    others = []
    for workload in here.blueprint().workloads:
        then = contents.remains.facts.get(fact("data", workload.service))
        dump = workload.database.dump if workload.database else None
        if then is not None and dump is not None and dump.exists() and check(dump).contents.digest != then:
            others.append(f"{workload.service} was filled from another {dump}")
    if others:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the data of {here.identity.name} would not be what it was",
            details=tuple(others),
            unchanged="Nothing was started.",
            hint="Put the dump back that it was filled from, or take the one that is there: "
            f"`envctl revive {here.identity.name} --any-data`.",
        )
