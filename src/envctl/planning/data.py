"""Whether the data that is there is what the stack file now says it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Observed, Volume
from envctl.planning.provision import fact
from envctl.workload import Workload


def data_labels(blueprint: Blueprint, volume: str) -> dict[str, str]:
    """What a new volume says of the data that will be in it, by the volume's name on the daemon."""
    holder = next((w for w in blueprint.workloads if volume in {blueprint.volume(m.volume) for m in w.mounts}), None)
    if holder is None:
        return {}
    said = {
        labels.KIND: holder.kind,
        labels.VERSION: version_of(holder),
        labels.USER: holder.database.user if holder.database else "",
    }
    return {key: value for key, value in said.items() if value}


def version_of(workload: Workload) -> str:
    """The part of a server's version that its data depends on, as labels and records have it."""
    return ".".join(map(str, workload.format.version))


def unrecorded(blueprint: Blueprint, observed: Observed) -> dict[str, str]:
    """The versions of data that the record does not have: new ones, and those a killed run did not come to record."""
    return {
        key: version
        for workload in blueprint.workloads
        if (version := version_of(workload))
        for key in (fact("version", workload.service),)
        if observed.record.facts.get(key) != version
        or not all(observed.has_volume(blueprint.volume(mount.volume)) for mount in workload.mounts)
    }


def refuse_other_data(blueprint: Blueprint, observed: Observed) -> None:
    """No server is started on data that is not its own. Raises EnvctlError(DATA_REFUSED) before anything is.

    What a volume does not say is taken to fit.
    """
    wrong = [
        complaint
        for workload in blueprint.workloads
        for mount in workload.mounts
        for volume in observed.volumes
        if volume.name == blueprint.volume(mount.volume)
        for complaint in _complaints(workload, volume, observed.record.facts)
    ]
    if wrong:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            "; ".join(dict.fromkeys(wrong)),
            unchanged="Nothing was changed, and the data is as it was.",
            hint="Put it back in the stack file. To give up the environment's data instead: `envctl down`, "
            "then `envctl up`.",
        )


def _complaints(workload: Workload, volume: Volume, facts: Mapping[str, str]) -> Iterator[str]:
    held = volume.labels.get(labels.KIND)
    if held is None:
        return
    if held != workload.kind:
        yield f"{workload.service} is {workload.kind} in the stack file, and its volume {volume.name} is of {held}"
        return
    known = facts.get(fact("version", workload.service)) or volume.labels.get(labels.VERSION, "")
    if not _fits(workload, known):
        yield (
            f"{workload.service} is {held} {version_of(workload)} in the stack file, and its volume {volume.name} "
            f"is of {held} {known}"
        )
    owner = volume.labels.get(labels.USER)
    if owner and workload.database is not None and workload.database.user != owner:
        yield (
            f"{workload.service} has the user {workload.database.user} in the stack file, and its volume {volume.name} "
            f"was made for {owner}"
        )


def _fits(workload: Workload, known: str) -> bool:
    """Whether the server can go on with data of that version."""
    asked, there = workload.format.version, tuple(int(part) for part in known.split(".") if part.isdecimal())
    both = min(len(asked), len(there))
    return asked[:both] >= there[:both] if workload.format.reads_older else asked[:both] == there[:both]
