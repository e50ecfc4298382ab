"""Leaves with the daemon what Compose was given and why, without a secret: for the bundle that is kept one day."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError
from envctl.events import Event
from envctl.identity import Identity
from envctl.observed import Observed, Volume
from envctl.ops.volumes import make_volume
from envctl.runtimes.compose.project import before_name
from envctl.world import World

ROLE = "project"
_LARGEST = 16 << 20  # bytes of what is unpacked
_LONGEST_PLAN = 100_000  # characters


@dataclass(frozen=True)
class Project:
    """The rendered project, and the plan of the `up` that last changed something."""

    number: int = 0
    rendered: Mapping[str, Any] = field(default_factory=dict)
    plan: str = ""


def project_of(observed: Observed) -> Project | None:
    """What was left of an environment's project: the newest. None where there is none, or none that can be read."""
    found = [_read(v) for v in observed.volumes if v.labels.get(labels.ROLE) == ROLE]
    return max((p for p in found if p is not None), key=lambda p: p.number, default=None)


def leave_project(
    world: World, blueprint: Blueprint, observed: Observed, rendered: Mapping[str, Any], plan: str
) -> None:
    """Add these services to what is left with the daemon. A failure is told, and stops nobody."""
    try:
        _leave(world, blueprint, observed, rendered, plan)
    except EnvctlError as error:
        said = f"what Compose was given could not be noted for later: {error.message}"
        world.tell(Event("project", said, "info"))


def _leave(world: World, blueprint: Blueprint, observed: Observed, rendered: Mapping[str, Any], plan: str) -> None:
    old = project_of(observed) or Project()
    older = [v.name for v in observed.volumes if v.labels.get(labels.ROLE) == ROLE]
    number = max([old.number, *(_number(name) for name in older)]) + 1
    names = {w.service for w in blueprint.workloads}
    whole = merged(old.rendered, rendered, names | {before_name(name) for name in names})
    own = {
        **blueprint.labels,
        labels.ROLE: ROLE,
        labels.RENDERED: _packed(json.dumps(whole)),
        labels.PLAN: plan[:_LONGEST_PLAN],
    }
    make_volume(world, blueprint.identity, _name(blueprint.identity, number), own)
    for name in older:
        world.engine.remove_volume(name)


def merged(old: Mapping[str, Any], new: Mapping[str, Any], services: Collection[str]) -> dict[str, Any]:
    """Two renderings as one, the newer over the older; of services that are still in the stack."""
    both = {
        key: {**(old.get(key) or {}), **value} if isinstance(value, Mapping) else value for key, value in new.items()
    }
    both["services"] = {name: said for name, said in both.get("services", {}).items() if name in services}
    return both


def _name(identity: Identity, number: int) -> str:
    return f"{identity.full}__{ROLE}-{number}"


def _number(name: str) -> int:
    text = name.rpartition("-")[2]
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004  # digits


def _packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode("utf-8", "replace"))).decode("ascii")


def _read(volume: Volume) -> Project | None:
    try:
        packed = base64.b64decode(volume.labels[labels.RENDERED], validate=True)
        rendered = json.loads(zlib.decompressobj().decompress(packed, _LARGEST))
    except (KeyError, ValueError, zlib.error):
        return None
    return Project(_number(volume.name), rendered, volume.labels.get(labels.PLAN, ""))
