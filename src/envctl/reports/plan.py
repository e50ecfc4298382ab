"""What would be done, and why."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class PlannedStep:
    """One step of a plan, with its cause."""

    step: str
    because: str


@dataclass(frozen=True)
class Planned(Report):
    """What `up` would do."""

    name: str
    project: str
    branch: str | None
    steps: tuple[PlannedStep, ...]
    other_folders: tuple[str, ...] = ()
