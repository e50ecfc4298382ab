"""The story of `down`."""

from __future__ import annotations

from functools import partial

from envctl.events import Event
from envctl.observed import Container, Network, Observed
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.reports import LeftAlone, WentDown
from envctl.secrets.passwords import remove_files
from envctl.world import World
from envctl.world.parallel import together


def down(here: Here, *, dry_run: bool = False) -> WentDown:
    """Remove this branch's environment: its containers, then its network and volumes, each by its own ID.

    What is not proven to be ours is left alone and named. With `dry_run` everything is, and nothing is removed.
    """
    world, identity = here.world, here.identity
    if dry_run:
        return _report(here, observe(world, identity), dry_run=True)
    with world.locks.hold(identity.full):
        observed = observe(world, identity)
        _remove(world, observed)
        remove_files(world, identity.full)
    return _report(here, observed)


def _remove(world: World, observed: Observed) -> None:
    def remove(container: Container) -> None:
        world.tell(Event(container.service, "stopping"))
        world.engine.remove_container(container.id)
        world.tell(Event(container.service, "removed", "done"))

    together(world.shell, [partial(remove, c) for c in observed.containers], at_most=16)
    together(world.shell, [partial(world.engine.remove_volume, v.name) for v in observed.volumes])
    for network in _networks(observed):
        world.engine.remove_network(network.id)


def _networks(observed: Observed) -> tuple[Network, ...]:
    return (*observed.further_networks, *((observed.network,) if observed.network else ()))


def _report(here: Here, observed: Observed, *, dry_run: bool = False) -> WentDown:
    left = tuple(LeftAlone(s.what, s.name, s.why) for s in observed.strangers)
    name, project = here.identity.name, here.identity.project
    return WentDown(name, project, observed.exists, _names(observed), left, dry_run)


def _names(observed: Observed) -> tuple[str, ...]:
    return (
        *(f"container {c.name}" for c in observed.containers),
        *(f"volume {v.name}" for v in observed.volumes),
        *(f"network {n.name}" for n in _networks(observed)),
    )
