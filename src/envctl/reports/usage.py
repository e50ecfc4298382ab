"""What the services use of the machine."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from envctl.reports.base import Report


@dataclass(frozen=True)
class ServiceUsage:
    """What a service uses: percent of one processor, bytes, processes and threads. No limit is None."""

    service: str
    state: str  # running | paused
    cpu: float
    memory: int
    memory_limit: int | None
    pids: int


@dataclass(frozen=True)
class Usage(Report):
    """What an environment's services use."""

    name: str
    project: str
    services: tuple[ServiceUsage, ...]

    @property
    def total(self) -> ServiceUsage:
        """All of them together; they have a limit if each has one."""
        limits = [s.memory_limit for s in self.services]
        return ServiceUsage(
            "total",
            "",
            round(sum(s.cpu for s in self.services), 2),
            sum(s.memory for s in self.services),
            sum(limit for limit in limits if limit is not None) if limits and None not in limits else None,
            sum(s.pids for s in self.services),
        )

    def data(self) -> Any:
        """The services, and what they use together."""
        total = asdict(self.total)
        return {**asdict(self), "total": {key: total[key] for key in ("cpu", "memory", "memory_limit", "pids")}}
