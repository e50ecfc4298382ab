"""A snapshot of a running environment, while it is made: copied at one moment, and only then looked at.

The environment runs again as soon as its bytes are copied. Until the marker is there, last of all, it is no snapshot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from time import monotonic

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.events import Event
from envctl.identity import Identity
from envctl.job import Mounted, script
from envctl.measure import COPY, OVERLAY, REFLINK
from envctl.observed import Container, Observed, Volume
from envctl.ops import pools
from envctl.ops.clones import attach_for, fill
from envctl.ops.measure import measured
from envctl.ops.setting import Here
from envctl.ops.snapshots.remove import discard
from envctl.ops.snapshots.sources.base import Site
from envctl.ops.snapshots.standstill import standstill
from envctl.ops.snapshots.throwaway import at_rest, serving, settle, stop
from envctl.planning.taking import Taken
from envctl.pool import SNAPSHOTS
from envctl.snapshot import DATA, ENVIRONMENT, Held, Made, Snapshot, data_volume, held, is_marker, marker, snapshots_of
from envctl.snapshots import Layout, copied, place
from envctl.units import show_size
from envctl.world.helper import ROLE as HELPER
from envctl.world.helper import must, run
from envctl.world.machine import who
from envctl.world.parallel import together

_SIZE = 'for at in "$@"; do du -sk "$at"; done | while read -r size _; do echo "$size"; done'


@dataclass(frozen=True)
class Draft:
    """What is to be kept of whom. `token` is by chance, `made` the moment by the daemon's clock."""

    here: Here
    blueprint: Blueprint
    observed: Observed
    chosen: tuple[Taken, ...]
    made: datetime
    token: str
    name: str = ""

    @cached_property
    def address(self) -> str:
        """Another one each time: no two moments are known to have the same data."""
        images = " ".join(sorted({one.container.image_id for one in self.chosen}))
        return Made("environment", images, f"{in_words(self.here.identity)} {self.made}", (self.token,)).address

    @property
    def stores(self) -> list[Container]:
        """The containers that are stopped."""
        return [one.container for one in self.chosen]

    @property
    def writers(self) -> list[Container]:
        """Those that are held meanwhile. What was paused before stays so."""
        stores = {store.id for store in self.stores}
        return [c for c in self.observed.containers if c.id not in stores and c.state == "running"]

    @property
    def volumes(self) -> Iterator[Volume]:
        """The environment's, whose bytes are kept."""
        return (volume for one in self.chosen for volume in one.volumes)

    def snapshot(self, places: Mapping[str, Held], about: Mapping[str, str], size: int) -> Snapshot:
        """What its marker says; `places` is where the bytes of each of the environment's volumes are."""
        return Snapshot(
            address=self.address,
            source=in_words(self.here.identity),
            made=self.made,
            by=who(),
            parts=tuple(part for one in self.chosen for part in one.parts(self.observed, places)),
            project=self.here.identity.project,
            name=self.name,
            size=size,
            about=about,
        )

    def site(self, one: Taken, at: Held) -> Site:
        """Where the copy of a service's data is looked at, in that service's own image."""
        data = Mounted(at.volume, at.subpath)
        return Site(self.here, one.workload, one.container.image_id, data, self.address, self.token)


def in_words(identity: Identity) -> str:
    """What a snapshot of an environment is of."""
    return f"{ENVIRONMENT}{identity.project}/{identity.name}"


def lay_out(draft: Draft) -> dict[str, Layout]:
    """How each of the environment's volumes is copied. In a pool where there is one: its clones take no time."""
    world = draft.here.world
    costs, pool = measured(world, draft.stores[0].image_id), pools.look(world)
    disk = costs.cost(REFLINK)
    found = {}
    for number, volume in enumerate(draft.volumes):
        source = held(volume)
        shares = disk is not None and disk.able and not source.pool and volume.labels.get(labels.STRATEGY) != OVERLAY
        into = pool.id if pool is not None and not shares else ""
        how = REFLINK if shares or (into and source.pool == into) else COPY
        target = place(data_volume(draft.address, draft.token, number), SNAPSHOTS, into)
        found[volume.name] = copied(how, source, target, DATA, number)
    return found


def make_volumes(draft: Draft, layouts: Mapping[str, Layout]) -> None:
    """Make those that the copies go to, and see that the pool is there. Raises EnvctlError."""
    world = draft.here.world
    if any(layout.held.pool for layout in layouts.values()) and (pool := pools.look(world)) is not None:
        pools.attach(world, pool)
    attach_for(world, draft.volumes)
    own = {**draft.site(draft.chosen[0], Held("")).labels(DATA), labels.SNAPSHOT_PROJECT: draft.here.identity.project}
    for layout in layouts.values():
        for spec in layout.volumes:
            world.engine.create_volume(spec.name, {**own, **spec.labels}, options=dict(spec.options) or None)


def copy(draft: Draft, layouts: Mapping[str, Layout]) -> float:
    """Copy all of it at one moment; the seconds for which the environment was away. Raises EnvctlError."""
    here, image = draft.here, draft.stores[0].image_id
    slow = {
        one.service: layouts[v.name] for one in draft.chosen for v in one.volumes if layouts[v.name].words[0] == COPY
    }
    if slow:
        size = show_size(_size(draft, list(slow.values())))
        here.world.tell(
            Event(f"data of {', '.join(slow)}", f"copying all {size}: see `envctl doctor` for a quicker way")
        )
    began = monotonic()
    with standstill(here, draft.blueprint, draft.stores, draft.writers):
        here.world.tell(Event("snapshot", "copying"))
        fill(here.world, here.identity, list(layouts.values()), image, unchanged="")
    return round(monotonic() - began, 3)


def finish(draft: Draft, layouts: Mapping[str, Layout]) -> Snapshot:
    """See that the copies are good, make them fit to be copied again, and only then a snapshot of them.

    Raises EnvctlError(DATA_REFUSED) where one is not.
    """
    places = {volume: layout.held for volume, layout in layouts.items()}
    sites = [draft.site(one, places[volume.name]) for one in draft.chosen for volume in one.volumes]
    done = together(draft.here.world.shell, [partial(_finished, site) for site in sites])
    about = {
        f"{site.workload.service}.{key}": value
        for site, (_, found) in zip(sites, done, strict=True)
        for key, value in found.items()
    }
    snapshot = draft.snapshot(places, about, sum(size for size, _ in done))
    engine = draft.here.world.engine
    engine.create_volume(snapshot.marker, snapshot.labels())
    return next(iter(snapshots_of(engine.volumes({labels.SNAPSHOT: draft.address}))), snapshot)


def give_up(draft: Draft) -> None:
    """Remove what is no snapshot. Raises EnvctlError."""
    world, prefix = draft.here.world, f"{marker(draft.address)}-{draft.token}-"
    for container in world.engine.listed({labels.SNAPSHOT: draft.address}):
        world.engine.kill_container(container.id)
    there = world.engine.volumes({labels.SNAPSHOT: draft.address})
    if not any(map(is_marker, there)):  # else it was just done
        discard(world, draft.address, [volume for volume in there if volume.name.startswith(prefix)])


def _finished(site: Site) -> tuple[int, Mapping[str, str]]:
    """The size of a copy in bytes, and what its server says of it.

    It is looked at before a server is: that would mend what was not stopped cleanly, and say nothing.
    """
    freezing, about = site.workload.freezing, {}
    assert freezing is not None  # noqa: S101 – chosen for it
    if freezing.settle or freezing.about:
        was = site.run(freezing.check, user=freezing.user)
        must(was, f"the data of {site.workload.service} cannot be kept")
        with serving(site):
            about = dict(settle(site))
            stop(site)
    return at_rest(site), about


def _size(draft: Draft, layouts: Sequence[Layout]) -> int:
    """Bytes of the data that is copied in full."""
    mounts = {path: at for layout in layouts for path, at in layout.mounts.items() if path.startswith("/from/")}
    job = script(draft.stores[0].image_id, _SIZE, *mounts, mounts=mounts)
    site = draft.site(draft.chosen[0], Held(""))
    output = run(draft.here.world.engine, job, site.name(f"{HELPER}-size"), site.labels(HELPER))
    return sum(int(line) for line in output.lines if line.isdigit()) * 1024
