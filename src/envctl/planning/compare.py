"""Blueprint × Observed → Plan."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict

from envctl import labels
from envctl.base import Base
from envctl.blueprint import Blueprint, Image
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container, Observed
from envctl.plan import (
    CreateNetwork,
    Load,
    Plan,
    PrepareImage,
    RemoveContainer,
    Resume,
    Start,
    Step,
)
from envctl.planning.data import refuse_other_data, unrecorded
from envctl.planning.ownership import refuse_strangers
from envctl.planning.provision import forgets, provision
from envctl.planning.slots import assign, block, carve, choose, first_half
from envctl.planning.volumes import refuse_unknown_data, volumes, wanting
from envctl.text import Confidential, Hole, PublishedPort, Text
from envctl.workload import Workload, published

NOTHING: Mapping[str, Base] = {}
FORMAT = 2  # part of every digest: a change in how containers are rendered is a change of all of them


def compare(
    blueprint: Blueprint,
    observed: Observed,
    secrets: Mapping[Confidential, str],
    free: Callable[[int], bool],
    *,
    rebuild: bool = False,
    reload: Collection[str] = (),
    bases: Mapping[str, Base] = NOTHING,
) -> Plan:
    """Decide the steps from what is to what the blueprint says.

    `secrets` has a fingerprint of each password and secret; `free` tells whether a port of the host can be had.
    `rebuild` builds every image anew; `reload` names the services whose data is loaded again; `bases` says what
    the data of those starts from that wanting() names.
    Raises EnvctlError: NOT_OURS when something of others is in the way, DATA_REFUSED when the data that is there is of
    another kind, NO_CAPACITY when no subnet or port is left.
    """
    refuse_strangers(blueprint, observed)
    refuse_other_data(blueprint, observed)
    refuse_unknown_data(blueprint, observed, reload)
    subnet = _subnet(blueprint, observed, free)
    further = _further(blueprint, observed, subnet)
    ports = _ports(blueprint, observed, subnet, free)
    images = {service: _reference(image, observed) for service, image in blueprint.images.items()}
    digests = {
        # The image's own name counts: whether it came by way of a mirror makes no difference to a container.
        w.service: _digest(w, blueprint.images[w.service].candidates[0], ports, secrets)
        for w in blueprint.workloads
    }
    why = wanting(blueprint, observed, reload)
    contents = provision(blueprint, observed, secrets, reload, bases)
    loaded = {*bases, *(step.service for step in contents if isinstance(step, Load))}
    anew = _anew(blueprint, observed, digests, (loaded, {name: why[name] for name in bases}), rebuild=rebuild)
    starts = _starts(blueprint, observed, anew)
    stores = _stores(blueprint.workloads)
    return Plan(
        prepare=(
            *_images(blueprint, observed, images, rebuild=rebuild),
            *_removals(blueprint, observed, starts, anew),
            *_resumes(blueprint, observed, anew),
            *_network(blueprint, observed, subnet),
            *_further_networks(observed, further),
            *forgets(blueprint, observed, {name: why[name] for name in bases}),
            *volumes(blueprint, observed, bases, why),
        ),
        stores=tuple(step for service, step in starts.items() if service in stores),
        provision=contents,
        services=tuple(step for service, step in starts.items() if service not in stores),
        ports=ports,
        images=images,
        digests=digests,
        versions=unrecorded(blueprint, observed),
        bases=bases,
        other_folders=_other_folders(blueprint, observed),
    )


def _other_folders(blueprint: Blueprint, observed: Observed) -> tuple[str, ...]:
    """Where else the environment was brought up from: checkouts of one repository share their branches."""
    said = {
        thing.labels.get(labels.CHECKOUT) for thing in (*observed.containers, observed.network) if thing is not None
    }
    return tuple(sorted(folder for folder in said - {blueprint.labels.get(labels.CHECKOUT)} if folder))


def _subnet(blueprint: Blueprint, observed: Observed, free: Callable[[int], bool]) -> ipaddress.IPv4Network:
    if observed.network is None:
        whole = choose(blueprint.identity.full, observed.subnets, free)
        return first_half(whole) if blueprint.composition else whole
    try:
        (subnet,) = observed.network.subnets
        return ipaddress.IPv4Network(subnet)
    except ValueError as error:
        raise EnvctlError(
            Exit.NOT_OURS,
            f"the network {observed.network.name} has another shape than envctl gives its networks",
            unchanged="Nothing was changed.",
            hint="Run `envctl down`, then `envctl up`.",
        ) from error


def _further(
    blueprint: Blueprint, observed: Observed, subnet: ipaddress.IPv4Network
) -> dict[str, ipaddress.IPv4Network]:
    """The subnets of the networks beside the main one."""
    names = blueprint.further_networks
    if not names:
        return {}
    members = [blueprint.network_of(n) for w in blueprint.workloads if w.composed for n in w.composed.networks]
    there = {network.name: network for network in observed.further_networks}
    kept = {name: network.subnets[0] for name, network in there.items() if network.subnets}
    return carve(subnet, {name: members.count(name) for name in names}, kept, observed.subnets)


def _ports(
    blueprint: Blueprint, observed: Observed, subnet: ipaddress.IPv4Network, free: Callable[[int], bool]
) -> dict[str, int]:
    """Every published port by its name."""
    wanted = {port.name: port for w in blueprint.workloads for port in published(w)}
    containers = {name: observed.container(port.service) for name, port in wanted.items()}
    kept = {
        name: int(port)
        for name, container in containers.items()
        if container and (port := container.labels.get(labels.port(wanted[name].which), "")).isdigit()
    }
    held = {port: name for name, port in kept.items() if _is_up(containers[name])}
    return assign(wanted, block(subnet), kept, lambda name, port: held.get(port) == name or free(port))


def _is_up(container: Container | None) -> bool:
    return container is not None and container.state in ("running", "paused", "restarting")


def _reference(image: Image, observed: Observed) -> str:
    """The first reference the daemon has; else where it will be pulled from or what it will be called."""
    present = next((c for c in image.candidates if c in observed.images), None)
    return present or (image.candidates[0] if len(image.candidates) == 1 else image.candidates[1])


def _digest(workload: Workload, image: str, ports: Mapping[str, int], secrets: Mapping[Confidential, str]) -> str:
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


def _anew(
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


def _starts(blueprint: Blueprint, observed: Observed, anew: Mapping[str, str]) -> dict[str, Start]:
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


def _stores(workloads: Iterable[Workload]) -> set[str]:
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


def _images(blueprint: Blueprint, observed: Observed, images: Mapping[str, str], *, rebuild: bool) -> Iterable[Step]:
    seen: set[str] = set()
    for service, image in blueprint.images.items():
        reference = images[service]
        absent = reference not in observed.images
        if reference not in seen and (absent or (rebuild and image.built)):
            because = "the daemon does not have it" if absent else "asked for"
            yield PrepareImage(because, service, reference, image.built)
        seen.add(reference)


def _removals(
    blueprint: Blueprint, observed: Observed, starts: Mapping[str, Start], anew: Collection[str]
) -> Iterable[Step]:
    """Those of services that left the stack file, the old ones of those that start anew, and what died over data."""
    for box in observed.boxes:
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


def _resumes(blueprint: Blueprint, observed: Observed, anew: Collection[str]) -> Iterable[Step]:
    """What is paused goes on, unless its container is removed."""
    for workload in blueprint.workloads:
        container = observed.container(workload.service)
        if container is None or container.state != "paused" or workload.service in anew:
            continue
        if _only_paused(container) or _can_go_on(workload, container):
            yield Resume("it is paused", container.id, container.service)


def _network(blueprint: Blueprint, observed: Observed, subnet: ipaddress.IPv4Network) -> Iterable[Step]:
    if observed.network is None:
        yield CreateNetwork("it is not there", blueprint.network, str(subnet))


def _further_networks(observed: Observed, further: Mapping[str, ipaddress.IPv4Network]) -> Iterable[Step]:
    there = {network.name for network in observed.further_networks}
    for name, subnet in further.items():
        if name not in there:
            yield CreateNetwork("it is not there", name, str(subnet))
