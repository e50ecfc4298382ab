"""What pools there are, and what was done to them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from envctl.reports.base import Report


@dataclass(frozen=True)
class PoolStatus(Report):
    """A pool. Sizes are bytes, None where it cannot be mounted, and `problem` says why.

    `taken` is what its file takes of the daemon's disk now, of which `disk_free` is left. `outside` are the snapshots
    whose bytes do not lie in it.
    """

    id: str
    volume: str
    snapshots: int
    clones: int
    attached: bool = False
    size: int | None = None
    used: int | None = None
    free: int | None = None
    taken: int | None = None
    disk_free: int | None = None
    problem: str | None = None
    outside: int = 0


@dataclass(frozen=True)
class PoolListing(Report):
    """The daemon's pool, if it has one."""

    pool: PoolStatus | None


@dataclass(frozen=True)
class PoolMade(Report):
    """What `pool create` made, and what snapshots are called that lie `outside` of it and go on to be cloned there."""

    pool: PoolStatus
    outside: tuple[str, ...] = ()

    def data(self) -> Any:
        """The pool with the others beside it."""
        return {**asdict(self.pool), "outside": list(self.outside)}


@dataclass(frozen=True)
class PoolGrown(Report):
    """What `pool grow` made of it, and how many bytes it had before."""

    pool: PoolStatus
    before: int | None


@dataclass(frozen=True)
class PoolRemoved(Report):
    """What `pool rm` removed. `id` is None where there was no pool, `left` what lay in it and is not known to be ours.

    `freed` are the bytes it took of the daemon's disk.
    """

    id: str | None
    snapshots: tuple[str, ...] = ()
    freed: int | None = None
    left: tuple[str, ...] = ()
