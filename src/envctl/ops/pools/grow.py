"""The story of `pool grow`."""

from __future__ import annotations

from envctl.errors import EnvctlError, Exit
from envctl.ops import pools
from envctl.ops.pools.contents import residents, worked
from envctl.ops.pools.status import status, whole
from envctl.pool import Pool
from envctl.reports.pools import PoolGrown
from envctl.units import show_size
from envctl.world import World

_GROW = f"""{pools.ATTACHED}
truncate -s "$1" "$file"; losetup --set-capacity "$loop"
mkdir -p /mnt/pool; mount -t xfs "$loop" /mnt/pool; xfs_growfs /mnt/pool >/dev/null; umount /mnt/pool
"""


def grow(world: World, size: int) -> PoolGrown:
    """Make the pool larger, whatever runs in it meanwhile. Raises EnvctlError."""
    size = whole(size)
    with pools.alone(world, "pool grow"):
        pool = _needed(world)
        pools.attach_alone(world, pool)
        volumes = residents(world, pool)
        before = status(world, pool, volumes)
        if before.size is not None and size < before.size:
            raise EnvctlError(
                Exit.USAGE,
                f"the pool has {show_size(before.size)}, and XFS never becomes smaller",
                unchanged="It is as it was.",
                hint="On the disk it takes only what is in it: `envctl pool ls`.",
            )
        # Also at the size that it has: a run that died may have made the file larger, and not what is in it.
        worked(pools.on_machine(world, pool, _GROW, pool.file, pool.device, str(size)), "could not be made larger")
        return PoolGrown(status(world, pool, volumes), before.size)


def _needed(world: World) -> Pool:
    """The pool. Raises EnvctlError(NOT_FOUND) where there is none."""
    if (pool := pools.look(world)) is None:
        raise EnvctlError(
            Exit.NOT_FOUND,
            "there is no pool on this daemon",
            unchanged="Nothing was changed.",
            hint="Make one with `envctl pool create --size 50G`.",
        )
    return pool
