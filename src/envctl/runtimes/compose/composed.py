"""Renders a service of a wrapped Compose project: as its team wrote it, with the environment's own names. Pure.

Other services may not be in the rendered project, as they run already. What names one of them names its container.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.composition import DEFAULT_NETWORK, Composition
from envctl.plan import Plan
from envctl.workload import Composed, Limits, Workload, published

Document = dict[str, Any]


def composed_service(
    blueprint: Blueprint, plan: Plan, workload: Workload, composed: Composed, started: Collection[str]
) -> Document:
    """One service of the project, labels of ours left out."""
    definition = {**composed.definition}
    links = definition.pop("links", ())
    return {
        **definition,
        **_named_limits(definition, workload.limits),
        **_references(blueprint, definition),
        **({"external_links": [_link(blueprint, link) for link in links]} if links else {}),
        **({"ports": ports} if (ports := _ports(plan, workload)) else {}),
        "image": plan.images[workload.service],
        "pull_policy": "never",
        "container_name": blueprint.container(workload.service),
        "depends_on": {need: dict(wait) for need, wait in composed.waits.items() if need in started},
    }


def composed_labels(plan: Plan, workload: Workload, composed: Composed) -> dict[str, str]:
    """The labels that only such a service has, its own included."""
    further = [port for port in published(workload) if port.which]
    return {
        **{key: str(value) for key, value in (composed.definition.get("labels") or {}).items()},
        **{labels.port(port.which): str(plan.ports[port.name]) for port in further},
        **({labels.ENDS: composed.ends} if composed.ends else {}),
    }


def shared_parts(blueprint: Blueprint, composition: Composition) -> Document:
    """The networks, volumes, secrets and configs of the project. The first two are there already."""
    return {
        "networks": {
            name: {"name": blueprint.network_of(name), "external": True}
            for name in (DEFAULT_NETWORK, *composition.networks)
        },
        "volumes": {name: {"name": blueprint.volume(name), "external": True} for name in composition.volumes},
        "secrets": {name: dict(part) for name, part in composition.secrets.items()},
        "configs": {name: dict(part) for name, part in composition.configs.items()},
    }


def _references(blueprint: Blueprint, definition: Mapping[str, Any]) -> Document:
    """What is shared with another service's container."""
    found: Document = {}
    for key in ("network_mode", "pid", "ipc"):
        kind, _, service = str(definition.get(key) or "").partition(":")
        if kind == "service":
            found[key] = f"container:{blueprint.container(service)}"
    if sources := definition.get("volumes_from"):
        found["volumes_from"] = [_source(blueprint, source) for source in sources]
    return found


def _source(blueprint: Blueprint, source: str) -> str:
    service, colon, mode = source.partition(":")
    return f"container:{blueprint.container(service)}{colon}{mode}"


def _link(blueprint: Blueprint, link: str) -> str:
    service, _, alias = link.partition(":")
    return f"{blueprint.container(service)}:{alias or service}"


def _ports(plan: Plan, workload: Workload) -> list[Document]:
    inside = [(workload.port, "tcp")] if workload.port is not None else []
    inside += [(port.target, port.protocol) for port in workload.further_ports]
    return [
        {
            "target": target,
            "published": str(plan.ports[port.name]),
            "host_ip": "127.0.0.1",
            "protocol": protocol,
            "mode": "host",
        }
        for (target, protocol), port in zip(inside, published(workload), strict=True)
    ]


def _named_limits(definition: Mapping[str, Any], limits: Limits) -> Document:
    """The shares of the stack's `[limits]`, where the project says nothing itself."""
    deployed = ((definition.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    wanted = {
        "mem_limit": ("memory", limits.memory),
        "cpus": ("cpus", limits.cpus),
        "pids_limit": ("pids", limits.pids),
    }
    return {
        key: value
        for key, (inner, value) in wanted.items()
        if value is not None and not definition.get(key) and not deployed.get(inner)
    }
