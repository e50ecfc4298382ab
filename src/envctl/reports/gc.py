"""What `gc` decided and did."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report
from envctl.reports.left import LeftAlone


@dataclass(frozen=True)
class Fate:
    """What becomes of one environment, and why. `verdict`: remove (it would be) | removed | keep | failed."""

    name: str
    project: str
    branch: str | None
    verdict: str
    reason: str  # a stable word: see envctl.decision.Reason
    because: str
    bundle: str | None = None  # the volume that keeps what is left of it
    error: str | None = None  # why it could not be removed, or nothing be kept of it


@dataclass(frozen=True)
class ExpiredBundle:
    """What was kept of a removed environment, and is not any more. `bundle` is its volume, `size` its bytes."""

    name: str
    project: str
    bundle: str
    size: int
    because: str


@dataclass(frozen=True)
class SnapshotFate:
    """What becomes of one snapshot, and why; of what a dead builder left only the address is known.

    `verdict` as of an environment; `size` in bytes; `made` is RFC 3339.
    """

    name: str | None  # that somebody gave it
    address: str
    project: str  # whose environment it was first made for; empty where nothing says so
    source: str | None
    size: int | None
    made: str | None
    verdict: str
    reason: str  # a stable word: see envctl.planning.snapshots.Why
    because: str
    error: str | None = None  # why it could not be removed

    @property
    def short(self) -> str:
        """What people call it."""
        return self.name or self.address[:12]


@dataclass(frozen=True)
class Reclaimed(Report):
    """What `gc` decided and did, or would with `dry_run`. `project` is None where it looked at all of them."""

    project: str | None
    dry_run: bool
    environments: tuple[Fate, ...]
    bundles: tuple[ExpiredBundle, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    remark: str | None = None  # where nothing on the daemon is of the project that was named
    snapshots: tuple[SnapshotFate, ...] = ()

    def having(self, *verdicts: str) -> tuple[Fate, ...]:
        """The environments with one of these verdicts."""
        return tuple(fate for fate in self.environments if fate.verdict in verdicts)

    def snapshots_having(self, *verdicts: str) -> tuple[SnapshotFate, ...]:
        """The snapshots with one of these verdicts."""
        return tuple(fate for fate in self.snapshots if fate.verdict in verdicts)
