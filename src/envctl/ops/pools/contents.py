"""What lies in a pool, and what is left of one."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Output
from envctl.observed import Volume
from envctl.ops import pools
from envctl.pool import Pool
from envctl.snapshot import MARKER, Snapshot, snapshots_of
from envctl.world import World
from envctl.world.machine import full_disk

# A device that is still mounted somewhere goes by itself once it is not any more.
_DETACH = f"""set -eu
rm -f "$2"; rmdir "${{2%/*}}" 2>/dev/null || true
if [ -e "{pools.STORED}/$1" ]; then
    losetup --noheadings --output NAME --associated "{pools.STORED}/$1" | while read -r loop; do
        losetup --detach "$loop"
    done
fi
rm -f "{pools.STORED}/$1"
"""


def residents(world: World, pool: Pool) -> tuple[Volume, ...]:
    """Every volume that says it is of the pool, and the markers of all snapshots."""
    return world.engine.volumes({labels.POOL: pool.id}, {labels.ROLE: MARKER})


def clones_in(pool: Pool, volumes: Sequence[Volume]) -> list[Volume]:
    """The volumes of environments that lie in it."""
    said = (v for v in volumes if v.labels.get(labels.POOL) == pool.id)
    return [v for v in said if labels.CLONE in v.labels or labels.ENVIRONMENT in v.labels]


def snapshots_in(pool: Pool, volumes: Sequence[Volume]) -> list[Snapshot]:
    """The snapshots whose bytes lie in it, of one service at least."""
    return [s for s in snapshots_of(volumes) if any(part.held.pool == pool.id for part in s.parts)]


def sweep(world: World, halves: Sequence[Pool]) -> None:
    """Remove what is left of pools that nobody can use: device, link and file. Raises EnvctlError."""
    for pool in halves:
        pools.end_helpers(world, pool)
        worked(pools.on_machine(world, pool, _DETACH, pool.file, pool.device), "could not be removed")
        world.engine.remove_volume(pool.store)


def worked(ended: Output, what: str) -> Output:
    """The same output, of what must have worked. Raises EnvctlError: `what` follows on `the pool`."""
    if ended.status == 0:
        return ended
    if full := full_disk(f"the pool {what}", "\n".join(ended.lines)):
        raise full
    if os.strerror(errno.EFBIG).lower() in ended.complaint.lower():
        raise EnvctlError(
            Exit.USAGE,
            f"the pool {what}: no file of the daemon's disk can be as large",
            hint="Choose a smaller --size: ext4 takes files of 16 TiB at most.",
        )
    raise EnvctlError(
        Exit.DOCKER,
        f"the pool {what}: {ended.complaint}",
        details=ended.lines[-5:-1],
        hint="It needs loop devices and XFS in the kernel of the daemon's machine, and a daemon that runs as root. "
        "Without a pool data is cloned by overlay or copied: see `envctl doctor`.",
    )


def numbers(ended: Output, count: int) -> list[int]:
    """What a script said in a line that begins with `=`. Raises EnvctlError where it did not say so many."""
    found = next((line.split()[1:] for line in ended.lines if line.startswith("= ")), [])
    if len(found) != count:
        raise EnvctlError(Exit.DOCKER, "the pool was asked for its size and gave no answer", hint="Run the same again.")
    return [int(number) for number in found]
