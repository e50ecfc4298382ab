"""What `fork` did."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report
from envctl.reports.plan import PlannedStep
from envctl.reports.status import Status


@dataclass(frozen=True)
class Forked(Report):
    """What `fork` did: `source` did not answer for `away` seconds, None where its snapshot was there already."""

    source: str
    address: str
    away: float | None
    status: Status
    steps: tuple[PlannedStep, ...]
    seconds: float
    other_folders: tuple[str, ...] = ()
