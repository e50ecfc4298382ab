"""The story of `fork`: another environment with the data that one has now."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.lease import Lease, lease_of
from envctl.observed import Observed
from envctl.ops.find import find
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.ops.snapshots.find import look
from envctl.ops.snapshots.start_from import from_environment
from envctl.ops.up import converge
from envctl.reports.up import CameUp


def fork(here: Here, word: str, *, overcommit: bool = False, ttl: float | None = None, wait: bool = True) -> CameUp:
    """Bring the environment here up with the data of the one that a word names. Raises EnvctlError.

    A fork that was broken off goes on from the snapshot that it had made.
    """
    began = monotonic()
    source = find(here.world, word, here.identity.project)
    _refuse_whole(here.identity, observe(here.world, here.identity))
    origin = from_environment(here, source, look(here.world), wait=wait)
    with here.world.locks.hold(here.identity.full, "fork", wait=wait):
        came = converge(here, overcommit=overcommit, ttl=ttl, chosen=origin.snapshot)
    return replace(came, snapshot=origin.told, seconds=round(monotonic() - began, 3))


def _refuse_whole(identity: Identity, observed: Observed) -> None:
    lease = lease_of(observed.volumes)
    if observed.containers and isinstance(lease, Lease) and lease.made is not None:
        raise EnvctlError(
            Exit.USAGE,
            f"there is an environment {identity.name} already",
            unchanged="Nothing was changed.",
            hint=f"Choose another name, or remove it first: `envctl down --env {identity.name}`.",
        )
