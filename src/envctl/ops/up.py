"""The story of `up`."""

from __future__ import annotations

from collections.abc import Collection
from time import monotonic

from envctl.errors import EnvctlError
from envctl.ops import leases
from envctl.ops.carry_out import carry_out
from envctl.ops.observe import observe
from envctl.ops.plan import as_steps, decide, draw_here
from envctl.ops.remember import tidy_records
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources import MakingUp, read_again
from envctl.ops.status import status_of
from envctl.reports.up import CameUp
from envctl.snapshot import Snapshot
from envctl.world.engine import SubnetTaken


def up(
    here: Here,
    *,
    rebuild: bool = False,
    overcommit: bool = False,
    ttl: float | None = None,
    wait: bool = True,
) -> CameUp:
    """Bring this branch's environment to what its stack file says.

    `rebuild` builds images anew, `overcommit` starts what the machine has too little for. It lives for `ttl` seconds
    after its last use, else as long as the stack file says. Without `wait` it gives up where another command works on
    the environment. Raises EnvctlError.
    """
    with here.world.locks.hold(here.identity.full, "up", wait=wait):
        return converge(here, rebuild=rebuild, overcommit=overcommit, ttl=ttl)


def converge(
    here: Here,
    *,
    rebuild: bool = False,
    reload: Collection[str] = (),
    making_up: MakingUp | None = None,
    overcommit: bool = False,
    ttl: float | None = None,
    chosen: Snapshot | None = None,
) -> CameUp:
    """What `up` does, for who holds the environment's lock; `reload` names databases to fill again, with
    `making_up` with rows that are made up.

    New data starts from the `chosen` snapshot as far as that has it.
    """
    began = monotonic()
    blueprint = read_again(
        here, draw_here(here), reload, making_up
    )  # now: who waited for the lock builds what is there now
    while True:
        plan, secrets = decide(here, blueprint, rebuild=rebuild, reload=reload, overcommit=overcommit, chosen=chosen)
        try:
            with leases.in_use(here.world, here.identity, renewed=True):  # lest a long `up` look like one that died
                carry_out(here, blueprint, plan, secrets, ttl)
            break
        except SubnetTaken:
            continue  # another environment got the subnet since we looked: look again
        except EnvctlError:
            leases.failed(here)
            raise
    leases.made(here)
    observed = observe(here.world, here.identity)
    tidy_records(here.world, blueprint, observed)
    return CameUp(status_of(here, observed), as_steps(plan), round(monotonic() - began, 3), plan.other_folders)
