"""How an environment and its services stand."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class ServiceStatus:
    """A service as the daemon shows it. `address` and `url` are for the host; None when it publishes nothing."""

    name: str
    kind: str
    state: str  # running | finished (a one-shot that is done) | exited | created | restarting | paused | absent …
    health: str | None  # healthy | unhealthy | starting | None = has no health check
    address: str | None = None
    url: str | None = None
    image: str | None = None
    exit_code: int | None = None
    started_at: str | None = None  # RFC 3339


@dataclass(frozen=True)
class Status(Report):
    """One environment. `state`: running | partial | paused | stopped | absent."""

    name: str
    project: str
    branch: str | None
    state: str
    services: tuple[ServiceStatus, ...] = ()
