"""What snapshots there are, what one is made of, and which were made or removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from envctl.certificate import Certificate
from envctl.reports.base import Report


@dataclass(frozen=True)
class SnapshotRow:
    """One line of `snapshot ls`. `size` is in bytes, `made` RFC 3339; `clones` are the environments that live on it."""

    name: str | None  # that somebody gave it
    address: str
    source: str
    project: str  # whose environment it was first made for
    services: tuple[str, ...]
    size: int
    made: str
    by: str
    clones: tuple[str, ...] = ()  # PROJECT/NAME

    @property
    def short(self) -> str:
        """What people call it."""
        return self.name or self.address[:12]


@dataclass(frozen=True)
class SnapshotListing(Report):
    """Every snapshot that the daemon holds; `unreadable` are addresses of those that a later version may have made."""

    snapshots: tuple[SnapshotRow, ...]
    unreadable: tuple[str, ...] = ()


@dataclass(frozen=True)
class SnapshotPart:
    """The data of one volume of a service. `held` is the daemon's volume, `pool` the ID of the pool that it lies in."""

    service: str
    kind: str
    version: str
    image: str
    image_id: str
    image_there: bool  # whether the daemon has that very image: without it no environment starts on this data
    user: str | None
    volume: str  # as the stack calls it
    held: str
    pool: str | None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SnapshotClone:
    """A volume of an environment that is a copy of the snapshot, and how it was copied."""

    environment: str  # PROJECT/NAME
    volume: str
    strategy: str | None


@dataclass(frozen=True)
class SnapshotDetails(Report):
    """Everything about a snapshot. `digest` is of what it was made of."""

    snapshot: SnapshotRow
    digest: str | None
    about: Mapping[str, str]
    parts: tuple[SnapshotPart, ...]
    copies: tuple[SnapshotClone, ...] = ()
    certificate: Certificate | None = None  # of masked data

    def data(self) -> Any:
        """The line of `snapshot ls` with the rest beside it."""
        rest = asdict(self)
        return {**rest.pop("snapshot"), **rest}


@dataclass(frozen=True)
class SnapshotCreated(Report):
    """What `snapshot create` kept of an environment, which did not answer for `away` seconds. `size` is in bytes."""

    name: str  # of the environment
    project: str
    address: str
    snapshot: str | None  # the name that it was given
    services: tuple[str, ...]
    left_out: tuple[str, ...]  # services with volumes that it has nothing of
    size: int
    away: float
    seconds: float


@dataclass(frozen=True)
class SnapshotsRemoved(Report):
    """What `snapshot rm` removed."""

    removed: tuple[SnapshotRow, ...]
