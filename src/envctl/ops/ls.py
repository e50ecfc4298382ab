"""The story of `ls`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from envctl import labels
from envctl.identity import Identity
from envctl.lease import Lease, lease_of
from envctl.observed import Container, Network, Volume
from envctl.ops.bundles.find import bundles
from envctl.ops.observe import proven
from envctl.planning.ownership import Object, identity_of, is_box, is_bundle
from envctl.reports.lifetime import lifetime_of
from envctl.reports.ls import EnvironmentRow, Listing, RemovedListing, RemovedRow
from envctl.world import World


def ls(world: World, project: str | None = None) -> Listing:
    """Every environment the daemon holds, or those of one project."""
    engine = world.engine
    return Listing(rows(proven(world, (*engine.listed(), *engine.networks(), *engine.volumes())), project))


def ls_removed(world: World, project: str | None = None) -> RemovedListing:
    """What is kept of environments that were removed, the newest first."""
    rows = (
        RemovedRow(
            b.identity.name,
            b.identity.project,
            b.identity.branch,
            b.removed.isoformat(timespec="seconds") if b.removed else None,
            b.because,
            b.until.isoformat(timespec="seconds") if b.until else None,
            b.size,
            b.name,
        )
        for b in reversed(bundles(world, project))
    )
    return RemovedListing(tuple(rows))


def rows(objects: Iterable[Object], project: str | None = None) -> tuple[EnvironmentRow, ...]:
    """One row for each environment that something is there of, all of it proven to be ours."""
    found: dict[str, list[tuple[Identity, Object]]] = defaultdict(list)
    for thing in objects:
        identity = None if is_bundle(thing) or is_box(thing) else identity_of(thing.labels)
        if identity and project in (None, identity.project):
            found[identity.full].append((identity, thing))
    return tuple(_row([i for i, _ in found[full]], [thing for _, thing in found[full]]) for full in sorted(found))


def _state(containers: list[Container]) -> str:
    """As `status` says it: a container alone knows no service that is absent."""
    if not any(c.state == "running" for c in containers):
        return "paused" if any(c.state == "paused" for c in containers) else "stopped"
    return "running" if all(c.ready for c in containers) else "partial"


def _row(identities: list[Identity], objects: list[Object]) -> EnvironmentRow:
    """An environment that was drawn from a branch may also have been named by hand: some of it knows no branch then."""
    one, branch = identities[0], next((i.branch for i in identities if i.branch), None)
    services = (o for o in objects if isinstance(o, Container) and o.labels.get(labels.ROLE) == "service")
    containers = [c for c in services if not c.finished]
    running = sum(c.state == "running" for c in containers)
    state = _state(containers)
    created = next((o.labels.get(labels.CREATED) for o in objects if isinstance(o, Network)), None)
    row = EnvironmentRow(one.name, one.project, branch, state, len(containers), running, created)
    lease = lease_of(o for o in objects if isinstance(o, Volume))
    if not isinstance(lease, Lease):
        return row
    until = lifetime_of(one, lease)
    return replace(row, expires=until.expires, used=until.used, pinned=until.pinned)
