"""The story of `pool ls`, and what a pool has left for all who ask."""

from __future__ import annotations

from dataclasses import replace

from envctl.errors import EnvctlError
from envctl.observed import Volume
from envctl.ops import pools
from envctl.ops.pools.contents import clones_in, numbers, residents, snapshots_in, worked
from envctl.pool import Pool
from envctl.reports.pools import PoolListing, PoolStatus
from envctl.units import MIB
from envctl.world import World

_MEASURE = f"""set -eu
echo "= $(stat -c %s "{pools.STORED}/$1") $(df -B1 --output=used,avail {pools.INSIDE} | tail -n 1)" \\
    "$(du -B1 "{pools.STORED}/$1" | cut -f 1) $(df -B1 --output=avail {pools.STORED} | tail -n 1)"
"""


def ls(world: World) -> PoolListing:
    """The daemon's pool, attached where it was not, and what is in it."""
    pool = pools.look(world)
    if pool is None:
        return PoolListing(None)
    volumes = residents(world, pool)
    try:
        pools.attach(world, pool)
        return PoolListing(status(world, pool, volumes))
    except EnvctlError as error:
        return PoolListing(replace(_counted(pool, volumes), problem=error.message))


def status(world: World, pool: Pool, volumes: tuple[Volume, ...]) -> PoolStatus:
    """What it has left. Raises EnvctlError where it cannot be mounted."""
    ended = worked(pools.inside(world, pool, _MEASURE, pool.file), "cannot be used")
    size, used, free, taken, left = numbers(ended, 5)
    found = _counted(pool, volumes)
    return replace(found, attached=True, size=size, used=used, free=free, taken=taken, disk_free=left)


def _counted(pool: Pool, volumes: tuple[Volume, ...]) -> PoolStatus:
    return PoolStatus(pool.id, pool.volume, len(snapshots_in(pool, volumes)), len(clones_in(pool, volumes)))


def whole(size: int) -> int:
    """Full mebibytes, which every block size divides."""
    return -(-size // MIB) * MIB
