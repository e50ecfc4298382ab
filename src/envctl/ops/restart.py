"""The story of `restart`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from time import monotonic

from envctl.blueprint import Blueprint
from envctl.events import Event
from envctl.observed import Container
from envctl.ops.choose import choose
from envctl.ops.clones import attach_for
from envctl.ops.leases import renew
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.ops.status import status_of
from envctl.ops.watch import see_through
from envctl.planning.order import layers
from envctl.planning.volumes import refuse_half_copied
from envctl.reports.changed import Changed
from envctl.world.parallel import together
from envctl.world.stir import Stir


def restart(here: Here, services: Sequence[str] = (), *, wait: bool = True) -> Changed:
    """Stop services, those that need others first, and start the same containers again the other way round.

    Each starts once those it needs are ready. Raises EnvctlError(UNHEALTHY) that names who did not become so, and why.
    """
    began = monotonic()
    with here.world.locks.hold(here.identity.full, "restart", wait=wait):
        renew(here.world, here.identity)
        chosen = {name: c for name, c in choose(here, services).items() if services or not c.finished}
        blueprint, observed = here.blueprint(), observe(here.world, here.identity)
        refuse_half_copied(blueprint, observed, chosen)
        order = layers(blueprint.workloads, chosen)
        for layer in reversed(order):
            together(here.world.shell, [partial(_stop, here, chosen[service]) for service in layer], at_most=16)
        attach_for(here.world, observed.volumes)
        for layer in order:
            _start(here, blueprint, chosen, layer)
        status = status_of(here, observe(here.world, here.identity))
    return Changed(status, tuple(sorted(chosen)), round(monotonic() - began, 3))


def _stop(here: Here, container: Container) -> None:
    here.world.tell(Event(container.service, "stopping"))
    here.world.engine.stop_container(container.id)


def _start(here: Here, blueprint: Blueprint, chosen: Mapping[str, Container], layer: Sequence[str]) -> None:
    """Start one layer and stay until it is ready."""

    def begin(_: Stir) -> list[str]:
        together(here.world.shell, [partial(here.world.engine.start_container, chosen[s].id) for s in layer])
        return []

    see_through(here, blueprint, frozenset(layer), begin)
