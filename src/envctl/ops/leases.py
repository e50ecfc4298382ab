"""Writes down with the daemon until when an environment lives, and who uses it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.lease import ROLE, Found, Lease, Terms, lease_of, volume_name
from envctl.observed import Volume
from envctl.ops.ci_job import job_of
from envctl.ops.setting import Here
from envctl.ops.volumes import make_volume
from envctl.planning import leases
from envctl.planning.ownership import own_labels
from envctl.world import World
from envctl.world.begun import noted
from envctl.world.machine import who
from envctl.world.remotes import head, origin

_PASSED_OVER = 8  # names in a row that are not ours to have
_AGAIN = 300.0  # seconds between two renewals while an environment is in use

Change = Callable[[Found, datetime], Lease | None]  # the lease that is there, and now → the next; None: it stays


def begin(here: Here, ttl: float | None = None) -> None:
    """Grant the environment a lease, before anything of it is made; `ttl` in seconds, else what the stack file says."""
    terms, told = here.written.lifetime, _origin(here)

    def change(found: Found, now: datetime) -> Lease | None:
        before = found if isinstance(found, Lease) else None
        after = leases.granted(told(before or _anew(found, now, terms)), now, terms, ttl)
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
def in_use(world: World, identity: Identity, *, renewed: bool = False) -> Iterator[None]:
    """Renew the lease now, unless that is done anyway, and as long as this lasts, beside whatever is done meanwhile."""
    over = threading.Event()

    def keep() -> None:
        if not renewed:
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

    Its lock is another one than the environment's, so that nobody waits for a long `seed` to pin it. Where clients do
    not share locks, a volume's name can still be had only once: whoever finds that another lease came first decides
    again.
    """
    with world.locks.hold(volume_name(identity, 0), "a lease"):
        return _turned(world, identity, change)


def going(world: World, identity: Identity, because: str) -> None:
    """The removal of the environment begins: who comes after a run that dies meanwhile goes on with it.

    For who holds the lease's lock.
    """

    def change(found: Found, _: datetime) -> Lease | None:
        return replace(found, going=because) if isinstance(found, Lease) and not found.going else None

    _turned(world, identity, change)


def drop(world: World, identity: Identity) -> None:
    """Remove the lease of an environment of which nothing else is left. For who holds its lock."""
    for volume in _volumes(world, identity):
        world.engine.remove_volume(volume.name)


def _turned(world: World, identity: Identity, change: Change) -> Found:
    now = world.engine.now()
    while True:
        held = _volumes(world, identity)
        before = lease_of(held)
        after = change(before, now)
        lease = before if after is None else _written(world, identity, after, before.number if before else 0)
        if lease is not None or after is None:
            _tidy(world, identity, held, lease)
            return lease


def _tidy(world: World, identity: Identity, held: Iterable[Volume], lease: Found) -> None:
    """Remove the leases before this one: also what a run left that died before it came to this."""
    for volume in held:
        if lease is not None and volume.name != volume_name(identity, lease.number):
            world.engine.remove_volume(volume.name)


def _written(world: World, identity: Identity, lease: Lease, last: int) -> Lease | None:
    """The lease as the next after the last one; None where somebody else's came first.

    A name is passed over that a volume has which is not known to be ours, as one that the daemon left half made.
    """
    half_made = noted(world.runtime, identity.full)
    for number in range(last + 1, last + 1 + _PASSED_OVER):
        new, name = replace(lease, number=number), volume_name(identity, number)
        if name in half_made:
            continue
        own = {**own_labels(identity), **new.labels()}
        try:
            if make_volume(world, identity, name, own) != own:
                if any(volume.name == name for volume in _volumes(world, identity)):
                    return None
                continue  # whatever it is, it is no lease
        except EnvctlError as error:
            if error.code is Exit.NOT_OURS and number < last + _PASSED_OVER:
                continue
            raise
        newest = lease_of(_volumes(world, identity))
        if newest is None or newest.number <= number:
            return new
        world.engine.remove_volume(name)
        return None
    raise EnvctlError(
        Exit.NOT_OURS,
        f"the lease of {identity.name} cannot be written: volumes that are no leases have its names",
        unchanged="Nothing was changed.",
        hint=f"See them with `docker volume ls --filter name={volume_name(identity, 0).removesuffix('0')}`.",
    )


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
    return found if isinstance(found, Lease) else replace(_anew(found, now, terms), made=now)


def _anew(found: Found, now: datetime, terms: Terms) -> Lease:
    """A lease in the place of none, or of one that cannot be read but for who pinned it."""
    return replace(leases.begun(now, terms), pinned=found.pinned if found else "")
