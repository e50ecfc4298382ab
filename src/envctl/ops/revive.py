"""The story of `revive`."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.identity import Identity
from envctl.lease import Lease, lease_of
from envctl.observed import Observed
from envctl.ops.bundles.find import Contents, bundle_named, read
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.ops.snapshots.find import look
from envctl.ops.target import Target, is_there
from envctl.ops.up import converge
from envctl.ops.worktree import discard_worktree, make_worktree
from envctl.planning.provision import fact
from envctl.reports.up import CameUp
from envctl.snapshot import ENVIRONMENT, Snapshot
from envctl.stack import Stack, find, load, secret_sources
from envctl.world import World
from envctl.world.git import commit_of, top, uncommitted
from envctl.world.remotes import head

_DIRTY = "-dirty"
_SETTINGS = (".env", ".env.*", "*.env")  # files that hold what nobody commits


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
    DATA_REFUSED where a dump is another one now, or the snapshot of another environment that it began from is gone,
    unless `any_data`.
    """
    contents, stack = _contents(place), _stack_here(place, file)
    wanted = _commit(contents)
    world, identity = place.world, replace(place.identity, branch=contents.remains.branch)
    with world.locks.hold(identity.full, "revive", wait=wait):
        if _is_whole(observe(world, identity)):  # by now: somebody else was quicker
            raise _lives(identity)
        try:
            setting = Here(world, _as_of(place, stack, wanted), identity)
            began = None if any_data else _began(world, contents)
            if not any_data:
                _refuse_other_data(setting, contents, began)
            return converge(setting, overcommit=overcommit, ttl=ttl, chosen=began)
        except BaseException:
            with suppress(EnvctlError):
                if not is_there(world, identity):
                    discard_worktree(world, identity, stack.root)
            raise


def _contents(place: Target) -> Contents:
    """What is kept of it; also where an earlier `revive` was broken off: this one goes on from there."""
    if place.contents is not None and not place.observed.exists:
        return place.contents
    if _is_whole(place.observed):
        raise _lives(place.identity)
    if place.contents is not None:
        return place.contents
    try:
        kept = bundle_named(place.world, place.identity)
    except EnvctlError as error:
        raise _lives(place.identity) from error
    return read(place.world, kept)


def _is_whole(observed: Observed) -> bool:
    """Whether it is there, and not only what a run left of it that could not make it whole."""
    lease = lease_of(observed.volumes)
    return observed.exists and not (isinstance(lease, Lease) and lease.made is None)


def _lives(identity: Identity) -> EnvctlError:
    name = identity.name
    return EnvctlError(
        Exit.USAGE,
        f"{name} is there, so there is nothing to revive",
        unchanged="Nothing was changed.",
        hint=f"Bring it up to date with `envctl up --env {name}`, or remove it first with `envctl down --env {name}`.",
    )


def _stack_here(place: Target, file: Path | None) -> Stack:
    """The stack of this checkout, which must be the environment's project."""
    try:
        stack = load(file if file is not None else find(Path.cwd()), environ=place.world.environ)
    except EnvctlError as error:
        raise _not_here(place, error.message) from error
    if stack.project != place.identity.project:
        raise _not_here(place, f"{stack.path} is of the project {stack.project}")
    return stack


def _not_here(place: Target, why: str) -> EnvctlError:
    project = place.identity.project
    made = place.contents.remains.checkout if place.contents else ""
    known = f", such as {made}" if made and Path(made).is_dir() else ""
    return EnvctlError(
        Exit.USAGE,
        f"this is no checkout of {project}: {why}",
        unchanged="Nothing was changed.",
        hint=f"Run it in a checkout of {project}{known}: what is brought up is its commit.",
    )


def _commit(contents: Contents) -> str:
    said = contents.remains.commit
    if not said:
        name = contents.bundle.identity.name
        raise EnvctlError(
            Exit.USAGE,
            f"nobody noted which commit {name} was made from",
            unchanged="Nothing was changed.",
            hint=f"Its folder had none; `envctl up --env {name}` there makes it from what is there now.",
        )
    return said


def _as_of(place: Target, stack: Stack, wanted: str) -> Stack:
    """The stack as it was: from this checkout where it is of that commit, else from one of its own."""
    world, commit = place.world, wanted.removesuffix(_DIRTY)
    if wanted.endswith(_DIRTY):
        world.tell(Event("changes", f"those that were not committed on {commit[:12]} are not in it", "info"))
    if commit_of(world.shell, stack.root, commit) != commit:
        raise EnvctlError(
            Exit.USAGE,
            f"the commit {commit[:12]} of {place.identity.name} is not in this repository",
            unchanged="Nothing was changed.",
            hint=f"Run `git fetch --all`, then try again; where its branch is gone: `git fetch origin {commit}`.",
        )
    now = head(world.shell, stack.root)
    if now is not None and now.sha == commit and not now.dirty:
        return stack
    path = make_worktree(world, place.identity, stack.root, commit)
    world.tell(Event("commit", f"{commit[:12]} is checked out in {path}", "info"))
    inside = path / os.path.relpath(stack.root.resolve() / stack.path.name, top(world.shell, stack.root))
    older = _loaded(place, inside, commit)
    _link_what_is_not_committed(world, path, older, stack)
    return older


def _loaded(place: Target, inside: Path, commit: str) -> Stack:
    """The stack of a commit that was checked out."""
    name, project = place.identity.name, place.identity.project
    hint = f"It was made from files that no commit holds. `envctl up --env {name}` makes it from what is there now."
    if not inside.is_file():
        raise EnvctlError(
            Exit.USAGE,
            f"the commit {commit[:12]} holds no {inside.name} that {name} could be made from",
            unchanged="Nothing was started.",
            hint=hint,
        )
    try:
        older = load(inside, environ=place.world.environ)
    except EnvctlError as error:
        said, why = f"the {inside.name} of the commit {commit[:12]} cannot be used: {error.message}", error.details
        raise EnvctlError(error.code, said, details=why, unchanged="Nothing was started.", hint=hint) from error
    if older.project != project:
        said = f"the {inside.name} of the commit {commit[:12]} is of the project {older.project}, not of {project}"
        raise EnvctlError(Exit.USAGE, said, unchanged="Nothing was started.", hint=hint)
    return older


def _link_what_is_not_committed(world: World, worktree: Path, older: Stack, stack: Stack) -> None:
    """Dumps that the older stack names, and `.env` files, that no commit holds are taken from this checkout."""
    named = [path for data in older.data.values() if (path := data.at(older.root)) is not None]
    named += [source.path for source in secret_sources(older).values() if source.path != Path()]
    named += [older.root / path for path in uncommitted(world.shell, stack.root, _SETTINGS)]
    for path in named:
        here = stack.root / os.path.relpath(path, older.root)
        if path.is_relative_to(worktree) and not os.path.lexists(path) and here.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(here.resolve())


def _began(world: World, contents: Contents) -> Snapshot | None:
    """The snapshot of another environment that its data began as, as of a fork. What dumps made is built again."""
    addresses = {said for key, said in contents.remains.facts.items() if key.startswith(fact("clone", ""))}
    return next((s for s in look(world) if s.address in addresses and s.source.startswith(ENVIRONMENT)), None)


def _refuse_other_data(here: Here, contents: Contents, began: Snapshot | None) -> None:
    """What a database would be filled from now must be what it was filled from then, unless it began as a snapshot."""
    from envctl.seeds.dumps.check import check

    others = []
    for workload in here.blueprint().workloads:
        if began is not None and began.part(workload.service):
            continue
        if origin := contents.remains.facts.get(fact("from", workload.service)):
            others.append(f"{workload.service} began as what {origin} had then, and the snapshot of that is gone")
            continue
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
            hint="Put the dump back that it was filled from, or take what the stack file says: "
            f"`envctl revive {here.identity.name} --any-data`.",
        )
