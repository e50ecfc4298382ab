"""Which data goes back to what it began as, and who is started anew because of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container, Observed, Volume
from envctl.planning.data import refuse_other_data
from envctl.planning.volumes import meant, volume_of, worth_it
from envctl.snapshot import Part
from envctl.snapshots import STRATEGIES
from envctl.workload import Workload


@dataclass(frozen=True)
class Goal:
    """A service whose data is put back. `address` is that of its snapshot, empty where it began empty.

    Of the latter a run that died may have left no container, or no volume: `found` is the one that is there.
    """

    workload: Workload
    found: Container | None
    volumes: tuple[Volume, ...]  # in the order of its mounts
    address: str

    @property
    def container(self) -> Container:
        """That of a service whose data is a copy, which is always there."""
        assert self.found is not None  # noqa: S101 – refused before
        return self.found

    @property
    def service(self) -> str:
        """Its name."""
        return self.workload.service


def goals(blueprint: Blueprint, observed: Observed, services: Collection[str]) -> tuple[Goal, ...]:
    """What is put back: these services, or all that can be where none is named. Raises EnvctlError."""
    refuse_other_data(blueprint, observed)
    keeping = {w.service: w for w in blueprint.workloads if w.freezing is not None and w.mounts}
    unknown = [name for name in services if name not in keeping]
    if unknown:
        raise EnvctlError(
            Exit.USAGE,
            f"{', '.join(name or repr(name) for name in unknown)} has no data that could be put back",
            unchanged="Nothing was changed.",
            hint=f"Services with data: {', '.join(keeping) or 'none'}.",
        )
    chosen = [keeping[name] for name in dict.fromkeys(services or keeping)]
    _refuse_absent(blueprint, observed, chosen)
    found = [_goal(blueprint, observed, workload) for workload in chosen]
    lost = [goal.service for goal in found if not goal.address and worth_it(goal.workload)]
    if (lost and services) or len(lost) == len(found):
        raise _not_cloned(blueprint, lost)
    cloned = tuple(goal for goal in found if goal.service not in lost)
    _refuse_unknown_ways(cloned)
    return cloned


def dependents(blueprint: Blueprint, services: Collection[str]) -> tuple[str, ...]:
    """Who needs these services, and who needs those, except for services that hold data themselves."""
    found = set(services)
    for workload in blueprint.workloads:  # in the order of their needs
        if found & set(workload.needs):
            found.add(workload.service)
    return tuple(w.service for w in blueprint.workloads if w.service in found - set(services) and not w.stateful)


def refuse_other_image(goal: Goal, parts: Collection[Part]) -> None:
    """Its server has to be the very one that the snapshot was made with. Raises EnvctlError(DATA_REFUSED)."""
    if any(part.image_id != goal.container.image_id for part in parts):
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{goal.service} runs from another image than its snapshot was made with",
            unchanged="Nothing was changed.",
            hint="Begin anew with the image that is there now: `envctl down`, then `envctl up`.",
        )


def _goal(blueprint: Blueprint, observed: Observed, workload: Workload) -> Goal:
    container = observed.container(workload.service)
    volumes = (volume_of(observed, blueprint.volume(mount.volume)) for mount in workload.mounts)
    there = tuple(volume for volume in volumes if volume is not None)
    return Goal(workload, container, there, meant(blueprint, observed, workload))


def _refuse_absent(blueprint: Blueprint, observed: Observed, chosen: Collection[Workload]) -> None:
    gone = list(_gone(blueprint, observed, chosen))
    if gone or not chosen:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"there is no data of {', '.join(gone)} to be put back" if gone else "no service has data to be put back",
            unchanged="Nothing was changed.",
            hint="`envctl up` brings up what is not there."
            if gone
            else "Kinds that have data: postgres, kafka, redis.",
        )


def _refuse_unknown_ways(chosen: Collection[Goal]) -> None:
    """Data goes back in the way that it was copied, which a later version may have other names for."""
    ways = {volume.name: volume.labels.get(labels.STRATEGY) for goal in chosen for volume in goal.volumes}
    unknown = {name: way for name, way in ways.items() if way is not None and way not in STRATEGIES}
    if unknown:
        said = ", ".join(f"{name} says {way!r}" for name, way in unknown.items())
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the data was copied in a way that is not known here: the volume {said}",
            unchanged="Nothing was changed.",
            hint="A later version of envctl may have copied it: use that one. Or begin anew with this one: "
            "`envctl down`, then `envctl up`.",
        )


def _gone(blueprint: Blueprint, observed: Observed, chosen: Collection[Workload]) -> Iterator[str]:
    for workload in chosen:
        if not worth_it(workload) and not meant(blueprint, observed, workload):
            continue  # a reset that died had removed it already, and the next goes on
        volumes = [blueprint.volume(mount.volume) for mount in workload.mounts]
        if observed.container(workload.service) is None or not all(map(observed.has_volume, volumes)):
            yield workload.service


def _not_cloned(blueprint: Blueprint, lost: Collection[str]) -> EnvctlError:
    seeded = [w.service for w in blueprint.workloads if w.service in lost and w.database and w.database.data]
    fill = f"`envctl seed {' '.join(seeded)}` fills it from its data again; or begin anew: " if seeded else ""
    return EnvctlError(
        Exit.DATA_REFUSED,
        f"the data of {', '.join(lost)} is no copy of a snapshot, so there is none to go back to",
        unchanged="Nothing was changed.",
        hint=f"{fill}`envctl down`, then `envctl up`.",
    )
