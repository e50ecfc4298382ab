"""Finds what the new data of services starts from: a snapshot that somebody chose, else one of what the stack says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from envctl import labels
from envctl.base import Base
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Observed, Volume
from envctl.ops.clones import Copy, Gone, clone
from envctl.ops.remember import remember
from envctl.ops.setting import Here
from envctl.ops.snapshots.find import look
from envctl.ops.snapshots.recipe import made_for
from envctl.ops.snapshots.sources import source_of
from envctl.plan import CloneVolume, Plan
from envctl.planning.fitting import begun_from, refuse_misfits, refuse_uncertified
from envctl.planning.provision import cloned_facts
from envctl.planning.volumes import beneath, is_half_copied, refuse_lost, wanting, worth_it
from envctl.snapshot import DATA, Snapshot
from envctl.snapshots.overlay import UPPER
from envctl.stack import refuse_missing_files
from envctl.workload import Workload
from envctl.world import World
from envctl.world.alive import myself
from envctl.world.parallel import together


def bases_of(
    here: Here, blueprint: Blueprint, observed: Observed, reload: Collection[str], chosen: Snapshot | None = None
) -> dict[str, Base]:
    """By service, for those whose data is to be made and can be copied. Raises EnvctlError where `chosen` does not fit.

    A service that keeps nothing at its first start that is worth it (an empty Redis) starts on an empty volume.
    """
    wanted = wanting(blueprint, observed, reload)
    kept = [w.service for w in blueprint.workloads if w.service not in wanted]
    refuse_lost_parts(here.world, blueprint, observed.volumes, kept)
    if not wanted and chosen is None:
        return {}
    found: dict[str, Base] = {}
    there = {snapshot.address: snapshot for snapshot in look(here.world)}
    if chosen is not None:
        found = refuse_misfits(blueprint, observed, chosen, wanted)
    for workload in blueprint.workloads:
        if workload.service not in wanted or workload.service in found:
            continue
        half = is_half_copied(blueprint, observed, workload)
        begun = begun_from(blueprint, observed, workload, there) if half else None
        if begun is not None:
            found[workload.service] = begun
        elif half or worth_it(workload):
            found[workload.service] = _base(here, blueprint, workload, observed, there)
    return found


def refuse_lost_parts(world: World, blueprint: Blueprint, volumes: Sequence[Volume], services: Collection[str]) -> None:
    """Whatever data of these services lies over has to be there. Raises EnvctlError(DATA_REFUSED)."""
    if beneath(volumes):
        there = world.engine.volumes({labels.ROLE: DATA}, {labels.ROLE: UPPER})
        refuse_lost(blueprint, volumes, {volume.name for volume in there}, services)


def _base(
    here: Here, blueprint: Blueprint, workload: Workload, observed: Observed, there: Mapping[str, Snapshot]
) -> Base:
    if workload.reads:
        refuse_missing_files(here.stack, workload.reads)  # even if there is a snapshot, nobody knows of what
    source = source_of(here, workload)
    if workload.data is None and workload.database is not None and workload.database.later is not None:
        _tell_later(here, workload.service, workload.database.later)
    image = _image(blueprint, workload, observed)
    origin = workload.derived.of if workload.derived else None
    if image is None or (origin is not None and _image(blueprint, origin, observed) is None):
        return Base(source.words)  # it will be pulled, and only then it can be said what is made with it
    if source.words not in {snapshot.source for snapshot in there.values()}:
        return Base(source.words)  # it will be built, so a large dump need not be read to know that
    snapshot = there.get(made_for(here, blueprint, workload, observed.images[image]).address)
    return of(source.words, snapshot)


def _tell_later(here: Here, service: str, data: str) -> None:
    what = f"begins empty: {data} is made of the tables that it will have, by `envctl seed {service}`"
    here.world.tell(Event(f"data of {service}", what, "info"))


def _image(blueprint: Blueprint, workload: Workload, observed: Observed) -> str | None:
    """The reference that the daemon has its image under."""
    return next((c for c in blueprint.images[workload.service].candidates if c in observed.images), None)


def with_snapshots(here: Here, blueprint: Blueprint, plan: Plan) -> Plan:
    """The plan with every snapshot it needs: those that are not there are built, each beside the others.

    For once the images are there. Raises EnvctlError before anything of the environment is touched.
    """
    services = [name for name, base in plan.bases.items() if base.snapshot is None]
    _refuse_other_images(here, blueprint, plan)
    if not services:
        return plan
    from envctl.ops.snapshots.build import abandon  # needed so rarely that it is not loaded before

    try:
        built = together(here.world.shell, [partial(_built, here, blueprint, plan, service) for service in services])
    except KeyboardInterrupt:  # nobody waits for the threads that build
        abandon(here.world, myself())
        raise
    return replace(plan, bases={**plan.bases, **dict(zip(services, built, strict=True))})


def clone_data(here: Here, blueprint: Blueprint, plan: Plan) -> Callable[[], None]:
    """Make the volumes that a plan clones; what is returned copies into them, and records that they are whole. Raises
    EnvctlError.
    """
    steps = [step for step in plan.prepare if isinstance(step, CloneVolume)]
    if not steps:
        return lambda: None
    while True:
        try:
            copied = clone(here.world, blueprint, [_copy(plan, step) for step in steps], plan.images[steps[0].service])
            break
        except Gone as gone:  # somebody removed it since it was found
            lost = {name: b for name, b in plan.bases.items() if b.snapshot and b.snapshot.address == gone.args[0]}
            if any(base.asked for base in lost.values()):
                raise _vanished(next(iter(lost.values()))) from gone
            bases = {**plan.bases, **{name: Base(base.source) for name, base in lost.items()}}
            plan = with_snapshots(here, blueprint, replace(plan, bases=bases))
    facts: dict[str, str] = {}
    for workload in blueprint.workloads:
        if workload.service in plan.bases:
            facts |= cloned_facts(workload, plan.bases[workload.service])

    def whole() -> None:
        copied()
        remember(here.world, blueprint, facts)

    return whole


def _copy(plan: Plan, step: CloneVolume) -> Copy:
    base = plan.bases[step.service]
    assert base.snapshot is not None  # noqa: S101 – built by now
    return Copy(step.name, step.service, base.snapshot.address, base.parts[step.number].held)


def _built(here: Here, blueprint: Blueprint, plan: Plan, service: str) -> Base:
    from envctl.ops.snapshots.build import find_or_build

    workload = blueprint.workload(service)
    assert workload is not None  # noqa: S101 – the plan was made from this blueprint
    return of(plan.bases[service].source, find_or_build(here, blueprint, workload, plan.images[service]))


def _refuse_other_images(here: Here, blueprint: Blueprint, plan: Plan) -> None:
    """A snapshot that somebody chose before the image was there still has to be of that image."""
    chosen = {name: base.snapshot for name, base in plan.bases.items() if base.asked and base.snapshot}
    if not chosen:
        return
    images = {ref: found for ref in plan.images.values() if (found := here.world.engine.image(ref))}
    for snapshot in chosen.values():
        refuse_misfits(blueprint, Observed(images=images), snapshot, chosen)


def _vanished(base: Base) -> EnvctlError:
    return EnvctlError(
        Exit.NOT_FOUND,
        f"the {base.source} was removed meanwhile",
        unchanged="Nothing was started.",
        hint="See what there is with `envctl snapshot ls`.",
    )


def of(source: str, snapshot: Snapshot | None) -> Base:
    """A base that the stack file says; whoever built it may have called the service otherwise.

    Raises EnvctlError(DATA_REFUSED) where it is masked and not proven to be.
    """
    if snapshot is not None:
        refuse_uncertified(snapshot)
    return Base(source, snapshot, snapshot.parts if snapshot else ())
