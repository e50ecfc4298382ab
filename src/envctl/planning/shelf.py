"""What volumes and containers say of snapshots: which there are, what lives on each, what is left of others. Pure."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from envctl import labels
from envctl.identity import Identity
from envctl.observed import COMPOSE_IMAGE, Container, Volume
from envctl.planning.ownership import identity_of, is_bundle
from envctl.snapshot import Snapshot, is_data, is_marker, marker, snapshots_of
from envctl.units import parse_moment

_FACT = f"{labels.FACT}clone."  # on a record: what a service's data is a whole clone of
_WORKERS = frozenset({"builder", "helper"})  # roles of containers that somebody builds with

Clones = Mapping[str, tuple[str, ...]]  # by a snapshot's address: the environments that live on it, PROJECT/NAME each


@dataclass(frozen=True)
class Leftover:
    """What is no snapshot: bytes that no marker names, or a marker whose bytes are gone.

    `latest` is when the youngest part of it was created; None where that cannot be told.
    """

    address: str
    volumes: tuple[Volume, ...] = ()
    containers: tuple[Container, ...] = ()
    latest: datetime | None = None
    project: str = ""
    broken: bool = False  # a marker is among it


@dataclass(frozen=True)
class Shelf:
    """Every snapshot of a daemon, and what its volumes and containers say of them."""

    snapshots: tuple[Snapshot, ...] = ()  # the newest first
    leftovers: tuple[Leftover, ...] = ()
    unreadable: tuple[Volume, ...] = ()  # markers
    clones: Clones = field(default_factory=dict)
    environments: frozenset[str] = frozenset()  # those that are there, PROJECT/NAME each
    images: frozenset[str] = frozenset()  # IDs of those images that the daemon has, as far as snapshots are for them

    def snapshot(self, address: str) -> Snapshot | None:
        """The one of an address."""
        return next((one for one in self.snapshots if one.address == address), None)


def shelf(volumes: Collection[Volume], containers: Iterable[Container] = ()) -> Shelf:
    """What a daemon's volumes say, those of environments among them; images are not asked for."""
    snapshots = whole(volumes)
    read = {one.marker for one in snapshots}
    there = {volume.name for volume in volumes}
    other = [v for v in volumes if is_marker(v) and v.name not in read]
    broken = [v for v in other if (names := _named(v)) is not None and not names <= there]
    unreadable = tuple(v for v in other if v not in broken)
    unknown = {volume.labels[labels.SNAPSHOT] for volume in unreadable}
    named = {part.held.volume for one in snapshots for part in one.parts}
    loose = [*broken, *(v for v in volumes if is_data(v) and v.name not in named)]
    workers = [one for one in containers if is_worker(one)]
    return Shelf(
        snapshots,
        tuple(one for one in _leftovers(loose, workers) if one.address not in unknown),
        unreadable,
        clones_of(volumes),
        frozenset(environments_of(volumes)),
    )


def whole(volumes: Collection[Volume]) -> tuple[Snapshot, ...]:
    """The snapshots among all volumes, the newest first. What names no bytes is none."""
    return tuple(one for one in snapshots_of(volumes) if one.parts)


def clones_of(volumes: Iterable[Volume]) -> Clones:
    """Which environments live on which snapshot: by the labels of their data, also half made, and by their records."""
    found: dict[str, set[str]] = defaultdict(set)
    for volume in volumes:
        identity = identity_of(volume.labels)
        for address in _stands_on(volume):
            found[address].add(_called(identity) if identity else f"volume {volume.name}")
    return {address: tuple(sorted(names)) for address, names in found.items()}


def environments_of(volumes: Iterable[Volume]) -> Iterator[str]:
    """Those that are there: each has at least the volume of its lease."""
    return (_called(i) for v in volumes if not is_bundle(v) and (i := identity_of(v.labels)) is not None)


def is_worker(container: Container) -> bool:
    """Whether somebody builds a snapshot with it, or did: by its name, and by labels that no image gave it."""
    address = container.labels.get(labels.SNAPSHOT, "")
    return (
        bool(address)
        and container.labels.get(labels.ROLE) in _WORKERS
        and container.name.startswith(f"{marker(address)}-")
        and bool(container.image_id)
        and container.labels.get(COMPOSE_IMAGE) == container.image_id
    )


def _named(volume: Volume) -> frozenset[str] | None:
    """The volumes with its bytes; None where a marker does not say so in a way that is known here."""
    try:
        said = json.loads(volume.labels[labels.SNAPSHOT_PARTS])
        names = frozenset(one["held"] for one in said)
    except (KeyError, TypeError, ValueError):
        return None
    prefix = f"{volume.name}-"
    return names if names and all(isinstance(n, str) and n.startswith(prefix) for n in names) else None


def _leftovers(volumes: Iterable[Volume], containers: Iterable[Container]) -> Iterator[Leftover]:
    parts: dict[str, list[Volume | Container]] = defaultdict(list)
    things: tuple[Volume | Container, ...] = (*volumes, *containers)
    for thing in things:
        parts[thing.labels[labels.SNAPSHOT]].append(thing)
    for address, found in sorted(parts.items()):
        moments = [parse_moment(thing.created) for thing in found]
        projects = {thing.labels.get(labels.SNAPSHOT_PROJECT, "") for thing in found} - {""}
        yield Leftover(
            address,
            tuple(thing for thing in found if isinstance(thing, Volume)),
            tuple(thing for thing in found if isinstance(thing, Container)),
            None if None in moments else max(m for m in moments if m is not None),
            min(projects, default=""),
            any(isinstance(thing, Volume) and is_marker(thing) for thing in found),
        )


def _stands_on(volume: Volume) -> Iterator[str]:
    """The addresses of snapshots that a volume says something of ours stands on."""
    if address := volume.labels.get(labels.CLONE):
        yield address
    yield from (value for key, value in volume.labels.items() if key.startswith(_FACT) and value)


def _called(identity: Identity) -> str:
    return f"{identity.project}/{identity.name}"
