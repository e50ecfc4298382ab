"""Data that never changes, addressed by what it was made from. What it is the daemon knows, as labels of volumes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from envctl import labels
from envctl.observed import Volume

MARKER = "snapshot"  # the role of the volume that says everything about a snapshot; it is made last
DATA = "snapshot-data"  # the role of a volume with its bytes
BUILDER = "builder"  # the role of the throwaway server that it is built with
ENVIRONMENT = "environment "  # what the source begins with of one that was made of an environment: PROJECT/NAME follows
_PREFIX = "envctl-snapshot__"
_ADDRESS = 32  # hex digits


@dataclass(frozen=True)
class Made:
    """What data is made from. The same is made only once: its hash is the address.

    `source` is its content, such as the digest of a dump; `recipe` what the building of it is told beside that.
    """

    kind: str
    image: str  # the ID of the service's image: its programs, its libc and its collations
    source: str
    recipe: tuple[str, ...] = ()
    mask: str = ""  # policy and fingerprint of the key
    seed: str = ""

    @property
    def address(self) -> str:
        """The snapshot's address: 32 hex digits."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:_ADDRESS]


@dataclass(frozen=True)
class Held:
    """Where the daemon holds the bytes: a whole volume, or a folder of a pool that the volume gives access to.

    `path` is the volume's place on the daemon's machine, `pool` the ID of the pool.
    """

    volume: str
    subpath: str = ""
    pool: str = ""
    path: str = ""


def held(volume: Volume) -> Held:
    """Where the bytes of a volume of ours are."""
    return Held(
        volume.name, volume.labels.get(labels.SUBPATH, ""), volume.labels.get(labels.POOL, ""), volume.mountpoint
    )


@dataclass(frozen=True)
class Part:
    """The data of one volume of a service; `facts` is what was done to it, as an environment's record says it."""

    service: str
    kind: str
    image: str  # its reference
    image_id: str
    version: str  # of the format
    user: str  # the database's owner; empty where there is none
    volume: str  # as the stack calls it
    held: Held
    facts: Mapping[str, str] = field(default_factory=dict)  # without the service's name: `data`, `database`, `topics`


@dataclass(frozen=True)
class Snapshot:
    """Immutable data of one or more services. `size` is in bytes; `about` has what only its own image knows."""

    address: str
    source: str  # what it was made of, in words: `dump catalogue`, `environment shop/main`, `empty postgres`
    made: datetime
    by: str  # user@machine
    parts: tuple[Part, ...]
    project: str = ""  # whose environment it was first made for
    name: str = ""  # that somebody gave it
    digest: str = ""  # of the dump or the state of the source
    size: int = 0
    about: Mapping[str, str] = field(default_factory=dict)  # libc, collation …
    mask: str = ""  # of masked data: digest of the rules and fingerprint of the key
    certificate: str = ""  # of masked data: what was done to it, and that nothing raw was found, as JSON

    @property
    def marker(self) -> str:
        """The volume that says so."""
        return marker(self.address)

    @property
    def short(self) -> str:
        """What people call it: its name, else the beginning of its address."""
        return self.name or self.address[:12]

    def part(self, service: str) -> tuple[Part, ...]:
        """The parts of a service."""
        return tuple(part for part in self.parts if part.service == service)

    def labels(self) -> dict[str, str]:
        """What its marker carries."""
        said = {
            labels.ROLE: MARKER,
            labels.SNAPSHOT: self.address,
            labels.SNAPSHOT_PROJECT: self.project,
            labels.SNAPSHOT_NAME: self.name,
            labels.SNAPSHOT_SOURCE: self.source,
            labels.SNAPSHOT_DIGEST: self.digest,
            labels.SNAPSHOT_PARTS: json.dumps([_written(part) for part in self.parts], sort_keys=True),
            labels.SNAPSHOT_ABOUT: json.dumps(dict(self.about), sort_keys=True),
            labels.SNAPSHOT_SIZE: str(self.size),
            labels.SNAPSHOT_MASK: self.mask,
            labels.SNAPSHOT_CERTIFICATE: self.certificate,
            labels.SNAPSHOT_BY: self.by,
            labels.CREATED: self.made.astimezone(UTC).isoformat(timespec="seconds"),
        }
        return {key: value for key, value in said.items() if value}


def marker(address: str) -> str:
    """The volume whose labels say what the snapshot of an address is."""
    return f"{_PREFIX}{address}"


def data_volume(address: str, token: str, number: int) -> str:
    """A volume for bytes of a snapshot that somebody builds; `token` is the builder's own."""
    return f"{_PREFIX}{address}-{token}-{number}"


def is_marker(volume: Volume) -> bool:
    """Whether it is a snapshot's marker: ours by its label, and called as our own rule calls it."""
    address = volume.labels.get(labels.SNAPSHOT, "")
    return bool(address) and volume.labels.get(labels.ROLE) == MARKER and volume.name == marker(address)


def is_data(volume: Volume) -> bool:
    """Whether it holds bytes of a snapshot, or of one that somebody builds or died over."""
    address = volume.labels.get(labels.SNAPSHOT, "")
    return bool(address) and volume.labels.get(labels.ROLE) == DATA and volume.name.startswith(f"{marker(address)}-")


def snapshots_of(volumes: Iterable[Volume]) -> tuple[Snapshot, ...]:
    """The snapshots among all volumes of the daemon: those whose marker can be read and whose bytes are there."""
    there = {volume.name: volume for volume in volumes}
    found = (_read(volume, there) for volume in there.values() if is_marker(volume))
    return tuple(sorted((s for s in found if s is not None), key=lambda s: (s.made, s.address), reverse=True))


def _written(part: Part) -> dict[str, object]:
    return {**asdict(part), "held": part.held.volume}


def _read(volume: Volume, there: Mapping[str, Volume]) -> Snapshot | None:
    said = volume.labels
    try:
        if not (parts := tuple(_part(one, there) for one in json.loads(said[labels.SNAPSHOT_PARTS]))):
            return None
        return Snapshot(
            address=said[labels.SNAPSHOT],
            source=said[labels.SNAPSHOT_SOURCE],
            made=datetime.fromisoformat(said[labels.CREATED]).astimezone(UTC),
            by=said.get(labels.SNAPSHOT_BY, ""),
            parts=parts,
            project=said.get(labels.SNAPSHOT_PROJECT, ""),
            name=said.get(labels.SNAPSHOT_NAME, ""),
            digest=said.get(labels.SNAPSHOT_DIGEST, ""),
            size=int(said.get(labels.SNAPSHOT_SIZE, "0")),
            mask=said.get(labels.SNAPSHOT_MASK, ""),
            certificate=said.get(labels.SNAPSHOT_CERTIFICATE, ""),
            about=_texts(json.loads(said.get(labels.SNAPSHOT_ABOUT, "{}"))),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _part(said: dict[str, object], there: Mapping[str, Volume]) -> Part:
    """Raises KeyError where its bytes are gone, TypeError or ValueError for what we do not write."""
    plain = _texts({key: value for key, value in {**said}.items() if key != "facts"})
    if not is_data(there[plain["held"]]):
        raise ValueError(plain["held"])
    found = {**plain, "held": held(there[plain["held"]]), "facts": _texts(said.get("facts", {}))}
    return Part(**found)  # type: ignore[arg-type]  # as written


def _texts(said: object) -> dict[str, str]:
    """Names and values as we write them. Raises TypeError for another thing, such as a later version may write."""
    if isinstance(said, dict) and all(isinstance(value, str) for value in said.values()):
        return said
    raise TypeError(said)
