"""Until when an environment lives."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.identity import Identity
from envctl.lease import Lease
from envctl.reports.base import Report


@dataclass(frozen=True)
class Lifetime(Report):
    """Until when an environment lives. Times are RFC 3339."""

    name: str
    project: str
    branch: str | None
    expires: str
    used: str
    pinned: str | None  # by whom


def lifetime_of(identity: Identity, lease: Lease) -> Lifetime:
    """A lease as a report."""
    expires, used = lease.expires.isoformat(), lease.used.isoformat()
    return Lifetime(identity.name, identity.project, identity.branch, expires, used, lease.pinned or None)
