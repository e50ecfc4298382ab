"""What `up`, `fork` and `revive` did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from envctl.reports.base import Report
from envctl.reports.plan import PlannedStep
from envctl.reports.status import Status


@dataclass(frozen=True)
class StartedFrom:
    """The snapshot that new data starts from. Its `source` did not answer for `away` seconds; None: it was there."""

    address: str
    name: str | None  # that somebody gave it
    source: str
    away: float | None = None


@dataclass(frozen=True)
class CameUp(Report):
    """What `up` did. `steps` is empty when nothing was to do; `other_folders` had brought it up before.

    `snapshot` is the one that somebody chose to start from.
    """

    status: Status
    steps: tuple[PlannedStep, ...]
    seconds: float
    other_folders: tuple[str, ...] = ()
    snapshot: StartedFrom | None = None

    def data(self) -> Any:
        """The environment's status with the steps beside it."""
        return {
            **asdict(self.status),
            "steps": [asdict(s) for s in self.steps],
            "seconds": self.seconds,
            "other_folders": list(self.other_folders),
            "snapshot": asdict(self.snapshot) if self.snapshot else None,
        }
