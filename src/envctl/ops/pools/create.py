"""The story of `pool create`."""

from __future__ import annotations

from contextlib import suppress
from secrets import token_hex

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops import pools
from envctl.ops.pools.contents import sweep, worked
from envctl.ops.pools.status import status, whole
from envctl.ops.snapshots.find import look
from envctl.pool import CLONES, ROLE, SMALLEST, SNAPSHOTS, STORE, Pool, half_made, pool_of
from envctl.reports.pools import PoolMade, PoolStatus
from envctl.units import show_size
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


def create(world: World, size: int) -> PoolMade:
    """Make a pool of that many bytes. Raises EnvctlError; whatever goes wrong, nothing of it is left behind.

    What is built from now on goes there; snapshots that are there stay where they are, and so do clones of them.
    """
    size = whole(size)
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
        made = _made(world, Pool(token_hex(8)), size)
    return PoolMade(made, tuple(snapshot.short for snapshot in look(world)))


def _made(world: World, pool: Pool, size: int) -> PoolStatus:
    pools.image(world)
    world.tell(Event("pool", f"making {show_size(size)}"))
    try:
        world.engine.create_volume(pool.store, pool.store_labels)
        worked(pools.on_machine(world, pool, _MAKE, pool.file, pool.device, str(size)), "could not be made")
        world.engine.create_volume(pool.volume, pool.labels, options=pool.options)
        made = status(world, pool, ())  # by mounting it as all others will
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
    return made
