"""What `ci comment` wrote."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class Commented(Report):
    """What `ci comment` wrote. `action`: created | updated | unchanged | planned."""

    name: str
    project: str
    action: str
    pull: int | None  # not known to a dry run outside of CI
    url: str | None
    text: str
