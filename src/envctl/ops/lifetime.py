"""The stories of `extend`, `pin` and `unpin`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.lease import Found, Lease
from envctl.ops.leases import ensure, turn
from envctl.ops.observe import observe
from envctl.planning import leases
from envctl.reports.lifetime import Lifetime, lifetime_of
from envctl.world import World
from envctl.world.machine import who


def extend(world: World, identity: Identity, seconds: float | None = None) -> Lifetime:
    """Let an environment live at least so much longer from now on; without a time as long as a use of it does."""
    return _changed(world, identity, lambda lease, now: leases.extended(lease, now, seconds))


def pin(world: World, identity: Identity) -> Lifetime:
    """Keep an environment until it is unpinned: `gc` never removes it."""
    return _changed(world, identity, lambda lease, now: leases.used(replace(lease, pinned=lease.pinned or who()), now))


def unpin(world: World, identity: Identity) -> Lifetime:
    """Let an environment go by its lease again. That is a use of it, so it does not go at once."""
    return _changed(world, identity, lambda lease, now: leases.used(replace(lease, pinned=""), now))


def _changed(world: World, identity: Identity, change: Callable[[Lease, datetime], Lease]) -> Lifetime:
    """An environment that has no lease gets one, and so does one whose lease is damaged.

    It was there when it was found, and may have been removed while we waited: then EnvctlError(NOT_FOUND).
    """

    def turned(found: Found, now: datetime) -> Lease:
        if found is None and not observe(world, identity).exists:
            raise EnvctlError(
                Exit.NOT_FOUND,
                f"the environment {identity.name} of {identity.project} was removed a moment ago",
                unchanged="Nothing was changed.",
                hint="See what is kept of it with `envctl ls --removed`.",
            )
        return change(ensure(found, now), now)

    lease = turn(world, identity, turned)
    assert isinstance(lease, Lease)  # noqa: S101 – just written
    return lifetime_of(identity, lease)
