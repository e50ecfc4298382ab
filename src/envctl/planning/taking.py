"""What of a running environment goes into a snapshot, and whether it can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container, Observed, Volume
from envctl.planning.data import refuse_other_data, version_of
from envctl.planning.provision import service_of
from envctl.planning.volumes import half_copied, volume_of
from envctl.snapshot import Held, Part
from envctl.workload import Workload

_OWN = frozenset({"password", "clone", "from"})  # facts that hold for the environment alone


@dataclass(frozen=True)
class Taken:
    """A service whose data is taken: its container, and its volumes in the order of its mounts."""

    workload: Workload
    container: Container
    volumes: tuple[Volume, ...]

    @property
    def service(self) -> str:
        """Its name."""
        return self.workload.service

    def parts(self, observed: Observed, held: Mapping[str, Held]) -> tuple[Part, ...]:
        """What a snapshot says of its data; `held` says where each volume's bytes are, by the volume's name."""
        facts = {
            key.partition(".")[0]: value
            for key, value in observed.record.facts.items()
            if service_of(key) == self.service and key.partition(".")[0] not in _OWN
        }
        database = self.workload.database
        return tuple(
            Part(
                service=self.service,
                kind=self.workload.kind,
                image=self.container.image,
                image_id=self.container.image_id,
                version=facts.get("version", "") or version_of(self.workload),
                user=database.user if database else "",
                volume=mount.volume,
                held=held[volume.name],
                facts=facts,
            )
            for mount, volume in zip(self.workload.mounts, self.volumes, strict=True)
        )


def taken(blueprint: Blueprint, observed: Observed) -> tuple[Taken, ...]:
    """Every service whose data can be kept, at rest or not. Raises EnvctlError(DATA_REFUSED) where one is not whole and
    up, or another than the stack file says.
    """
    name = blueprint.identity.name
    refuse_other_data(blueprint, observed)
    keeping = [w for w in blueprint.workloads if w.freezing is not None and w.mounts]
    if not keeping:
        kept = ", ".join(left_out(blueprint))
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"no service of {name} has data that a snapshot can hold",
            details=(f"The volumes of {kept} belong to a Compose project or to a program of your own.",)
            if kept
            else (),
            unchanged="Nothing was changed.",
            hint="Kinds that have: postgres, kafka, redis.",
        )
    wrong = [complaint for workload in keeping for complaint in _complaints(blueprint, observed, workload)]
    if wrong:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the data of {name} cannot be taken: {'; '.join(wrong)}",
            unchanged="Nothing was changed.",
            hint=f"Bring it up first: `envctl up --env {name}`.",
        )
    return tuple(_taken(blueprint, observed, workload) for workload in keeping)


def left_out(blueprint: Blueprint) -> tuple[str, ...]:
    """The services that have volumes of which nobody knows how to make them fit to be copied."""
    return tuple(w.service for w in blueprint.workloads if w.mounts and w.freezing is None)


def _complaints(blueprint: Blueprint, observed: Observed, workload: Workload) -> Iterator[str]:
    service, container = workload.service, observed.container(workload.service)
    if container is None:
        yield f"{service} is not there"
        return
    volumes = [volume_of(observed, blueprint.volume(mount.volume)) for mount in workload.mounts]
    there = [volume for volume in volumes if volume is not None]
    if len(there) < len(volumes):
        yield f"a volume of {service} is gone"
    elif half_copied(workload, there, observed):
        yield f"the data of {service} is half copied"
    elif container.state != "running":
        yield f"{service} is {container.state}"
    elif not container.ready:
        yield f"{service} is {container.health}"
    elif container.labels.get(labels.KIND) != workload.kind:
        yield f"{service} is {workload.kind} in the stack file, and runs as {container.labels.get(labels.KIND)}"


def _taken(blueprint: Blueprint, observed: Observed, workload: Workload) -> Taken:
    container = observed.container(workload.service)
    volumes = [volume_of(observed, blueprint.volume(mount.volume)) for mount in workload.mounts]
    assert container is not None  # noqa: S101 – complained of before
    return Taken(workload, container, tuple(volume for volume in volumes if volume is not None))
