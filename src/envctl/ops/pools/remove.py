"""The story of `pool rm`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Volume
from envctl.ops import pools
from envctl.ops.pools.contents import clones_in, numbers, residents, snapshots_in, sweep, worked
from envctl.pool import ROLE, STORE, Pool, half_made, pool_of
from envctl.reports.pools import PoolRemoved
from envctl.snapshot import Snapshot, is_data, marker
from envctl.world import World

_UNCHANGED = "Nothing was removed."
_UNLINK = f"""set -eu
rm -f "$2"
if [ -e "{pools.STORED}/$1" ]; then echo "= $(du -B1 "{pools.STORED}/$1" | cut -f 1)"; else echo "= 0"; fi
"""


def remove(world: World, *, force: bool = False) -> PoolRemoved:
    """Remove the pool with the snapshots in it; those that have a name only with `force`. Raises EnvctlError.

    Its volume goes before its file: who dies in between leaves what the next `pool rm` or `pool create` sweeps.
    """
    with pools.alone(world, "pool rm"):
        volumes = world.engine.volumes({labels.ROLE: ROLE}, {labels.ROLE: STORE})
        pool = pool_of(volumes)
        sweep(world, half_made(volumes))
        if pool is None:
            return PoolRemoved(None)
        lying = residents(world, pool)
        snapshots = snapshots_in(pool, lying)
        _refuse_used(world, pool, lying)
        _refuse_named(snapshots, force=force)
        with _nobody_builds(world, lying):
            freed = _cut_off(world, pool)
            world.tell(Event("pool", "detaching"))
            pools.end_helpers(world, pool)
            _emptied(world, pool, lying, snapshots)
            world.engine.remove_volume(pool.volume)
            sweep(world, (pool,))
        world.tell(Event("pool", "detached", "done"))
        known = {v.name for v in lying if is_data(v)} | {pool.volume, pool.store}
        left = tuple(v.name for v in lying if v.labels.get(labels.POOL) == pool.id and v.name not in known)
        return PoolRemoved(pool.id, tuple(s.short for s in snapshots), freed, left)


@contextmanager
def _nobody_builds(world: World, lying: Sequence[Volume]) -> Iterator[None]:
    """Whoever builds or clones meanwhile has a container only now and then, and the snapshot's lock all the time.

    Nobody is waited for: he may be waiting for the pool. Raises EnvctlError(DATA_REFUSED).
    """
    addresses = sorted({volume.labels[labels.SNAPSHOT] for volume in lying if is_data(volume)})
    with ExitStack() as held:
        try:
            for address in addresses:
                held.enter_context(world.locks.hold(marker(address), "pool rm", wait=False))
        except EnvctlError as error:
            if error.code is not Exit.LOCKED:
                raise
            raise EnvctlError(
                Exit.DATA_REFUSED,
                f"the pool is in use: {error.message}",
                unchanged=_UNCHANGED,
                hint="Wait until that has ended, then run `envctl pool rm` again.",
            ) from error
        yield


def _cut_off(world: World, pool: Pool) -> int:
    """From here on nobody can mount it; who began to clone a moment ago keeps it. How many bytes it takes."""
    ended = worked(pools.on_machine(world, pool, _UNLINK, pool.file, pool.device), "could not be detached")
    try:
        _refuse_used(world, pool, residents(world, pool))
    except EnvctlError:
        pools.attach_alone(world, pool)
        raise
    return numbers(ended, 1)[0]


def _emptied(world: World, pool: Pool, lying: Sequence[Volume], snapshots: Sequence[Snapshot]) -> None:
    """Markers first: what has none is no snapshot any more. Their folders go with the file."""
    for snapshot in snapshots:
        world.engine.remove_volume(snapshot.marker)
    elsewhere = [part.held.volume for s in snapshots for part in s.parts if part.held.pool != pool.id]
    inside = [v.name for v in lying if is_data(v) and v.labels.get(labels.POOL) == pool.id]
    for volume in (*elsewhere, *inside):
        world.engine.remove_volume(volume)


def _refuse_used(world: World, pool: Pool, lying: Sequence[Volume]) -> None:
    """Raises EnvctlError(DATA_REFUSED) where an environment's data lies in it, or a container has it mounted."""
    clones = clones_in(pool, lying)
    if clones:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the data of environments lies in the pool: {', '.join(volume.name for volume in clones)}",
            unchanged=_UNCHANGED,
            hint="Remove these environments first: `envctl ls`, then `envctl down --env NAME` in their projects.",
        )
    names = [volume.name for volume in lying if volume.labels.get(labels.POOL) == pool.id]
    using = [container.name for container in world.engine.running_with((), names)]
    if using:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"the pool is in use: {', '.join(using)}",
            unchanged=_UNCHANGED,
            hint="Wait until it has ended, or stop it, then run `envctl pool rm` again.",
        )


def _refuse_named(snapshots: Sequence[Snapshot], *, force: bool) -> None:
    named = [snapshot.name for snapshot in snapshots if snapshot.name]
    if named and not force:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"snapshots that somebody gave a name lie in the pool: {', '.join(named)}",
            unchanged=_UNCHANGED,
            hint="`envctl pool rm --force` removes them too.",
        )
