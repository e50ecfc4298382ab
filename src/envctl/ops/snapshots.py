"""The snapshots that the daemon holds: finds one by what it is called, and removes one with its bytes."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from difflib import get_close_matches
from secrets import token_hex

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Mounted, script
from envctl.observed import Volume
from envctl.ops import pools
from envctl.ops.pool_image import ready_image
from envctl.planning.shelf import Shelf, clones_of, shelf, whole
from envctl.pool import SNAPSHOTS
from envctl.snapshot import DATA, MARKER, Snapshot, is_data, is_marker, marker
from envctl.snapshots import SCRIPT
from envctl.world import World
from envctl.world.alive import myself
from envctl.world.helper import ROLE as HELPER
from envctl.world.helper import must, run

BUILDER = "builder"
_SHORTEST = 4  # hex digits of an address that may stand for it
_SHORT = re.compile(rf"[0-9a-fA-F]{{1,{_SHORTEST - 1}}}")
_GUESSES = 3


def look(world: World) -> tuple[Snapshot, ...]:
    """Every snapshot of the daemon, the newest first."""
    return whole(_volumes(world))


def take_stock(world: World, leaving: Collection[str] = ()) -> Shelf:
    """Every snapshot, with what lives on it, and what dead builders left. `leaving` are environments that count as
    gone, PROJECT/NAME each.
    """
    engine = world.engine
    volumes = {v.name: v for v in (*_volumes(world), *engine.volumes()) if _whose(v) not in leaving}
    workers = (*engine.listed({labels.ROLE: BUILDER}), *engine.listed({labels.ROLE: HELPER}))
    found = shelf(tuple(volumes.values()), workers)
    images = {part.image_id for one in found.snapshots for part in one.parts if part.image_id}
    return replace(found, images=frozenset(image for image in images if engine.image(image) is not None))


def named(world: World, word: str) -> Snapshot:
    """The snapshot of that name or address; the beginning of an address will do. Raises EnvctlError(NOT_FOUND)."""
    return chosen(look(world), word)


def chosen(there: Sequence[Snapshot], word: str) -> Snapshot:
    """The one of these that a word means. Raises EnvctlError: NOT_FOUND for none, USAGE for several."""
    exact = [one for one in there if word and word in (one.name, one.address)]
    begun = [one for one in there if len(word) >= _SHORTEST and one.address.startswith(word.lower())]
    found = exact or begun
    if not found:
        raise _not_found(there, word)
    if len(found) > 1:
        raise EnvctlError(
            Exit.USAGE,
            f"{word} may be any of {len(found)} snapshots",
            details=tuple(f"{one.address}: {one.source}, of {one.made:%Y-%m-%d %H:%M} UTC" for one in found),
            unchanged="Nothing was changed.",
            hint="Give more of its address.",
        )
    return found[0]


def _not_found(there: Sequence[Snapshot], word: str) -> EnvctlError:
    return EnvctlError(
        Exit.NOT_FOUND,
        f"there is no snapshot {word or repr(word)}",
        unchanged="Nothing was changed.",
        hint=f"{guesses(there, word)}`envctl snapshot ls` shows those that are there.",
    )


def guesses(there: Sequence[Snapshot], word: str, others: Collection[str] = ()) -> str:
    """What may be meant by a word that names none: sentences for a hint, each with a blank behind it.

    `others` are names of what is no snapshot and would do as well.
    """
    if not word:
        return ""
    known = sorted({name for one in there for name in (one.name, one.address[:12]) if name} | set(others))
    begun = [name for name in known if name.startswith(word.lower())]
    close = (begun or get_close_matches(word, known, n=_GUESSES))[:_GUESSES]
    short = f"Of an address give the first {_SHORTEST} digits at least. " if _SHORT.fullmatch(word) else ""
    return f"{short}Did you mean {' or '.join(close)}? " if close else short


def remove(world: World, snapshot: Snapshot) -> tuple[str, ...]:
    """Remove a snapshot, whose lock the caller holds. Returns the environments that live on it: then it is still there.

    What says that it is one goes first, so no half of it is ever taken for it. A client elsewhere shares no lock with
    us: it looks for the snapshot once more when its clone is there, and we for clones when the snapshot is not.
    """
    address = snapshot.address
    world.engine.remove_volume(snapshot.marker)
    if clones := clones_of(world.engine.volumes({labels.CLONE: address})).get(address):
        world.engine.create_volume(snapshot.marker, snapshot.labels())
        return clones
    names = {part.held.volume for part in snapshot.parts}
    mine = world.engine.volumes({labels.SNAPSHOT: address, labels.ROLE: DATA})
    discard(world, address, [volume for volume in mine if volume.name in names and is_data(volume)])
    return ()


def discard(world: World, address: str, volumes: Sequence[Volume]) -> None:
    """Remove volumes that are no snapshot's, a marker before all others; of a pool the folders first: they outlive
    volumes.
    """
    pooled = [v for v in volumes if v.labels.get(labels.SUBPATH) == f"{SNAPSHOTS}/{v.name}"]
    for volume in filter(is_marker, volumes):
        world.engine.remove_volume(volume.name)
    if pooled:
        _remove_folders(world, address, pooled)
    for volume in volumes:
        if not is_marker(volume):
            world.engine.remove_volume(volume.name)


def _remove_folders(world: World, address: str, pooled: Sequence[Volume]) -> None:
    pool = pools.look(world)
    there = [volume for volume in pooled if pool is not None and volume.labels.get(labels.POOL) == pool.id]
    if pool is None or not there or pools.is_lost(world, pool):
        return  # the pool went, and all that was in it
    pools.attach(world, pool)
    words = [word for v in there for word in ("remove", "-", f"/pool/{v.labels[labels.SUBPATH]}")]
    job = script(ready_image(world), SCRIPT, *words, mounts={"/pool": Mounted(pool.volume)})
    name = f"{marker(address)}-{HELPER}-{token_hex(4)}"
    own = {labels.ROLE: HELPER, labels.SNAPSHOT: address, labels.SNAPSHOT_BUILDER: myself()}
    must(
        run(world.engine, job, name, own),
        "what lies in the pool could not be removed",
        unchanged="It is no snapshot any more, but its bytes are there.",
        hint="Run `envctl gc` once that is mended: it goes on from here.",
    )


def _volumes(world: World) -> tuple[Volume, ...]:
    """Bytes before markers: whatever is named by a marker that has come meanwhile is in the list."""
    return (*world.engine.volumes({labels.ROLE: DATA}), *world.engine.volumes({labels.ROLE: MARKER}))


def _whose(volume: Volume) -> str:
    return f"{volume.labels.get(labels.PROJECT)}/{volume.labels.get(labels.ENVIRONMENT)}"
