"""Removes a snapshot with its bytes, and whatever else is of an address."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex

from envctl import labels
from envctl.job import Mounted, script
from envctl.observed import Volume
from envctl.ops import pools
from envctl.ops.pools.programs import ready_image
from envctl.planning.shelf import clones_of
from envctl.pool import SNAPSHOTS
from envctl.snapshot import DATA, Snapshot, is_data, is_marker, marker
from envctl.snapshots import SCRIPT
from envctl.world import World
from envctl.world.alive import myself
from envctl.world.helper import ROLE as HELPER
from envctl.world.helper import must, run


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
