"""The story of `snapshot rm`, and how a snapshot goes with its bytes, whoever removes it."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Mounted, script
from envctl.observed import Volume
from envctl.ops import pools
from envctl.ops.pools.programs import ready_image
from envctl.ops.snapshots.find import chosen, take_stock
from envctl.ops.snapshots.show import row
from envctl.planning.shelf import clones_of
from envctl.planning.snapshots import lives
from envctl.pool import SNAPSHOTS
from envctl.reports.snapshots import (
    SnapshotRow,
    SnapshotsRemoved,
)
from envctl.snapshot import DATA, Snapshot, is_data, is_marker, marker
from envctl.snapshots import SCRIPT
from envctl.world import World
from envctl.world.alive import myself
from envctl.world.helper import ROLE as HELPER
from envctl.world.helper import must, run


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


def _remove(world: World, one: Snapshot) -> None:
    with world.locks.hold(marker(one.address), "snapshot rm"):
        if clones := take_stock(world).clones.get(one.address) or remove(world, one):
            raise _refused({one.short: clones})


def remove(world: World, snapshot: Snapshot) -> tuple[str, ...]:
    """Remove a snapshot, whose lock the caller holds. Returns the environments that live on it: then it is still there.

    What says that it is one goes first, so no half of it is ever taken for it. A client elsewhere shares no lock with
    us: it looks for the snapshot once more when its clone is there, and we for clones when the snapshot is not.
    """
    address = snapshot.address
    world.engine.remove_volume(snapshot.marker)
    if clones := clones_of(world.engine.volumes({labels.CLONE: address})).get(address):
        world.engine.create_volume(snapshot.marker, snapshot.labels())
        return clones
    names = {part.held.volume for part in snapshot.parts}
    mine = world.engine.volumes({labels.SNAPSHOT: address, labels.ROLE: DATA})
    discard(world, address, [volume for volume in mine if volume.name in names and is_data(volume)])
    return ()


def discard(world: World, address: str, volumes: Sequence[Volume]) -> None:
    """Remove volumes that are no snapshot's, a marker before all others; of a pool the folders first: they outlive
    volumes.
    """
    pooled = [v for v in volumes if v.labels.get(labels.SUBPATH) == f"{SNAPSHOTS}/{v.name}"]
    for volume in filter(is_marker, volumes):
        world.engine.remove_volume(volume.name)
    if pooled:
        _remove_folders(world, address, pooled)
    for volume in volumes:
        if not is_marker(volume):
            world.engine.remove_volume(volume.name)


def _remove_folders(world: World, address: str, pooled: Sequence[Volume]) -> None:
    pool = pools.look(world)
    there = [volume for volume in pooled if pool is not None and volume.labels.get(labels.POOL) == pool.id]
    if pool is None or not there or pools.is_lost(world, pool):
        return  # the pool went, and all that was in it
    pools.attach(world, pool)
    words = [word for v in there for word in ("remove", "-", f"/pool/{v.labels[labels.SUBPATH]}")]
    job = script(ready_image(world), SCRIPT, *words, mounts={"/pool": Mounted(pool.volume)})
    name = f"{marker(address)}-{HELPER}-{token_hex(4)}"
    own = {labels.ROLE: HELPER, labels.SNAPSHOT: address, labels.SNAPSHOT_BUILDER: myself()}
    must(
        run(world.engine, job, name, own),
        "what lies in the pool could not be removed",
        unchanged="It is no snapshot any more, but its bytes are there.",
        hint="Run `envctl gc` once that is mended: it goes on from here.",
    )


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
