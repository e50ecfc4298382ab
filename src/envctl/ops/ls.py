"""The story of `ls`."""

from __future__ import annotations

from collections import defaultdict

from envctl import labels
from envctl.identity import Identity
from envctl.observed import Container, Network, Volume
from envctl.planning.ownership import identity_of, is_ours
from envctl.reports import EnvironmentRow, Listing
from envctl.world import World

Object = Container | Network | Volume


def ls(world: World, project: str | None = None) -> Listing:
    """Every environment the daemon holds, or those of one project."""
    engine = world.engine
    found: dict[Identity, list[Object]] = defaultdict(list)
    objects: tuple[Object, ...] = (*engine.listed(), *engine.networks(), *engine.volumes())
    for thing in objects:
        identity = identity_of(thing.labels)
        if identity and is_ours(thing.name, thing.labels) and project in (None, identity.project):
            found[identity].append(thing)
    return Listing(tuple(_row(identity, found[identity]) for identity in sorted(found, key=lambda i: i.full)))


def _row(identity: Identity, objects: list[Object]) -> EnvironmentRow:
    containers = [o for o in objects if isinstance(o, Container) and o.labels.get(labels.ROLE) == "service"]
    running = sum(c.state == "running" for c in containers)
    state = "stopped" if not running else "running" if running == len(containers) else "partial"
    created = next((o.labels.get(labels.CREATED) for o in objects if isinstance(o, Network)), None)
    return EnvironmentRow(identity.name, identity.project, identity.branch, state, len(containers), running, created)
