"""Writes down with the daemon until when an environment lives, and who uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from envctl import labels
from envctl.errors import EnvctlError
from envctl.identity import Identity
from envctl.lease import ROLE, Found, Lease, Terms, lease_of, volume_name
from envctl.observed import Volume
from envctl.ops.ci_job import job_of
from envctl.ops.setting import Here
from envctl.ops.volumes import make_volume
from envctl.planning import leases
from envctl.planning.ownership import own_labels
from envctl.world import World
from envctl.world.machine import who
from envctl.world.remotes import head, origin

_AGAIN = 300.0  # seconds between two renewals while an environment is in use

Change = Callable[[Found, datetime], Lease | None]  # the lease that is there, and now → the next; None: it stays


def begin(here: Here, ttl: float | None = None) -> None:
    """Grant the environment a lease, before anything of it is made; `ttl` in seconds, else what the stack file says."""
    terms, told = here.written.lifetime, _origin(here)

    def change(found: Found, now: datetime) -> Lease | None:
        before = found if isinstance(found, Lease) else None
        after = leases.granted(told(before or leases.begun(now, terms)), now, terms, ttl)
        if before is None or ttl is not None or not leases.is_fresh(before, now):
            return after
        return None if replace(after, used=before.used, expires=before.expires) == before else after

    turn(here.world, here.identity, change)


def made(here: Here) -> None:
    """The environment is whole, for the first time or still."""

    def change(found: Found, now: datetime) -> Lease | None:
        if not isinstance(found, Lease) or found.made is not None:
            return None
        return replace(found, made=now, failed=None)

    turn(here.world, here.identity, change)


def failed(here: Here) -> None:
    """It could not be made, and somebody was told. It need not be there: an `up` may be refused before it begins."""

    def change(found: Found, now: datetime) -> Lease | None:
        if not isinstance(found, Lease) or found.made is not None or found.failed is not None:
            return None
        return replace(found, failed=now)

    with suppress(EnvctlError):  # what failed is told, and a daemon that is gone cannot be told anything
        turn(here.world, here.identity, change)


def renew(world: World, identity: Identity) -> None:
    """The environment is being used. A lease that cannot be had stops nobody from using it."""
    with suppress(EnvctlError):
        turn(world, identity, _used)


@contextmanager
def in_use(world: World, identity: Identity) -> Iterator[None]:
    """Renew the lease now and as long as this lasts, beside whatever is done meanwhile."""
    over = threading.Event()

    def keep() -> None:
        renew(world, identity)
        while not over.wait(_AGAIN):
            renew(world, identity)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def turn(world: World, identity: Identity, change: Change) -> Found:
    """Change a lease; the one that is there afterwards.

    No lock is needed, so that nobody waits for a long `seed` to pin its environment: a volume's name can be had once,
    and whoever finds that another lease came first decides again.
    """
    now = world.engine.now()
    while True:
        held = _volumes(world, identity)
        before = lease_of(held)
        after = change(before, now)
        if after is None:
            return before
        new = replace(after, number=(before.number if before else 0) + 1)
        if _written(world, identity, new):
            for volume in held:
                world.engine.remove_volume(volume.name)
            return new


def _written(world: World, identity: Identity, lease: Lease) -> bool:
    """Whether this is the newest lease now."""
    own = {**own_labels(identity), **lease.labels()}
    name = volume_name(identity, lease.number)
    if make_volume(world, identity, name, own) != own:
        return False
    newest = lease_of(_volumes(world, identity))
    if newest is None or newest.number <= lease.number:
        return True
    world.engine.remove_volume(name)
    return False


def _volumes(world: World, identity: Identity) -> tuple[Volume, ...]:
    wanted = {labels.PROJECT: identity.project, labels.ENVIRONMENT: identity.name, labels.ROLE: ROLE}
    named = volume_name(identity, 0).removesuffix("0")
    return tuple(v for v in world.engine.volumes(wanted) if v.name.startswith(named))


def _used(found: Found, now: datetime) -> Lease | None:
    return leases.used(found, now) if isinstance(found, Lease) and not leases.is_fresh(found, now) else None


def _origin(here: Here) -> Callable[[Lease], Lease]:
    """Writes into a lease where the environment comes from: its commit, its branch on the remote, who brought it up."""
    shell, root, ref = here.world.shell, here.written.root, here.identity.branch
    commit = head(shell, root)
    said = f"{commit.sha}{'-dirty' if commit.dirty else ''}" if commit else ""
    remote = origin(shell, root, ref) if ref else None
    # A CI job has a commit checked out and no memory of the remote, but it runs because the branch is there.
    published = remote is not None and (remote.published or job_of(here.world.environ).branch == remote.ref)

    def told(lease: Lease) -> Lease:
        lease = replace(lease, commit=said, by=who())
        if remote is None:
            return replace(lease, remote="", ref="", published=False)
        seen = published or (lease.published and (lease.remote, lease.ref) == (remote.url, remote.ref))
        return replace(lease, remote=remote.url, ref=remote.ref, published=seen)

    return told


def ensure(found: Found, now: datetime, terms: Terms = Terms()) -> Lease:  # noqa: B008  # frozen
    """The lease, or a new one where there is none or it is damaged: the environment is there, so it is whole."""
    if isinstance(found, Lease):
        return found
    number = found.number if found else 0
    return replace(leases.begun(now, terms), made=now, number=number)
