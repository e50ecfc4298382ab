"""The stories of `snapshot ls`, `snapshot inspect` and `snapshot rm`."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Volume
from envctl.ops.snapshots import chosen, remove, take_stock
from envctl.planning.ownership import identity_of
from envctl.planning.shelf import Shelf
from envctl.planning.snapshots import lives
from envctl.reports.snapshots import (
    SnapshotClone,
    SnapshotDetails,
    SnapshotListing,
    SnapshotPart,
    SnapshotRow,
    SnapshotsRemoved,
)
from envctl.snapshot import Part, Snapshot, marker
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
    )


def rm(world: World, words: Sequence[str]) -> SnapshotsRemoved:
    """Remove snapshots; all are looked at before the first one goes.

    Raises EnvctlError: NOT_FOUND, DATA_REFUSED for one that an environment lives on, PARTLY_DONE where some went.
    """
    found = take_stock(world)
    wanted = {one.address: one for one in (chosen(found.snapshots, word) for word in words)}
    if stood_on := [one for one in wanted.values() if found.clones.get(one.address)]:
        raise _refused({one.short: found.clones[one.address] for one in stood_on})
    gone: list[SnapshotRow] = []
    failed: list[tuple[Snapshot, EnvctlError]] = []
    for one in wanted.values():
        try:
            _remove(world, one)
            gone.append(row(one, found))
        except EnvctlError as error:
            failed.append((one, error))
    if failed:
        raise _partly(gone, failed)
    return SnapshotsRemoved(tuple(gone))


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


def _remove(world: World, one: Snapshot) -> None:
    with world.locks.hold(marker(one.address), "snapshot rm"):
        if clones := take_stock(world).clones.get(one.address) or remove(world, one):
            raise _refused({one.short: clones})


def _refused(clones: dict[str, tuple[str, ...]]) -> EnvctlError:
    called = ", ".join(clones)
    return EnvctlError(
        Exit.DATA_REFUSED,
        f"the snapshot{'s' * (len(clones) > 1)} {called} cannot be removed: environments live on what would go",
        details=tuple(f"{name}: {lives(who)}" for name, who in clones.items()),
        unchanged="Nothing was removed.",
        hint="Take those environments down first (`envctl down`); `envctl gc` then removes what nobody needs.",
    )


def _partly(gone: Sequence[SnapshotRow], failed: Sequence[tuple[Snapshot, EnvctlError]]) -> EnvctlError:
    if not gone and len(failed) == 1:
        return failed[0][1]
    return EnvctlError(
        Exit.PARTLY_DONE,
        f"{len(failed)} of {len(gone) + len(failed)} snapshots could not be removed",
        details=tuple(f"{one.short}: {error.message}" for one, error in failed),
        unchanged=f"Removed: {', '.join(one.short for one in gone) or 'none'}.",
        hint="Run the same for the rest once that is mended: `envctl snapshot ls` shows what is there.",
        data=SnapshotsRemoved(tuple(gone)).data(),
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
