"""Makes volumes of an environment writable copies of a snapshot's data."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.identity import Identity
from envctl.job import Job, Mounted, script
from envctl.measure import COPY, REFLINK
from envctl.observed import Volume
from envctl.ops import pools
from envctl.ops.measure import measured
from envctl.ops.volumes import make_volume
from envctl.planning.data import data_labels
from envctl.planning.ownership import own_labels
from envctl.pool import CLONES
from envctl.secrets.files import remove_files
from envctl.snapshot import MARKER, Held, held, marker
from envctl.snapshots import SCRIPT, STRATEGIES, Layout, awaiting
from envctl.world import World
from envctl.world.helper import environment_helper, must, run


@dataclass(frozen=True)
class Copy:
    """One volume of an environment that is to be a copy of what a snapshot holds."""

    volume: str
    service: str
    address: str
    source: Held


class Gone(Exception):
    """The snapshot was removed since it was found."""


def clone(world: World, blueprint: Blueprint, copies: Sequence[Copy], image: str) -> Callable[[], None]:
    """Make volumes that are not there, to be copies; what is returned copies. `image` is one whose programs do. Raises
    Gone, or EnvctlError.

    Who dies meanwhile leaves volumes that say what they were to be; only the environment's record says that they are.
    """
    attach(world, copies)
    layouts = [_layout(world, copy, number, image) for number, copy in enumerate(copies)]
    for address in dict.fromkeys(copy.address for copy in copies):
        with world.locks.hold(marker(address), "clone"):  # gc looks for clones under it
            remove_files(world, marker(address))  # a builder may have died over its last word
            for copy, (how, layout) in zip(copies, layouts, strict=True):
                if copy.address == address:
                    _make(world, blueprint, copy, how, layout)
            if not world.engine.volumes({labels.SNAPSHOT: address, labels.ROLE: MARKER}):
                _unmake(world, [layout for c, (_, layout) in zip(copies, layouts, strict=True) if c.address == address])
                raise Gone(address)

    def copied() -> None:
        fill(world, blueprint.identity, [layout for _, layout in layouts], image)
        for copy, (how, _) in zip(copies, layouts, strict=True):
            world.tell(Event(f"data of {copy.service}", f"cloned ({how})", "done"))

    return copied


def fill(
    world: World,
    identity: Identity,
    layouts: Sequence[Layout],
    image: str,
    *,
    unchanged: str = "Nothing was started on it.",
) -> None:
    """Copy, all in one helper. Raises EnvctlError."""
    name, own = environment_helper(identity, own_labels(identity))
    must(run(world.engine, job(world, layouts, image), name, own), "the data could not be copied", unchanged=unchanged)


def job(world: World, layouts: Sequence[Layout], image: str, *, begins: str = "") -> Job:
    """What copies: with `begins` what has all ready, and puts it in its place once it is told so.

    In a pool by the programs it was made with, where they are still there: not every image's `cp` shares blocks.
    """
    if any(layout.held.pool for layout in layouts):
        image = pools.tools(world) or image
    words = [word for layout in layouts for word in layout.words]
    mounts: dict[str, Mounted] = {path: mounted for layout in layouts for path, mounted in layout.mounts.items()}
    return script(image, awaiting(begins) if begins else SCRIPT, *words, mounts=mounts, listens=bool(begins))


def remove_folders(world: World, identity: Identity, volumes: Sequence[Volume]) -> None:
    """Remove what volumes lead to in a pool: that outlives them. A pool that is gone took it along."""
    pool = pools.look(world)
    if pool is None:
        return
    inside = [v for v in volumes if held(v) == Held(v.name, f"{CLONES}/{v.name}", pool.id, v.mountpoint)]
    if not inside or pools.is_lost(world, pool):
        return
    pools.attach(world, pool)
    words = [word for volume in inside for word in ("remove", "-", f"/pool/{CLONES}/{volume.name}")]
    name, carried = environment_helper(identity, own_labels(identity))
    job = script(pools.image(world), SCRIPT, *words, mounts={"/pool": Mounted(inside[0].name)})
    must(run(world.engine, job, name, carried), "the data in the pool could not be removed")


def subpaths(volumes: Iterable[Volume]) -> dict[str, str]:
    """Which of these volumes are a folder of a pool, and which."""
    return {volume.name: volume.labels[labels.SUBPATH] for volume in volumes if labels.SUBPATH in volume.labels}


def cloned(volumes: Iterable[Volume]) -> frozenset[str]:
    """Which of these volumes are copies of a snapshot, whole or to be."""
    return frozenset(volume.name for volume in volumes if labels.CLONE in volume.labels)


def attach_for(world: World, volumes: Iterable[Volume]) -> None:
    """Attach the pool that any of these volumes lie in: after a restart of the machine it is not."""
    wanted = {pool for volume in volumes if (pool := volume.labels.get(labels.POOL))}
    if wanted:
        _attach(world, wanted)


def attach(world: World, copies: Sequence[Copy]) -> None:
    """Attach the pool that what is copied lies in."""
    wanted = {copy.source.pool for copy in copies if copy.source.pool}
    if wanted:
        _attach(world, wanted)


def _attach(world: World, wanted: Collection[str]) -> None:
    pool = pools.look(world)
    if pool is None or set(wanted) != {pool.id}:
        raise EnvctlError(
            Exit.DATA_REFUSED,
            "the pool that the data lies in is gone",
            unchanged="Nothing was started.",
            hint="What was in it is gone with it: begin anew with `envctl down`, then `envctl up`.",
        )
    pools.attach(world, pool)


def _layout(world: World, copy: Copy, number: int, image: str) -> tuple[str, Layout]:
    """How it is copied; who gets every byte copied is told."""
    how = REFLINK if copy.source.pool else measured(world, image).choose(copy.source)
    if how == COPY:
        world.tell(Event(f"data of {copy.service}", "copying all of it: see `envctl doctor` for a quicker way"))
    return how, STRATEGIES[how].layout(copy.source, copy.volume, number)


def _unmake(world: World, layouts: Sequence[Layout]) -> None:
    """Remove volumes that nothing was put into yet: options of a volume cannot change."""
    for layout in layouts:
        for spec in reversed(layout.volumes):
            world.engine.remove_volume(spec.name)


def _make(world: World, blueprint: Blueprint, copy: Copy, how: str, layout: Layout) -> None:
    for spec in layout.volumes:
        own = {**blueprint.labels, **spec.labels, labels.ROLE: spec.role}
        if spec.name == copy.volume:
            own |= {**data_labels(blueprint, spec.name), labels.CLONE: copy.address, labels.STRATEGY: how}
        options = dict(spec.options)
        make_volume(
            world, blueprint.identity, spec.name, own, driver="local" if options else None, options=options or None
        )
