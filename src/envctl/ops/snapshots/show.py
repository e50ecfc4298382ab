"""The stories of `snapshot ls` and `snapshot inspect`."""

from __future__ import annotations

from collections.abc import Collection

from envctl import certificate, labels
from envctl.observed import Volume
from envctl.ops.snapshots.find import chosen, take_stock
from envctl.planning.ownership import identity_of
from envctl.planning.shelf import Shelf
from envctl.reports.snapshots import (
    SnapshotClone,
    SnapshotDetails,
    SnapshotListing,
    SnapshotPart,
    SnapshotRow,
)
from envctl.snapshot import Part, Snapshot
from envctl.world import World


def ls(world: World, project: str | None = None) -> SnapshotListing:
    """Every snapshot, or those that were first made for a project; the newest first."""
    found = take_stock(world)
    unreadable = [v for v in found.unreadable if project in (None, v.labels.get(labels.SNAPSHOT_PROJECT))]
    return SnapshotListing(
        tuple(row(one, found) for one in found.snapshots if project in (None, one.project)),
        tuple(volume.labels[labels.SNAPSHOT] for volume in unreadable),
    )


def inspect(world: World, word: str) -> SnapshotDetails:
    """Everything about the snapshot of a name or an address. Raises EnvctlError(NOT_FOUND)."""
    found = take_stock(world)
    one = chosen(found.snapshots, word)
    copies = world.engine.volumes({labels.CLONE: one.address})
    return SnapshotDetails(
        snapshot=row(one, found),
        digest=one.digest or None,
        about=dict(one.about),
        parts=tuple(_part(part, found.images) for part in one.parts),
        copies=tuple(_copy(volume) for volume in copies),
        certificate=certificate.read(one.certificate),
    )


def row(one: Snapshot, found: Shelf) -> SnapshotRow:
    """A snapshot with who lives on it."""
    return SnapshotRow(
        name=one.name or None,
        address=one.address,
        source=one.source,
        project=one.project,
        services=tuple(dict.fromkeys(part.service for part in one.parts)),
        size=one.size,
        made=one.made.isoformat(timespec="seconds"),
        by=one.by,
        clones=found.clones.get(one.address, ()),
    )


def _part(part: Part, images: Collection[str]) -> SnapshotPart:
    return SnapshotPart(
        service=part.service,
        kind=part.kind,
        version=part.version,
        image=part.image,
        image_id=part.image_id,
        image_there=part.image_id in images,
        user=part.user or None,
        volume=part.volume,
        held=part.held.volume,
        pool=part.held.pool or None,
        facts=dict(part.facts),
    )


def _copy(volume: Volume) -> SnapshotClone:
    identity = identity_of(volume.labels)
    called = f"{identity.project}/{identity.name}" if identity else ""
    return SnapshotClone(called, volume.name, volume.labels.get(labels.STRATEGY))
