"""What the services printed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LogLine:
    """One line a service printed. `time` is RFC 3339."""

    service: str
    time: str
    stream: str  # stdout | stderr
    text: str
