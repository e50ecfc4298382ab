"""What a container has of volumes: its data, and what that lies over. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from envctl.blueprint import Blueprint
from envctl.plan import Plan
from envctl.workload import Mount, Workload

_KEPT = "/run/envctl/kept"  # where it has what its data lies over: what a container has, nobody prunes


def mounts(blueprint: Blueprint, plan: Plan, workload: Workload) -> list[dict[str, Any]]:
    """Those of a service's container. It has no use for the further ones, and cannot write to them."""
    further = [
        {
            "type": "volume",
            "source": name,
            "target": f"{_KEPT}/{number}",
            "read_only": True,
            "volume": {"nocopy": True},
        }
        for number, name in enumerate(_beneath(blueprint, plan, workload))
    ]
    return [*(_data(blueprint, plan, mount) for mount in workload.mounts), *further]


def volumes(blueprint: Blueprint, plan: Plan, workload: Workload) -> dict[str, dict[str, Any]]:
    """The same volumes as the project declares them: they are there before Compose is."""
    own = {mount.volume: blueprint.volume(mount.volume) for mount in workload.mounts}
    further = {name: name for name in _beneath(blueprint, plan, workload)}
    return {key: {"name": name, "external": True} for key, name in {**own, **further}.items()}


def _data(blueprint: Blueprint, plan: Plan, mount: Mount) -> dict[str, Any]:
    """Nothing of the image goes into a copy, which may only become one while its container is made."""
    name = blueprint.volume(mount.volume)
    options = {
        **({"subpath": plan.subpaths[name]} if name in plan.subpaths else {}),
        **({"nocopy": True} if name in plan.cloned else {}),
    }
    inside = {"volume": options} if options else {}
    return {"type": "volume", "source": mount.volume, "target": mount.path, **inside}


def _beneath(blueprint: Blueprint, plan: Plan, workload: Workload) -> Iterator[str]:
    for mount in workload.mounts:
        yield from plan.beneath.get(blueprint.volume(mount.volume), ())
