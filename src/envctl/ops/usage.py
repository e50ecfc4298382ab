"""The story of `top`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from envctl import labels
from envctl.observed import Container
from envctl.ops.observe import running_here
from envctl.ops.setting import Here
from envctl.reports.usage import ServiceUsage, Usage
from envctl.world.parallel import together


def usage(here: Here) -> Usage:
    """What each running service uses now, measured over about a second, in the order of the stack file."""
    observed = running_here(here.world, here.identity)
    running = {c.service: c for c in observed.containers if c.labels.get(labels.ROLE) == "service" and _is_up(c)}
    order = [*(s for s in here.stack.services if s in running), *sorted(running.keys() - here.stack.services.keys())]
    measured = together(here.world.shell, [_measure(here, running[service]) for service in order], at_most=32)
    return Usage(here.identity.name, here.identity.project, tuple(found for found in measured if found is not None))


def _is_up(container: Container) -> bool:
    return container.state in ("running", "paused")


def _measure(here: Here, container: Container) -> Callable[[], ServiceUsage | None]:
    return partial(_row, here, container)


def _row(here: Here, container: Container) -> ServiceUsage | None:
    """None when it is gone meanwhile."""
    found = here.world.engine.usage(container.id)
    if found is None:
        return None
    return ServiceUsage(container.service, container.state, found.cpu, found.memory, found.memory_limit, found.pids)
