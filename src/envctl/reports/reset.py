"""What `reset` put back."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report
from envctl.reports.status import Status


@dataclass(frozen=True)
class Put:
    """The data of a service, and where it stands now: `snapshot` is its address, None where it began empty."""

    service: str
    source: str
    snapshot: str | None


@dataclass(frozen=True)
class Reset(Report):
    """What `reset` put back, and which services it started anew because they need that."""

    status: Status
    put: tuple[Put, ...]
    restarted: tuple[str, ...]
    seconds: float
