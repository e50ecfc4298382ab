"""What the daemon really has, read once. Nothing here is believed to be ours before it is proven."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

from envctl import labels
from envctl.identity import Identity

COMPOSE_PROJECT = "com.docker.compose.project"  # a label of Compose's: what carries it is of that project to Compose
COMPOSE_IMAGE = "com.docker.compose.image"  # the ID of the image that it made a container from


@dataclass(frozen=True)
class Check:
    """One run of a container's health check. Times are RFC 3339."""

    began: str
    ended: str
    status: int
    output: str


@dataclass(frozen=True)
class Container:
    """A container as `inspect` shows it. Times are RFC 3339."""

    id: str
    name: str
    labels: Mapping[str, str]
    image: str
    state: str  # created | running | paused | restarting | exited | dead
    health: str | None = None  # starting | healthy | unhealthy; None when it has no health check
    exit_code: int | None = None
    oom_killed: bool = False
    error: str = ""  # why the daemon could not start it
    started_at: str | None = None
    restarts: int = 0  # by its restart policy, since it was started
    health_output: str = ""  # what the last failed health check printed
    memory: int | None = None  # its limit in bytes
    image_id: str = ""
    created: str = ""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)  # may hold secrets
    finished_at: str | None = None  # None when it never ended
    checks: tuple[Check, ...] = ()  # its last health checks, as far as the daemon keeps them

    @property
    def service(self) -> str:
        """The service it belongs to."""
        return self.labels.get(labels.SERVICE, "")

    @property
    def ready(self) -> bool:
        """Running, and healthy if it can tell; or finished."""
        return self.finished or (self.state == "running" and self.health in (None, "healthy"))

    @property
    def finished(self) -> bool:
        """It came to the end that it was made for, as a migration does."""
        return self.state == "exited" and self.exit_code == 0 and labels.ENDS in self.labels


@dataclass(frozen=True)
class ImageDefaults:
    """What a container does unless it is told otherwise. `health` is as the image says it: `CMD`, words …"""

    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    health: tuple[str, ...] = ()
    shell: tuple[str, ...] = ()


@dataclass(frozen=True)
class Network:
    """A network and its IPv4 subnets in CIDR notation."""

    id: str
    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    subnets: tuple[str, ...] = ()
    created: str = ""  # RFC 3339


@dataclass(frozen=True)
class Volume:
    """A volume. When it was created is RFC 3339; `mountpoint` is its place on the daemon's machine."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    mountpoint: str = ""


@dataclass(frozen=True)
class Used:
    """What a container uses: percent of one processor, bytes of memory and their limit, processes and threads."""

    cpu: float
    memory: int
    memory_limit: int | None
    pids: int


@dataclass(frozen=True)
class Happening:
    """An event of the daemon in its own words. `time` is RFC 3339."""

    time: str
    kind: str  # container | network | volume
    action: str
    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stranger:
    """What has one of our names, says it is ours or is ours to Compose, and is not proven to be."""

    what: str  # container | network | volume
    name: str
    why: str  # it does not count as ours
    composed: bool = False  # Compose takes it for a part of our project

    @property
    def look(self) -> str:
        """The command that shows it."""
        return shlex.join(("docker", self.what, "inspect", self.name))


@dataclass(frozen=True)
class Observed:
    """One environment's objects, every network's subnets, and which images are there (reference → image ID)."""

    containers: tuple[Container, ...] = ()
    network: Network | None = None
    further_networks: tuple[Network, ...] = ()  # beside that one
    volumes: tuple[Volume, ...] = ()
    subnets: tuple[str, ...] = ()
    images: Mapping[str, str] = field(default_factory=dict)
    strangers: tuple[Stranger, ...] = ()
    half_made: tuple[str, ...] = ()  # volumes of ours that the daemon left without their labels
    bundles: tuple[Volume, ...] = ()  # what is kept of it from when it was removed: no part of what is there now
    boxes: tuple[Container, ...] = ()  # there for a moment: bundles are read and written through them, data copied in

    def container(self, service: str) -> Container | None:
        """The container that runs a service (not its one-shot)."""
        return next(
            (c for c in self.containers if c.service == service and c.labels.get(labels.ROLE) == "service"), None
        )

    def has_volume(self, name: str) -> bool:
        """Whether a volume of that name is the environment's."""
        return any(v.name == name for v in self.volumes)

    @property
    def exists(self) -> bool:
        """Whether anything of the environment is there."""
        parts = (self.containers, self.volumes, self.network, self.further_networks, self.half_made)
        return any(parts)

    @property
    def record(self) -> Record:
        """The environment's record: the newest one, should a run have died while replacing it."""
        records = [Record.of(v) for v in self.volumes if v.labels.get(labels.ROLE) == "record"]
        return max(records, key=lambda r: r.number, default=Record())


@dataclass(frozen=True)
class Record:
    """What has been done to the environment's data, kept with the daemon as the labels of an empty volume.

    Labels cannot change, so a new fact means a record with the next number; the older one is removed afterwards.
    """

    number: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, volume: Volume) -> Record:
        """Read a record back from its volume."""
        _, _, number = volume.name.rpartition("-")
        facts = {
            key.removeprefix(labels.FACT): value for key, value in volume.labels.items() if key.startswith(labels.FACT)
        }
        return cls(int(number) if number.isdigit() else 0, facts)

    def name(self, identity: Identity) -> str:
        """The volume that holds it. No volume of a stack file is called so: none begins with `_`."""
        return f"{identity.full}__record-{self.number}"
