"""Takes an environment down: what is left of it is packed, then everything of its own goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from envctl.events import Event
from envctl.identity import Identity
from envctl.observed import Container, Network, Observed
from envctl.secrets.files import remove_files
from envctl.world import World
from envctl.world.client import InUse
from envctl.world.parallel import together


@dataclass(frozen=True)
class Removal:
    """What became of an environment; things are named with what they are, such as `volume shop_main_db-data`."""

    removed: tuple[str, ...] = ()
    held: tuple[str, ...] = ()  # what could not go: a container of others uses it
    bundle: str | None = None  # the volume that keeps what is left of it
    complaint: str = ""  # why nothing is kept, where something should be


def take_down(world: World, identity: Identity, observed: Observed, because: str, *, keep: bool = True) -> Removal:
    """Pack what is left of an environment, then remove it, each thing by its own ID. The caller holds its lock.

    Without `keep` nothing is packed. Raises EnvctlError before anything was removed where it cannot be packed for
    another reason than a full disk.
    """
    held = _remove(world, observed)
    remove_files(world, identity.full)
    return Removal(tuple(thing for thing in names_of(observed) if thing not in held), held)


def names_of(observed: Observed) -> tuple[str, ...]:
    """What goes when the environment does."""
    return (
        *(f"container {c.name}" for c in observed.containers),
        *(f"volume {v.name}" for v in observed.volumes),
        *(f"volume {name}" for name in observed.half_made),
        *(f"network {n.name}" for n in _networks(observed)),
    )


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
