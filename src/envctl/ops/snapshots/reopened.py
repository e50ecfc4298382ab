"""A database's snapshot that is read again: a server on a copy of it, which is gone afterwards.

The copy looks like what is being built by whoever reads it, so that of one who was killed the next builder, or gc,
clears it away; and it says what it is a copy of, so that nobody removes that meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from secrets import token_hex

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Mounted
from envctl.measure import OVERLAY, REFLINK
from envctl.ops.client import DatabaseClient
from envctl.ops.clones import Copy, attach, job
from envctl.ops.measure import measured
from envctl.ops.snapshots.remove import discard
from envctl.ops.snapshots.sources.base import TOKEN, Site
from envctl.ops.snapshots.throwaway import serving
from envctl.pool import SNAPSHOTS
from envctl.snapshot import DATA, MARKER, Held, Snapshot, data_volume, marker
from envctl.snapshots import Layout, Spec, copied, place
from envctl.snapshots.overlay import Overlay
from envctl.workload import Workload
from envctl.world import World, begun
from envctl.world.helper import ROLE as HELPER
from envctl.world.helper import must, run


@contextmanager
def reopened(site: Site, snapshot: Snapshot, workload: Workload, image: str) -> Iterator[DatabaseClient]:
    """The client of a server of that service on a copy of its snapshot, for who builds at that site.

    Raises EnvctlError.
    """
    world, source = site.here.world, snapshot.parts[0].held
    token = token_hex(TOKEN)
    volume = data_volume(site.address, token, 0)
    attach(world, [Copy(volume, workload.service, snapshot.address, source)])
    layout = _layout(world, image, source, volume)
    data = Mounted(layout.held.volume, layout.held.subpath)
    copy = replace(site, workload=workload, image=image, data=data, token=token, reached=None)
    try:
        _make(copy, layout, snapshot)
        ended = run(world.engine, job(world, [layout], image), copy.name(HELPER), copy.labels(HELPER))
        must(ended, f"the data of {workload.service} could not be copied")
        with serving(copy):
            yield copy.client
    finally:
        with suppress(EnvctlError):  # the next builder, or gc, clears away what is left
            names = {spec.name for spec in layout.volumes}
            of_site = world.engine.volumes({labels.SNAPSHOT: site.address})
            discard(world, site.address, [one for one in of_site if one.name in names])


def _layout(world: World, image: str, source: Held, volume: str) -> Layout:
    """How it is copied: what is written to it is lost, so the quickest way is good enough."""
    how = REFLINK if source.pool else measured(world, image).choose(source)
    if how != OVERLAY:
        return copied(how, source, place(volume, SNAPSHOTS, source.pool), DATA, 0)
    layout = Overlay().layout(source, volume, 0, upper=f"{volume}-upper")
    return replace(layout, volumes=tuple(Spec(one.name, DATA, one.options) for one in layout.volumes))


def _make(copy: Site, layout: Layout, snapshot: Snapshot) -> None:
    world = copy.here.world
    with world.locks.hold(marker(snapshot.address), "clone"):  # gc looks for clones under it
        for spec in layout.volumes:
            own: Mapping[str, str] = {**copy.labels(spec.role), **spec.labels, labels.CLONE: snapshot.address}
            begun.note(world.runtime, marker(copy.address), spec.name)
            world.engine.create_volume(spec.name, own, options=dict(spec.options) or None)
        begun.strike_all(world.runtime, marker(copy.address))
        if not world.engine.volumes({labels.SNAPSHOT: snapshot.address, labels.ROLE: MARKER}):
            raise EnvctlError(
                Exit.NOT_FOUND,
                f"the snapshot of {snapshot.source} was removed meanwhile",
                hint="Run the same command again.",
            )
