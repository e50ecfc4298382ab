"""The story of `down`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Container, Network, Observed
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.reports import LeftAlone, WentDown
from envctl.secrets.files import remove_files
from envctl.world import World
from envctl.world.client import InUse
from envctl.world.parallel import together


def down(here: Here, *, dry_run: bool = False, wait: bool = True) -> WentDown:
    """Remove this branch's environment: its containers, then its network and volumes, each by its own ID.

    What is not proven to be ours is left alone and named. With `dry_run` everything is, and nothing is removed.
    Without `wait` it gives up where another command works on the environment. Raises EnvctlError(PARTLY_DONE) when
    others use a volume or the network: the rest is gone then.
    """
    world, identity = here.world, here.identity
    if dry_run:
        return _report(here, observe(world, identity), dry_run=True)
    with world.locks.hold(identity.full, "down", wait=wait):
        observed = observe(world, identity)
        held = _remove(world, observed)
        remove_files(world, identity.full)
    report = _report(here, observed, held)
    if held:
        raise _partly(report, held)
    return report


def _remove(world: World, observed: Observed) -> tuple[str, ...]:
    """Returns what could not go because a container of others uses it."""

    def remove(container: Container) -> None:
        world.tell(Event(container.service, "stopping"))
        world.engine.remove_container(container.id)
        world.tell(Event(container.service, "removed", "done"))

    together(world.shell, [partial(remove, c) for c in observed.containers], at_most=16)
    volumes = (*(v.name for v in observed.volumes), *observed.half_made)
    rest = [partial(_unless_used, f"volume {name}", world.engine.remove_volume, name) for name in volumes]
    rest += [partial(_unless_used, f"network {n.name}", world.engine.remove_network, n.id) for n in _networks(observed)]
    return tuple(thing for thing in together(world.shell, rest) if thing is not None)


def _networks(observed: Observed) -> tuple[Network, ...]:
    return (*observed.further_networks, *((observed.network,) if observed.network else ()))


def _unless_used(thing: str, remove: Callable[[str], None], handle: str) -> str | None:
    try:
        remove(handle)
    except InUse:
        return thing
    return None


def _partly(report: WentDown, held: tuple[str, ...]) -> EnvctlError:
    what, _, name = held[0].partition(" ")
    return EnvctlError(
        Exit.PARTLY_DONE,
        f"{', '.join(f'the {thing}' for thing in held)} could not go: a container that is not ours uses "
        f"{'it' if len(held) == 1 else 'them'}",
        unchanged="Everything else of the environment was removed.",
        hint=f"See it with `docker ps --all --filter {what}={name}`; once it is gone, run `envctl down` again.",
        data=report.data(),
    )


def _report(here: Here, observed: Observed, held: tuple[str, ...] = (), *, dry_run: bool = False) -> WentDown:
    left = tuple(LeftAlone(s.what, s.name, s.why) for s in observed.strangers)
    name, project = here.identity.name, here.identity.project
    removed = tuple(thing for thing in _names(observed) if thing not in held)
    return WentDown(name, project, observed.exists, removed, left, dry_run)


def _names(observed: Observed) -> tuple[str, ...]:
    return (
        *(f"container {c.name}" for c in observed.containers),
        *(f"volume {v.name}" for v in observed.volumes),
        *(f"volume {name}" for name in observed.half_made),
        *(f"network {n.name}" for n in _networks(observed)),
    )
