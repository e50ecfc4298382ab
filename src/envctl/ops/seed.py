"""The story of `seed`."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic

from envctl.errors import EnvctlError, Exit
from envctl.ops.mask.refuse import refuse_unmasked
from envctl.ops.observe import running_here
from envctl.ops.plan import plan
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources import MakingUp
from envctl.ops.up import converge
from envctl.reports.plan import Planned
from envctl.reports.seed import Seeded, Seeding
from envctl.stack import workloads
from envctl.workload import Workload


def seed(
    here: Here,
    services: tuple[str, ...] = (),
    *,
    masked: bool = False,
    making_up: MakingUp | None = None,
    overcommit: bool = False,
    wait: bool = True,
) -> Seeded:
    """Fill the environment's databases again from their dumps, and what is made of their rows: all, or those named.

    The data there is replaced only once the new data is whole. Services that need it are stopped meanwhile and come up
    again with what comes before them (migrations). `masked` refuses data that nothing says of how it is masked; where
    something does, it is heeded anyway. With `making_up` rows are made up in place of what the stack file says. Without
    `wait` it gives up where another command works on the environment. Raises EnvctlError.
    """
    chosen = _chosen(here, services, masked=masked, making_up=making_up)
    with here.world.locks.hold(here.identity.full, "seed", wait=wait):
        running_here(here.world, here.identity)
        began = monotonic()
        reload = {workload.service for workload in chosen}
        converge(here, reload=reload, making_up=making_up, overcommit=overcommit)
    return Seeded(here.identity.name, tuple(_seeding(w, monotonic() - began) for w in chosen))


def plan_seed(
    here: Here,
    services: tuple[str, ...] = (),
    *,
    masked: bool = False,
    making_up: MakingUp | None = None,
    overcommit: bool = False,
) -> Planned:
    """The steps that `seed` would take. Changes nothing. Raises EnvctlError."""
    chosen = _chosen(here, services, masked=masked, making_up=making_up)
    running_here(here.world, here.identity)
    return plan(here, reload={workload.service for workload in chosen}, making_up=making_up, overcommit=overcommit)


def _chosen(here: Here, services: tuple[str, ...], *, masked: bool, making_up: MakingUp | None) -> list[Workload]:
    """The services that are filled, as they will be: those named, or all that can be. Raises EnvctlError(USAGE)."""
    fillable = {}
    for workload in workloads(here.stack):
        database = _database_of(workload).database
        if database is not None and (making_up or database.data or database.later):
            fillable[workload.service] = _filled(workload, making_up)
    unknown = [name for name in services if name not in fillable]
    if unknown or not fillable:
        known = ", ".join(fillable) or "none: give a service `data = …`"
        raise EnvctlError(
            Exit.USAGE,
            f"{', '.join(unknown)} has no data to be filled with"
            if unknown
            else "no service has data to be filled with",
            unchanged="Nothing was changed.",
            hint=f"Services with data: {known}.",
        )
    chosen = [fillable[name] for name in services or fillable]
    if masked:
        refuse_unmasked([_database_of(workload) for workload in chosen])
    return chosen


def _database_of(workload: Workload) -> Workload:
    """The database whose rows fill a service: its own, or that which messages and keys are made of."""
    return workload.derived.of if workload.derived and workload.derived.of else workload


def _filled(workload: Workload, making_up: MakingUp | None) -> Workload:
    """The same with what fills its database, or that of which it is made, named."""
    if workload.derived is not None and workload.derived.of is not None:
        return replace(workload, derived=replace(workload.derived, of=_filled(workload.derived.of, making_up)))
    database = workload.database
    assert database is not None  # noqa: S101 – chosen for it
    if making_up is not None:
        return replace(workload, database=making_up.of(workload.service, database))
    return replace(workload, database=replace(database, data=database.data or database.later))


def _seeding(workload: Workload, seconds: float) -> Seeding:
    database = _database_of(workload).database
    assert database is not None  # noqa: S101 – chosen for it
    origin = str(database.dump or database.backup or (database.live.secret if database.live else ""))
    if database.csv is not None:
        origin = str(database.csv.path)
    if database.synthetic is not None:
        origin = f"synthetic, seed {database.synthetic.seed}"
    if workload.derived is not None:
        origin = f"rows of {database.data}"
    return Seeding(workload.service, workload.data or "", origin, round(seconds, 3))
