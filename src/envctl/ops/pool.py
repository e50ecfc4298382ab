"""The stories of `pool create`, `pool ls` and `pool grow`."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from secrets import token_hex

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Volume
from envctl.ops import pools
from envctl.ops.pool_contents import clones_in, numbers, residents, snapshots_in, sweep, worked
from envctl.pool import CLONES, ROLE, SMALLEST, SNAPSHOTS, STORE, Pool, half_made, pool_of
from envctl.reports.pools import PoolGrown, PoolListing, PoolStatus
from envctl.units import MIB, show_size
from envctl.world import World

_NOTHING = "No pool was made, and nothing of one was left behind."
# What kernels from 5.10 on can mount. The check at the end is the one for which there is a pool at all.
_MAKE = f"""set -eu
rm -f "{pools.STORED}/$1"
truncate -s "$3" "{pools.STORED}/$1"
mkfs.xfs -q -c options=/usr/share/xfsprogs/mkfs/lts_5.15.conf "{pools.STORED}/$1" >/dev/null
{pools.ATTACHED}
mkdir -p /mnt/pool; mount -t xfs "$loop" /mnt/pool
mkdir -p "/mnt/pool/{SNAPSHOTS}" "/mnt/pool/{CLONES}"
echo envctl >/mnt/pool/probe; cp --reflink=always /mnt/pool/probe /mnt/pool/copy; rm /mnt/pool/probe /mnt/pool/copy
umount /mnt/pool
"""
_GROW = f"""{pools.ATTACHED}
truncate -s "$1" "$file"; losetup --set-capacity "$loop"
mkdir -p /mnt/pool; mount -t xfs "$loop" /mnt/pool; xfs_growfs /mnt/pool >/dev/null; umount /mnt/pool
"""
_MEASURE = f"""set -eu
echo "= $(stat -c %s "{pools.STORED}/$1") $(df -B1 --output=used,avail {pools.INSIDE} | tail -n 1)" \\
    "$(du -B1 "{pools.STORED}/$1" | cut -f 1) $(df -B1 --output=avail {pools.STORED} | tail -n 1)"
"""


def create(world: World, size: int) -> PoolStatus:
    """Make a pool of that many bytes. Raises EnvctlError; whatever goes wrong, nothing of it is left behind."""
    size = _whole(size)
    if size < SMALLEST:
        raise EnvctlError(
            Exit.USAGE,
            f"a pool of {show_size(size)} is too small",
            unchanged="Nothing was changed.",
            hint=f"It needs {show_size(SMALLEST)}, and takes what is in it: `envctl pool create --size 50G`.",
        )
    with pools.alone(world, "pool create"):
        volumes = world.engine.volumes({labels.ROLE: ROLE}, {labels.ROLE: STORE})
        if (there := pool_of(volumes)) is not None:
            raise EnvctlError(
                Exit.USAGE,
                f"there is a pool already: {there.volume}",
                unchanged="It is as it was.",
                hint="`envctl pool grow --size SIZE` makes it larger, `envctl pool ls` shows what is in it.",
            )
        sweep(world, half_made(volumes))
        return _made(world, Pool(token_hex(8)), size)


def _made(world: World, pool: Pool, size: int) -> PoolStatus:
    pools.image(world)
    world.tell(Event("pool", f"making {show_size(size)}"))
    try:
        world.engine.create_volume(pool.store, pool.store_labels)
        worked(pools.on_machine(world, pool, _MAKE, pool.file, pool.device, str(size)), "could not be made")
        world.engine.create_volume(pool.volume, pool.labels, options=pool.options)
        status = _status(world, pool, ())  # by mounting it as all others will
    except BaseException as failure:
        with suppress(EnvctlError):
            world.engine.remove_volume(pool.volume)
            sweep(world, (pool,))
        with suppress(EnvctlError):  # also where no helper can be run
            world.engine.remove_volume(pool.store)
        if isinstance(failure, EnvctlError):
            failure.unchanged = _NOTHING
        raise
    world.tell(Event("pool", "made", "done"))
    return status


def ls(world: World) -> PoolListing:
    """The daemon's pool, attached where it was not, and what is in it."""
    pool = pools.look(world)
    if pool is None:
        return PoolListing(None)
    volumes = residents(world, pool)
    try:
        pools.attach(world, pool)
        return PoolListing(_status(world, pool, volumes))
    except EnvctlError as error:
        return PoolListing(replace(_counted(pool, volumes), problem=error.message))


def grow(world: World, size: int) -> PoolGrown:
    """Make the pool larger, whatever runs in it meanwhile. Raises EnvctlError."""
    size = _whole(size)
    with pools.alone(world, "pool grow"):
        pool = needed(world)
        pools.attach_alone(world, pool)
        volumes = residents(world, pool)
        before = _status(world, pool, volumes)
        if before.size is not None and size < before.size:
            raise EnvctlError(
                Exit.USAGE,
                f"the pool has {show_size(before.size)}, and XFS never becomes smaller",
                unchanged="It is as it was.",
                hint="On the disk it takes only what is in it: `envctl pool ls`.",
            )
        # Also at the size that it has: a run that died may have made the file larger, and not what is in it.
        worked(pools.on_machine(world, pool, _GROW, pool.file, pool.device, str(size)), "could not be made larger")
        return PoolGrown(_status(world, pool, volumes), before.size)


def needed(world: World) -> Pool:
    """The pool. Raises EnvctlError(NOT_FOUND) where there is none."""
    if (pool := pools.look(world)) is None:
        raise EnvctlError(
            Exit.NOT_FOUND,
            "there is no pool on this daemon",
            unchanged="Nothing was changed.",
            hint="Make one with `envctl pool create --size 50G`.",
        )
    return pool


def _status(world: World, pool: Pool, volumes: tuple[Volume, ...]) -> PoolStatus:
    """What it has left. Raises EnvctlError where it cannot be mounted."""
    ended = worked(pools.inside(world, pool, _MEASURE, pool.file), "cannot be used")
    size, used, free, taken, left = numbers(ended, 5)
    found = _counted(pool, volumes)
    return replace(found, attached=True, size=size, used=used, free=free, taken=taken, disk_free=left)


def _counted(pool: Pool, volumes: tuple[Volume, ...]) -> PoolStatus:
    return PoolStatus(pool.id, pool.volume, len(snapshots_in(pool, volumes)), len(clones_in(pool, volumes)))


def _whole(size: int) -> int:
    """Full mebibytes, which every block size divides."""
    return -(-size // MIB) * MIB
