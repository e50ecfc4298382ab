"""The story of `up --from`: new data starts from a snapshot, or from what another environment has now."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from envctl.ops.setting import Here
from envctl.ops.snapshots.start_from import origin
from envctl.ops.up import converge
from envctl.reports.up import CameUp


def up_from(
    here: Here,
    word: str,
    *,
    rebuild: bool = False,
    overcommit: bool = False,
    ttl: float | None = None,
    wait: bool = True,
) -> CameUp:
    """What `up` does; new data starts from the snapshot or the environment that a word names. Raises EnvctlError.

    A snapshot of another environment is made under that one's lock, before this one's is taken.
    """
    began = monotonic()
    found = origin(here, word, wait=wait)
    with here.world.locks.hold(here.identity.full, "up", wait=wait):
        came = converge(here, rebuild=rebuild, overcommit=overcommit, ttl=ttl, chosen=found.snapshot)
    return replace(came, snapshot=found.told, seconds=round(monotonic() - began, 3))
