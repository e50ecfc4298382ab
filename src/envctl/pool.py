"""A disk of envctl's own that copies in an instant where the daemon's cannot: XFS in a sparse file on a loop device.

Two volumes make it. One holds the file; the other, made last, leads into it: a pool is there only once it is whole.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from envctl import labels
from envctl.observed import Volume

ROLE = "pool"
STORE = "pool-file"  # the role of the volume with the file
SNAPSHOTS, CLONES = "snapshots", "clones"  # its folders
SMALLEST = 1 << 30  # bytes; XFS itself wants 300 MB


@dataclass(frozen=True)
class Pool:
    """A daemon has one at most. `id` is its own by chance: no other daemon's device is ever taken for it."""

    id: str

    @property
    def volume(self) -> str:
        """The volume that leads into it: who mounts that sees its folders."""
        return f"envctl-pool__{self.id}"

    @property
    def store(self) -> str:
        """The volume that holds the file."""
        return f"{self.volume}-file"

    @property
    def file(self) -> str:
        """The file's name there. With the ID in it, a device's backing file proves whose the device is."""
        return f"{self.id}.xfs"

    @property
    def device(self) -> str:
        """A link to its device on the daemon's machine, gone after a restart of that: what is not attached is not
        found, and another device never taken for it."""
        return f"/dev/envctl/{self.id}"

    @property
    def options(self) -> Mapping[str, str]:
        """Those of a volume that lies in it."""
        return {"type": "xfs", "device": self.device, "o": "discard"}

    @property
    def labels(self) -> dict[str, str]:
        """What its volume carries."""
        return {labels.ROLE: ROLE, labels.POOL: self.id}

    @property
    def store_labels(self) -> dict[str, str]:
        """What the volume with the file carries."""
        return {labels.ROLE: STORE, labels.POOL: self.id}


def pool_of(volumes: Collection[Volume]) -> Pool | None:
    """The daemon's pool among its volumes: ours by label, and called as our own rule calls it."""
    return next(iter(_named(volumes, ROLE)), None)


def half_made(volumes: Collection[Volume]) -> tuple[Pool, ...]:
    """What runs that died have left of pools: a volume for the file, and none that leads into it."""
    whole = _named(volumes, ROLE)
    return tuple(pool for pool in _named(volumes, STORE) if pool not in whole)


def _named(volumes: Collection[Volume], role: str) -> tuple[Pool, ...]:
    names = {volume.name for volume in volumes}
    found = (Pool(v.labels.get(labels.POOL, "")) for v in volumes if v.labels.get(labels.ROLE) == role)
    wanted = ((pool, pool.volume if role == ROLE else pool.store) for pool in found if pool.id)
    return tuple(pool for pool, name in sorted(wanted, key=lambda pair: pair[1]) if name in names)
