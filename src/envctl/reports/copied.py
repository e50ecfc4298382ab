"""What `cp` copied."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class Copied(Report):
    """What `cp` copied, as it was asked for."""

    name: str
    service: str
    source: str
    target: str
