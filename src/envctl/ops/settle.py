"""Stays until services are ready, or until those that are not can be named."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from time import monotonic

from envctl.observed import Container

GLANCE = 0.1  # seconds between two looks at the containers
_SETTLED = 1.0  # seconds a service without a health check must run to count as started
_PATIENT = 8  # restarts, with their pauses 25 seconds, that a service may need until what it needs is there
_SETTLED_AGAIN = 5.0  # the same for one that its restart policy has started again already
_GRACE = 1.0  # seconds that the others get once one is lost: what fails together is named together


class Ages:
    """How long each container has been seen running, by our own clock.

    The daemon's clock may be another machine's, or set back: what it says about a start is not comparable.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._since: dict[tuple[str, str | None], float] = {}

    def see(self, containers: Collection[Container]) -> None:
        """Note what runs now. A container that was started again is another one."""
        for container in containers:
            if container.state == "running":
                self._since.setdefault((container.id, container.started_at), self._clock())

    def of(self, container: Container) -> float:
        """Seconds since it was first seen running; nothing for one that was not."""
        since = self._since.get((container.id, container.started_at))
        return 0.0 if since is None else self._clock() - since


def settle(
    look: Callable[[], Sequence[Container]],
    count: int,
    ages: Ages,
    *,
    complained: bool,
    clock: Callable[[], float] = monotonic,
    pause: Callable[[float], object] | None = None,
) -> bool:
    """Wait until `count` services are ready; False once one is lost and the others had a moment to show how they are.

    `complained`: Compose gave up, so that what is not started by now never will be.
    """
    wait = pause or threading.Event().wait
    over: float | None = None
    while True:
        containers = look()
        ages.see(containers)
        becoming = [c for c in containers if _is_becoming(c, ages)]
        if complained or len(containers) < count or any(is_lost(c) for c in containers):
            over = clock() + _GRACE if over is None else over
            if not becoming or clock() >= over:
                return False
        elif not becoming and all(c.ready for c in containers):
            return True
        wait(GLANCE)


def is_lost(container: Container) -> bool:
    """Whether it cannot become ready by itself."""
    if container.finished:
        return False
    looping = container.state == "restarting" and container.restarts >= _PATIENT
    return looping or container.state in ("exited", "dead") or container.health == "unhealthy"


def _is_becoming(container: Container, ages: Ages) -> bool:
    """Whether it runs, and the next moments show whether it is well."""
    if container.state != "running" or is_lost(container):
        return False
    settled = _SETTLED_AGAIN if container.restarts else _SETTLED
    return not container.ready or (container.health is None and ages.of(container) < settled)
