"""What `doctor` found."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class Finding:
    """What a check of `doctor` found. `exit` is the status of what would fail because of it."""

    check: str
    verdict: str  # ok | warning | failed | unknown
    found: str
    remedy: str = ""
    exit: int = 0


@dataclass(frozen=True)
class Diagnosis(Report):
    """What `doctor` found, in the order of its checks."""

    findings: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[Finding, ...]:
        """What keeps envctl from working."""
        return tuple(finding for finding in self.findings if finding.verdict == "failed")
