"""What `pause`, `resume` and `restart` did."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from envctl.reports.base import Report
from envctl.reports.status import Status


@dataclass(frozen=True)
class Changed(Report):
    """An environment after `pause`, `resume` or `restart`; `changed` are the services that it was done to."""

    status: Status
    changed: tuple[str, ...]
    seconds: float

    def data(self) -> Any:
        """The environment's status with what was done beside it."""
        return {**asdict(self.status), "changed": list(self.changed), "seconds": self.seconds}
