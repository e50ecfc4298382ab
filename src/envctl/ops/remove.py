"""Takes an environment down: what is left of it is packed, then everything of its own goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from envctl import labels
from envctl.bundle import Bundle
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.identity import Identity
from envctl.lease import ROLE as LEASE
from envctl.lease import Lease, lease_of, volume_name
from envctl.observed import Container, Network, Observed, Volume
from envctl.ops import leases
from envctl.ops.bundles.pack import pack
from envctl.ops.clones import remove_folders
from envctl.ops.describe import checkouts_of
from envctl.ops.worktree import remove_worktree
from envctl.secrets.files import remove_files
from envctl.snapshot import marker
from envctl.world import World
from envctl.world.alive import has_ended
from envctl.world.client import InUse
from envctl.world.helper import ROLE as HELPER
from envctl.world.parallel import together


@dataclass(frozen=True)
class Removal:
    """What became of an environment; things are named with what they are, such as `volume shop_main_db-data`."""

    removed: tuple[str, ...] = ()
    held: tuple[str, ...] = ()  # what could not go: a container of others uses it
    bundle: str | None = None  # the volume that keeps what is left of it
    until: str = ""  # how long it is kept, RFC 3339
    complaint: str = ""  # why nothing is kept, where something should be


@contextmanager
def alone(world: World, identity: Identity, command: str, *, wait: bool) -> Iterator[None]:
    """Hold an environment's lock and its lease's: nobody works on it, and nobody pins or renews what is about to go."""
    lease = volume_name(identity, 0)
    with world.locks.hold(identity.full, command, wait=wait), world.locks.hold(lease, command):
        yield


def take_down(
    world: World,
    identity: Identity,
    observed: Observed,
    because: str,
    *,
    keep: bool = True,
    packed: Callable[[], object] = lambda: None,
) -> Removal:
    """Pack what is left of an environment, then remove it, each thing by its own ID. The caller is alone() with it.

    Without `keep` nothing is packed. `packed` is told once that is done: the rest is the daemon's work, and waiting.
    Raises EnvctlError before anything was removed where it cannot be packed for another reason than a full disk.
    """
    lease = lease_of(observed.volumes)
    because = (lease.going if isinstance(lease, Lease) else "") or because  # as the run said that died over it
    bundle, complaint = _packed(world, identity, observed, because) if keep else (None, "")
    packed()
    leases.going(world, identity, because)
    _remove_containers(world, observed)
    held = _remove_rest(world, identity, observed)
    if held and _end_helpers(world, identity):
        held = _remove_rest(world, identity, observed)
    for checkout in checkouts_of(observed):
        remove_worktree(world, identity, checkout)
    remove_files(world, identity.full)
    if not held:  # the lease at last, when all the rest is gone: a run that comes after one that was killed goes by it
        leases.drop(world, identity)
    stays = {*held, *(f"volume {v.name}" for v in _leases(observed) if held)}
    removed = tuple(thing for thing in names_of(observed) if thing not in stays)
    until = bundle.until.isoformat(timespec="seconds") if bundle and bundle.until else ""
    return Removal(removed, held, bundle.name if bundle else None, until, complaint)


def _packed(world: World, identity: Identity, observed: Observed, because: str) -> tuple[Bundle | None, str]:
    """The bundle, and why there is none where there should be one."""
    if observed.containers:
        world.tell(Event("bundle", "keeping logs and state"))
    try:
        bundle = pack(world, identity, observed, because)
    except EnvctlError as error:
        if error.code is Exit.NO_CAPACITY:
            world.tell(Event("bundle", f"nothing is kept: {error.message}", "failed"))
            return None, error.message
        raise EnvctlError(
            error.code,
            f"what is left of {identity.name} could not be kept: {error.message}",
            details=error.details,
            unchanged="Nothing was removed.",
            hint="`envctl down --no-bundle` removes it without keeping anything.",
        ) from error
    if bundle is not None:
        world.tell(Event("bundle", "kept", "done"))
    return bundle, ""


def names_of(observed: Observed) -> tuple[str, ...]:
    """What goes when the environment does."""
    return (
        *(f"container {c.name}" for c in (*observed.containers, *observed.boxes)),
        *(f"volume {v.name}" for v in observed.volumes),
        *(f"volume {name}" for name in observed.half_made),
        *(f"network {n.name}" for n in _networks(observed)),
    )


def _remove_containers(world: World, observed: Observed) -> None:
    def remove(container: Container) -> None:
        world.tell(Event(container.service, "stopping"))
        world.engine.remove_container(container.id)
        world.tell(Event(container.service, "removed", "done"))

    together(world.shell, [partial(remove, c) for c in observed.containers], at_most=16)
    together(world.shell, [partial(world.engine.remove_container, box.id) for box in observed.boxes])


def _end_helpers(world: World, identity: Identity) -> bool:
    """Remove what somebody left who was copying the environment's data and is dead; whether there was any of it."""
    asked = {labels.SNAPSHOT_PROJECT: identity.project, labels.ROLE: HELPER}
    left = [
        container
        for container in world.engine.listed(asked)
        if has_ended(container.labels.get(labels.SNAPSHOT_BUILDER, ""))
        and container.name.startswith(f"{marker(container.labels.get(labels.SNAPSHOT, ''))}-")
    ]
    for container in left:
        world.engine.kill_container(container.id)
    return bool(left)


def _remove_rest(world: World, identity: Identity, observed: Observed) -> tuple[str, ...]:
    """Returns what could not go because a container of others uses it.

    Of data in a pool the record goes first: what is left of it then says that it is not whole, should we die over it.
    """
    pooled = [v for v in observed.volumes if labels.SUBPATH in v.labels]
    volumes = [v.name for v in observed.volumes if v not in (*_leases(observed), *pooled)]
    if pooled:
        recorded = [v.name for v in observed.volumes if v.labels.get(labels.ROLE) == "record"]
        together(world.shell, [partial(_remove_volume, world, name) for name in recorded])
    rest = [partial(_remove_volume, world, name) for name in (*volumes, *observed.half_made)]
    rest += [partial(_unless_used, f"network {n.name}", world.engine.remove_network, n.id) for n in _networks(observed)]
    rest += [partial(_remove_pooled, world, identity, pooled)] if pooled else []
    return tuple(thing for things in together(world.shell, rest) for thing in things)


def _remove_volume(world: World, name: str) -> tuple[str, ...]:
    return _unless_used(f"volume {name}", world.engine.remove_volume, name)


def _remove_pooled(world: World, identity: Identity, pooled: Sequence[Volume]) -> tuple[str, ...]:
    """What a volume leads to in a pool outlives it, so that goes first."""
    remove_folders(world, identity, pooled)
    return tuple(held for volume in pooled for held in _remove_volume(world, volume.name))


def _leases(observed: Observed) -> tuple[Volume, ...]:
    return tuple(volume for volume in observed.volumes if volume.labels.get(labels.ROLE) == LEASE)


def _networks(observed: Observed) -> tuple[Network, ...]:
    return (*observed.further_networks, *((observed.network,) if observed.network else ()))


def _unless_used(thing: str, remove: Callable[[str], None], handle: str) -> tuple[str, ...]:
    """What could not go."""
    try:
        remove(handle)
    except InUse:
        return (thing,)
    return ()
