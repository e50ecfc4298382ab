"""Which containers stay, which are made anew, and which are started, each with its cause."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.observed import Container, Observed
from envctl.plan import RemoveContainer, Resume, Start, Step
from envctl.planning.ownership import REFILL
from envctl.text import Confidential, Hole, PublishedPort, Text
from envctl.workload import Workload, published

FORMAT = 2  # part of every digest: a change in how containers are rendered is a change of all of them


def digest_of(workload: Workload, image: str, ports: Mapping[str, int], secrets: Mapping[Confidential, str]) -> str:
    """What a container is made from, as a hash: passwords and secrets too, but neither topics nor dumps."""

    def value(hole: Hole) -> str:
        if isinstance(hole, PublishedPort):
            return f"port {ports.get(hole.name)}"
        return f"secret {secrets.get(hole)}"

    def plain(thing: object) -> str:
        return thing.fill(value) if isinstance(thing, Text) else str(thing)

    made_from = {
        key: {k: plain(v) for k, v in content.items()} if isinstance(content, Mapping) else content
        for key in ("entrypoint", "command", "environment", "hidden", "files", "port", "probe", "before", "limits")
        for content in (getattr(workload, key),)
    }
    whole = {
        **made_from,
        "mounts": [asdict(mount) for mount in workload.mounts],
        "public": workload.public,
        "image": image,
        "published": ports.get(workload.service),
        "format": FORMAT,
    }
    if workload.composed is not None:
        whole["composed"] = workload.composed.definition
        whole["further"] = {port.name: ports[port.name] for port in published(workload)}
        whole["ends"] = workload.composed.ends
    return hashlib.sha256(json.dumps(whole, sort_keys=True, default=str).encode()).hexdigest()[:32]


def made_anew(
    blueprint: Blueprint,
    observed: Observed,
    digests: Mapping[str, str],
    data: tuple[Collection[str], Mapping[str, str]],
    *,
    rebuild: bool,
) -> dict[str, str]:
    """The services whose container cannot stay, and why. `data`: whose data is made, and in whose place, and why."""
    loaded, replaced = data

    def why(workload: Workload, container: Container) -> str | None:
        if observed.network is None:
            return "the network it was on is gone"
        if container.labels.get(labels.DIGEST) != digests[workload.service]:
            return "its definition changed"
        if workload.service in replaced:
            return f"its data is replaced: {replaced[workload.service]}"
        if rebuild and workload.build is not None:
            return "its image is built anew"
        if not workload.stateful and (needed := [need for need in workload.needs if need in loaded]):
            return f"the data of {', '.join(needed)} is loaded"
        return None

    found: dict[str, str] = {}
    networks = {network.name for network in observed.further_networks}
    for workload in blueprint.workloads:
        if (container := observed.container(workload.service)) is None:
            continue
        because = why(workload, container) or _why_composed(blueprint, observed, workload, networks, found)
        if because:
            found[workload.service] = because
    return found


def _why_composed(
    blueprint: Blueprint, observed: Observed, workload: Workload, networks: Collection[str], anew: Collection[str]
) -> str | None:
    """Why the container of a wrapped project's service cannot stay; those it needs are decided."""
    if workload.composed is None:
        return None
    on = (blueprint.network_of(name) for name in workload.composed.networks)
    if any(name != blueprint.network and name not in networks for name in on):
        return "a network it was on is gone"
    lost = [name for name in workload.composed.bound if name in anew or observed.container(name) is None]
    return f"the container of {', '.join(lost)} is made anew" if lost else None


def starts_of(blueprint: Blueprint, observed: Observed, anew: Mapping[str, str]) -> dict[str, Start]:
    """What is to be started. A one-shot that is done runs again when what it needs was not up."""
    found: dict[str, Start] = {}
    for workload in blueprint.workloads:
        container = observed.container(workload.service)
        because = _why_start(container, anew.get(workload.service))
        if because is None and container is not None and container.finished:
            begun = [need for need in workload.needs if need in found]
            once = workload.composed is not None and workload.composed.ends == "once"
            because = (f"{', '.join(begun)} starts" if begun else None) if once else "it ended, and runs at every up"
        if because:
            found[workload.service] = Start(because, workload.service)
    return found


def _why_start(container: Container | None, anew: str | None) -> str | None:
    if container is None:
        return "it is not there"
    return anew or (None if container.ready or _only_paused(container) else _ailment(container))


def _only_paused(container: Container) -> bool:
    """Whether it was ready when it was paused, and so is once it goes on."""
    return container.state == "paused" and container.health in (None, "healthy")


def _ailment(container: Container) -> str:
    if container.state == "running":
        return f"it is {container.health}"
    code = f" with status {container.exit_code}" if container.state == "exited" else ""
    return f"it is {container.state}{code}"


def stores_of(workloads: Iterable[Workload]) -> set[str]:
    """The services that hold data, and what those need."""
    by_name = {w.service: w for w in workloads}
    stores: set[str] = set()
    waiting = [w.service for w in by_name.values() if w.stateful]
    while waiting:
        service = waiting.pop()
        if service not in stores:
            stores.add(service)
            waiting.extend(by_name[service].needs)
    return stores


def removals(
    blueprint: Blueprint,
    observed: Observed,
    starts: Mapping[str, Start],
    anew: Collection[str],
    cloned: Collection[str],
) -> Iterable[Step]:
    """Those of services that left the stack file, the old ones of those that start anew, and what died over data.

    What `reset` leaves to remove what was there ends by itself, and is in nobody's way but a clone's.
    """
    for box in observed.boxes:
        if cloned or box.labels.get(labels.ROLE) != REFILL:
            yield RemoveContainer("a run that died left it", box.id, box.name)
    for container in observed.containers:
        service, workload = container.service, blueprint.workload(container.service)
        if workload is None:
            yield RemoveContainer("its service is no longer in the stack file", container.id, container.name)
        elif service in starts and (service in anew or not _can_go_on(workload, container)):
            yield RemoveContainer(starts[service].because, container.id, container.name)


def _can_go_on(workload: Workload, container: Container) -> bool:
    """Whether a container that is not ready needs but to be started or waited for. A one-shot always runs anew."""
    if container.labels.get(labels.ROLE) == "before":
        return False
    becoming = container.state in ("running", "paused") and container.health == "starting" and workload.before is None
    return becoming or container.state in ("created", "exited")


def resumes(blueprint: Blueprint, observed: Observed, anew: Collection[str]) -> Iterable[Step]:
    """What is paused goes on, unless its container is removed."""
    for workload in blueprint.workloads:
        container = observed.container(workload.service)
        if container is None or container.state != "paused" or workload.service in anew:
            continue
        if _only_paused(container) or _can_go_on(workload, container):
            yield Resume("it is paused", container.id, container.service)
