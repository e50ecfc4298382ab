"""What happened on the daemon."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DaemonEvent:
    """One thing that happened on the daemon. `time` is RFC 3339; networks and volumes belong to no one service."""

    time: str
    service: str | None
    what: (
        str  # created | started | signalled | paused | resumed | healthy | unhealthy | out of memory | exited | removed
    )
    kind: str  # container | network | volume
    name: str
    detail: str | None = None  # with which status it exited, which signal it got
