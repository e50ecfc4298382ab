"""The stories of `pause` and `resume`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from time import monotonic

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Container
from envctl.ops.choose import choose
from envctl.ops.leases import renew
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.ops.status import status_of
from envctl.planning.order import layers
from envctl.reports.changed import Changed
from envctl.world.parallel import together


def pause(here: Here, services: Sequence[str] = (), *, wait: bool = True) -> Changed:
    """Freeze services where they stand, those that need others first. They keep memory, data and ports."""
    with here.world.locks.hold(here.identity.full, "pause", wait=wait):
        return _turn(here, services, "running", "paused", here.world.engine.pause_container)


def resume(here: Here, services: Sequence[str] = (), *, wait: bool = True) -> Changed:
    """Let paused services go on, those that others need first."""
    with here.world.locks.hold(here.identity.full, "resume", wait=wait):
        renew(here.world, here.identity)
        return _turn(here, services, "paused", "running", here.world.engine.resume_container)


def _turn(here: Here, services: Sequence[str], before: str, after: str, do: Callable[[str], None]) -> Changed:
    began = monotonic()
    world = here.world
    chosen = choose(here, services)
    _refuse_others(here, chosen, named=bool(services))
    turned = [service for service, container in chosen.items() if container.state == before]
    order = layers(here.blueprint().workloads, turned)
    for layer in order if after == "running" else reversed(order):
        together(world.shell, [partial(do, chosen[service].id) for service in layer])
        for service in layer:
            world.tell(Event(service, "resumed" if after == "running" else after, "done"))
    status = status_of(here, observe(world, here.identity))
    return Changed(status, tuple(sorted(turned)), round(monotonic() - began, 3))


def _refuse_others(here: Here, chosen: dict[str, Container], *, named: bool) -> None:
    """What stands still can be neither paused nor resumed. Where none is named it is passed over, unless all do."""
    still = {name: container for name, container in chosen.items() if container.state not in ("running", "paused")}
    if still and (named or len(still) == len(chosen)):
        raise EnvctlError(
            Exit.USAGE,
            f"not running in the environment {here.identity.name}: "
            + ", ".join(f"{name} ({container.state})" for name, container in still.items()),
            unchanged="Nothing was changed.",
            hint="`envctl up` starts what is stopped.",
        )
