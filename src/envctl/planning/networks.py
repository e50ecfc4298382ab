"""Subnets and ports of an environment: what it has stays, and what is new gets what is free."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container, Observed
from envctl.plan import CreateNetwork, Step
from envctl.planning.slots import assign, block, carve, choose, first_half
from envctl.workload import published


def subnet_of(blueprint: Blueprint, observed: Observed, free: Callable[[int], bool]) -> ipaddress.IPv4Network:
    """Of the network that is there, else one that nobody has. Raises EnvctlError: NOT_OURS, NO_CAPACITY."""
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


def further_subnets(
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


def ports_of(
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


def new_networks(
    blueprint: Blueprint,
    observed: Observed,
    subnet: ipaddress.IPv4Network,
    further: Mapping[str, ipaddress.IPv4Network],
) -> Iterable[Step]:
    """Those that are not there; the main one first."""
    if observed.network is None:
        yield CreateNetwork("it is not there", blueprint.network, str(subnet))
    there = {network.name for network in observed.further_networks}
    for name, own in further.items():
        if name not in there:
            yield CreateNetwork("it is not there", name, str(own))
