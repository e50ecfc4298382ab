"""Builds the snapshot that a service's new data starts from, unless it is there: whole, or not at all.

Everything is made aside, under names that nobody takes for a snapshot; the volume that says it is one comes last. Who
is killed leaves what the next builder, or gc, knows to be nobody's.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from time import monotonic

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.job import Mounted
from envctl.observed import Volume
from envctl.ops import pools
from envctl.ops.setting import Here
from envctl.ops.snapshots.recipe import Wanted, wanted_of
from envctl.ops.snapshots.remove import discard
from envctl.ops.snapshots.sources import Site
from envctl.ops.snapshots.sources.base import TOKEN
from envctl.ops.snapshots.throwaway import at_rest, prepare, serving, settle, stop, with_pipes
from envctl.planning.data import version_of
from envctl.planning.shelf import Shelf, shelf
from envctl.pool import SNAPSHOTS
from envctl.secrets.files import remove_files
from envctl.snapshot import DATA, Held, Part, Snapshot, data_volume, is_marker, marker, snapshots_of
from envctl.snapshots import place, spec
from envctl.workload import Workload
from envctl.world import World, begun
from envctl.world.alive import has_ended, myself
from envctl.world.fifos import fifos
from envctl.world.machine import who

_KEPT = "The environment is as it was, and nothing of the snapshot was kept."
_LOGS = "envctl logs"
_PATIENCE = 10.0  # seconds that threads get to end by themselves
_UNDER_WAY: set[threading.Event] = set()  # what this process is building


def find_or_build(here: Here, blueprint: Blueprint, workload: Workload, image: str) -> Snapshot:
    """The snapshot of what a service's new data is made from; `image` is the reference that the daemon has it under.

    Nothing of an environment is touched. Who asks for the same at the same time waits. Raises EnvctlError.
    """
    world = here.world
    if (image_id := world.engine.image(image)) is None:
        raise EnvctlError(
            Exit.NOT_FOUND, f"the image {image} is gone", unchanged=_KEPT, hint="Run the same command again."
        )
    wanted = wanted_of(here, blueprint, workload, image_id)
    address = wanted.made.address
    if (found := _found(world, address)) is not None:
        remove_files(world, marker(address))  # its builder may have died over its last word
        return found
    with world.locks.hold(marker(address), "build"):
        if (found := _found(world, address)) is not None:
            return found
        _sweep(world, address)
        done = threading.Event()
        _UNDER_WAY.add(done)
        try:
            return _built(here, image, wanted)
        except EnvctlError as error:
            raise _failed(error) from error
        finally:
            _UNDER_WAY.discard(done)
            done.set()


def abandon(world: World, mark: str) -> None:
    """Clear away what the process of that mark was building, as after Ctrl-C. What cannot go now the next takes."""
    own, latest = {labels.SNAPSHOT_BUILDER: mark}, monotonic() + _PATIENCE
    for done in tuple(_UNDER_WAY):  # whoever notices clears away himself: two at once would get in each other's way
        done.wait(max(0.0, latest - monotonic()))
    with suppress(EnvctlError):
        found = shelf(world.engine.volumes(own), world.engine.listed(own))
        for address in {leftover.address for leftover in found.leftovers}:
            with suppress(EnvctlError):
                _clear(world, address, _shelf(world, address), mark)


def _found(world: World, address: str) -> Snapshot | None:
    return next(iter(snapshots_of(world.engine.volumes({labels.SNAPSHOT: address}))), None)


def _built(here: Here, image: str, wanted: Wanted) -> Snapshot:
    world, address, began = here.world, wanted.made.address, monotonic()
    token = token_hex(TOKEN)
    target = _place(world, data_volume(address, token, 0))
    site = Site(here, wanted.workload, image, Mounted(target.volume, target.subpath), address, token)
    site.tell(f"building the snapshot of {wanted.source.words}")
    ours = True  # the bytes are still nobody else's
    try:
        _make(site, target)
        with fifos(world.engine.daemon(), world.runtime, marker(address)) as pipes:
            within = with_pipes(site, pipes)
            part, about, size = _filled(within, wanted, target)
            certificate = wanted.source.proof(within)
        snapshot = Snapshot(
            address=address,
            source=wanted.source.words,
            made=world.engine.now(),
            by=who(),
            parts=(part,),
            project=wanted.project,
            digest=wanted.made.source,
            size=size,
            about=about,
            mask=wanted.made.mask,
            certificate=certificate,
        )
        ours = False  # from here on a marker may name them, even if we never hear of it
        _create(world, address, snapshot.marker, snapshot.labels())
        there = _found(world, address)
        ours = there is None or there.parts[0].held.volume != target.volume  # somebody elsewhere was quicker
        if there is None:
            raise _unreadable(snapshot.marker)
    finally:
        if ours:
            with suppress(EnvctlError):  # the next builder clears away what is left
                discard(world, address, [v for v in _volumes(world, address) if v.name == target.volume])
    site.tell(f"snapshot of {wanted.source.words} built in {monotonic() - began:.1f} s", "done")
    return there


def _place(world: World, volume: str) -> Held:
    """In the pool where the daemon has one: only there copies take no time on every disk."""
    pool = pools.look(world)
    if pool is not None:
        pools.attach(world, pool)
    return place(volume, SNAPSHOTS, pool.id if pool else "")


def _make(site: Site, target: Held) -> None:
    world, wanted = site.here.world, spec(target, DATA)
    _create(world, site.address, wanted.name, {**wanted.labels, **site.labels(wanted.role)}, wanted.options)
    prepare(site, target.subpath)


def _filled(site: Site, wanted: Wanted, target: Held) -> tuple[Part, Mapping[str, str], int]:
    """The data, at rest; what is known of it, and its bytes."""
    workload, database = site.workload, site.workload.database
    about = dict(wanted.source.before(site))
    with wanted.source.reaching(site) as within, serving(within):
        did = wanted.source.inside(within)
        about |= wanted.source.about()
        about |= settle(within)
        stop(within)
    if did.get("data", wanted.made.source) != wanted.made.source:
        raise EnvctlError(Exit.DATA_REFUSED, f"{wanted.source.words} changed meanwhile", hint="Run it again.")
    size = at_rest(site)
    facts = {"version": version_of(workload), "database": database.name if database else "", **did}
    part = Part(
        service=workload.service,
        kind=workload.kind,
        image=site.image,
        image_id=wanted.made.image,
        version=version_of(workload),
        user=database.user if database else "",
        volume=workload.mounts[0].volume,
        held=target,
        facts={key: value for key, value in facts.items() if value},
    )
    return part, about, size


def _sweep(world: World, address: str) -> None:
    """Clear away what dead builders of this address left. One that lives elsewhere shares no lock, and goes on."""
    for volume in _volumes(world, address):
        if not volume.labels and volume.name in begun.noted(world.runtime, marker(address)):
            world.engine.remove_volume(volume.name)  # the daemon died while it made it
    remove_files(world, marker(address))
    _clear(world, address, _shelf(world, address), None)


def _clear(world: World, address: str, found: Shelf, mark: str | None) -> None:
    """Remove what no snapshot needs: of builders that have ended, or of the one with that mark."""

    def is_over(own: Mapping[str, str]) -> bool:
        said = own.get(labels.SNAPSHOT_BUILDER, "")
        return said == (mark or myself()) or (mark is None and has_ended(said))  # we have the lock, so ours are over

    for leftover in found.leftovers:
        for container in leftover.containers:
            if is_over(container.labels):
                world.engine.kill_container(container.id)
        if address not in found.clones:
            bytes_of = [v for v in leftover.volumes if is_over(v.labels) or (mark is None and is_marker(v))]
            discard(world, address, bytes_of)


def _shelf(world: World, address: str) -> Shelf:
    volumes = (*_volumes(world, address), *world.engine.volumes({labels.CLONE: address}))
    return shelf(volumes, world.engine.listed({labels.SNAPSHOT: address}))


def _volumes(world: World, address: str) -> tuple[Volume, ...]:
    return world.engine.volumes({labels.SNAPSHOT: address}, prefix=marker(address))


def _create(
    world: World, address: str, volume: str, own: Mapping[str, str], options: Mapping[str, str] | None = None
) -> None:
    """Make a volume. A note says that it is being made: the daemon may die over it, and keep it without its labels."""
    begun.note(world.runtime, marker(address), volume)
    world.engine.create_volume(volume, own, options=options)
    remove_files(world, marker(address))


def _failed(error: EnvctlError) -> EnvctlError:
    hint = error.hint
    if _LOGS in hint:  # of a server that is gone
        hint = "The server's own words may hold values, so they were not kept. Run the same command again."
    return EnvctlError(error.code, error.message, hint=hint, unchanged=_KEPT, details=error.details, data=error.data)


def _unreadable(volume: str) -> EnvctlError:
    return EnvctlError(
        Exit.NOT_OURS,
        f"the volume {volume} says that it is the snapshot, in words that this envctl does not know",
        hint=f"A later version made it: use that one. Or remove it: `docker volume rm {volume}`.",
    )
