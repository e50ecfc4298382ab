"""A disk of envctl's own that copies in an instant where the daemon's cannot: XFS in a sparse file on a loop device."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from envctl import labels
from envctl.observed import Volume

ROLE = "pool"
FILE = "pool.xfs"  # in the pool's volume
SNAPSHOTS, CLONES = "snapshots", "clones"  # its folders


@dataclass(frozen=True)
class Pool:
    """A daemon has one at most. `id` is its own by chance: no other daemon's device is ever taken for it."""

    id: str

    @property
    def volume(self) -> str:
        """The volume that holds the file."""
        return f"envctl-pool__{self.id}"

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


def pool_of(volumes: Collection[Volume]) -> Pool | None:
    """The daemon's pool among its volumes: ours by label, and called as our own rule calls it."""
    found = (Pool(volume.labels.get(labels.POOL, "")) for volume in volumes if volume.labels.get(labels.ROLE) == ROLE)
    names = {volume.name for volume in volumes}
    return next((pool for pool in sorted(found, key=lambda p: p.id) if pool.id and pool.volume in names), None)
