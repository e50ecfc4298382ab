"""What the daemon holds: environments, and what is kept of removed ones."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class EnvironmentRow:
    """One line of `ls`."""

    name: str
    project: str
    branch: str | None
    state: str
    services: int
    running: int
    created: str | None  # RFC 3339
    expires: str | None = None  # RFC 3339; None: it has no lease that can be read
    used: str | None = None  # RFC 3339
    pinned: str | None = None  # by whom


@dataclass(frozen=True)
class Listing(Report):
    """Every environment the daemon holds."""

    environments: tuple[EnvironmentRow, ...]


@dataclass(frozen=True)
class RemovedRow:
    """One line of `ls --removed`: what is kept of an environment, how many bytes, and in which volume."""

    name: str
    project: str
    branch: str | None
    removed: str | None  # RFC 3339, as `until`
    because: str
    until: str | None
    size: int
    bundle: str


@dataclass(frozen=True)
class RemovedListing(Report):
    """Every bundle the daemon holds."""

    removed: tuple[RemovedRow, ...]
