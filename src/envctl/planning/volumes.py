"""The volumes of an environment: those to be made, empty or as copies of a snapshot, and those that go first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from envctl import labels
from envctl.base import Base
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed, Volume
from envctl.plan import BuildSnapshot, CloneVolume, CreateVolume, RemoveVolume, Step
from envctl.planning.provision import fact
from envctl.snapshots.overlay import companion
from envctl.workload import Workload

ASKED = "asked for"


def wanting(blueprint: Blueprint, observed: Observed, reload: Collection[str] = ()) -> dict[str, str]:
    """The services whose data can come from a snapshot and is to be made, and why.

    A database that is not a copy of a snapshot is `reload`ed where it is.
    """
    found: dict[str, str] = {}
    for workload in blueprint.workloads:
        if workload.freezing is None or not workload.mounts:
            continue
        volumes = [volume for m in workload.mounts if (volume := volume_of(observed, blueprint.volume(m.volume)))]
        if not volumes:
            found[workload.service] = "its data is new"
        elif len(volumes) < len(workload.mounts):
            found[workload.service] = "a volume of it is gone"
        elif half_copied(workload, volumes, observed):
            found[workload.service] = "a run died while it was copied"
        elif workload.service in reload and (
            workload.derived is not None or all(labels.CLONE in volume.labels for volume in volumes)
        ):
            found[workload.service] = ASKED
    return found


def worth_it(workload: Workload) -> bool:
    """Whether a service makes something at its first start that is worth keeping. Else its data begins empty."""
    return workload.data is not None or (workload.freezing is not None and workload.freezing.slow_start)


def half_copied(workload: Workload, volumes: Collection[Volume], observed: Observed) -> bool:
    """Whether volumes were to be copies of a snapshot, and nobody recorded that they came to be."""
    whole = observed.record.facts.get(fact("clone", workload.service))
    return any(volume.labels.get(labels.CLONE, whole) != whole for volume in volumes)


def is_half_copied(blueprint: Blueprint, observed: Observed, workload: Workload) -> bool:
    """The same of the volumes that are there, if they all are."""
    volumes = [volume_of(observed, blueprint.volume(mount.volume)) for mount in workload.mounts]
    there = [volume for volume in volumes if volume is not None]
    return len(there) == len(volumes) and half_copied(workload, there, observed)


def refuse_unknown_data(blueprint: Blueprint, observed: Observed, given_up: Collection[str] = ()) -> None:
    """Data that a server was started on stays, also where nothing tells any more that it came to be whole, as after
    `docker volume prune --all`: a run that died over a copy leaves a record. Raises EnvctlError.

    `given_up` are the services whose data somebody asked to replace.
    """
    if _is_recorded(observed):
        return
    unknown = [
        w.service
        for w in blueprint.workloads
        if w.service not in given_up
        and observed.container(w.service) is not None
        and w.mounts
        and is_half_copied(blueprint, observed, w)
    ]
    if unknown:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"whether the data of {', '.join(unknown)} is whole is not known any more: the volume is gone in which "
            "envctl had recorded it",
            unchanged="Nothing was changed, and the data is as it was.",
            hint="Keep what you need of it, such as with `envctl exec`; then put all of it back to what it began as: "
            "`envctl reset`.",
        )


def refuse_half_copied(blueprint: Blueprint, observed: Observed, services: Collection[str]) -> None:
    """No server is started on half of its data. Raises EnvctlError(DATA_REFUSED)."""
    named = [w for w in blueprint.workloads if w.service in services and w.mounts]
    half = [w.service for w in named if _is_recorded(observed) and is_half_copied(blueprint, observed, w)]
    if half:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the data of {', '.join(half)} is half copied: a run died over it",
            unchanged="Nothing was changed.",
            hint="`envctl up` copies it again.",
        )


def _is_recorded(observed: Observed) -> bool:
    return any(volume.labels.get(labels.ROLE) == "record" for volume in observed.volumes)


def beneath(volumes: Iterable[Volume]) -> dict[str, tuple[str, ...]]:
    """Which volumes others lie over, by the name of what lies there.

    The service's container has those too: what no container has `docker volume prune --all` removes.
    """
    return {volume.name: tuple(said.split()) for volume in volumes if (said := volume.labels.get(labels.BENEATH))}


def refuse_lost(
    blueprint: Blueprint, volumes: Iterable[Volume], there: Collection[str], services: Collection[str]
) -> None:
    """No server is started on data of which a part was removed. `there`: the names of all that data can lie over.

    Raises EnvctlError(DATA_REFUSED).
    """
    gone = {volume: [one for one in names if one not in there] for volume, names in beneath(volumes).items()}
    named = [w for w in blueprint.workloads if w.service in services]
    lost = [(w.service, one) for w in named for m in w.mounts for one in gone.get(blueprint.volume(m.volume), ())]
    if lost:
        whose, what = (", ".join(dict.fromkeys(words)) for words in zip(*lost, strict=True))
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"a part of the data of {whose} is gone: it lay over {what}, and somebody removed that",
            unchanged="Nothing was changed.",
            hint="What was in it cannot be had back. Begin anew: `envctl down`, then `envctl up`.",
        )


def meant(blueprint: Blueprint, observed: Observed, workload: Workload) -> str:
    """The address of the snapshot that a service's data is, or was to be, a copy of; empty where it is none."""
    volumes = [volume_of(observed, blueprint.volume(mount.volume)) for mount in workload.mounts]
    said = {volume.labels.get(labels.CLONE, "") if volume else "" for volume in volumes}
    return said.pop() if len(said) == 1 else ""


def volume_of(observed: Observed, name: str) -> Volume | None:
    """The environment's volume of that name."""
    return next((volume for volume in observed.volumes if volume.name == name), None)


def volumes(
    blueprint: Blueprint, observed: Observed, bases: Mapping[str, Base], why: Mapping[str, str]
) -> Iterator[Step]:
    """The steps to the volumes that shall be there; `why` has the services that get new data."""
    for name in observed.half_made:
        yield RemoveVolume("the Docker Engine stopped while it was made", name)
    for workload in blueprint.workloads:
        if workload.service in bases:
            yield from _copied(blueprint, observed, workload, bases[workload.service], why[workload.service])
    copied = {mount.volume for w in blueprint.workloads if w.service in bases for mount in w.mounts}
    for volume in dict.fromkeys(mount.volume for w in blueprint.workloads for mount in w.mounts):
        if volume not in copied and not observed.has_volume(blueprint.volume(volume)):
            yield CreateVolume("it is not there", blueprint.volume(volume))


def _copied(blueprint: Blueprint, observed: Observed, workload: Workload, base: Base, why: str) -> Iterator[Step]:
    if base.snapshot is None:
        yield BuildSnapshot(
            f"there is none {'of what it is now' if why == ASKED else 'yet'}", workload.service, base.source
        )
    for number, mount in enumerate(workload.mounts):
        name = blueprint.volume(mount.volume)
        for old in (name, companion(name)):
            if observed.has_volume(old):
                yield RemoveVolume(why, old)
        yield CloneVolume(why, name, workload.service, base.source, number)
