"""Whether what time it is can be trusted. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from envctl.units import show_duration

_APART = timedelta(minutes=5)  # more than networks and loaded machines make of two clocks that are right


def doubt(daemons: datetime, ours: datetime, uptime: float | None, started: Iterable[datetime]) -> str:
    """Why the time cannot be trusted; empty where nothing speaks against it.

    `uptime` is for how many seconds the daemon's machine has been up, None where that cannot be told; `started` is when
    containers that run now were started, by the daemon's clock: none of them can have run longer than their machine.
    """
    apart = abs((daemons - ours).total_seconds())
    if apart > _APART.total_seconds():
        return f"the daemon's clock and this machine's are {show_duration(apart)} apart"
    if uptime is not None:
        first = min(started, default=daemons)
        jumped = (daemons - first).total_seconds() - uptime
        if jumped > _APART.total_seconds():
            return (
                f"the clock has jumped ahead by {show_duration(jumped)} while containers ran; "
                "it is believed again once they are restarted"
            )
    return ""
