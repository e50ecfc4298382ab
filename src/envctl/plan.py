"""The steps from what is to what shall be, each with its cause. A plan is a value; its text is the dry run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from envctl.base import Base


@dataclass(frozen=True)
class Step:
    """One thing to do, and why."""

    because: str


@dataclass(frozen=True)
class PrepareImage(Step):
    """Pull or build a service's image."""

    service: str
    image: str
    build: bool = False

    def __str__(self) -> str:
        return f"{'build' if self.build else 'pull'} image {self.image} for {self.service}"


@dataclass(frozen=True)
class RemoveContainer(Step):
    """Remove one of our containers."""

    id: str
    name: str

    def __str__(self) -> str:
        return f"remove container {self.name}"


@dataclass(frozen=True)
class Resume(Step):
    """Let a paused container go on."""

    id: str
    service: str

    def __str__(self) -> str:
        return f"resume {self.service}"


@dataclass(frozen=True)
class CreateNetwork(Step):
    """Create the environment's network."""

    name: str
    subnet: str

    def __str__(self) -> str:
        return f"create network {self.name} ({self.subnet})"


@dataclass(frozen=True)
class CreateVolume(Step):
    """Create a volume of the environment."""

    name: str

    def __str__(self) -> str:
        return f"create volume {self.name}"


@dataclass(frozen=True)
class BuildSnapshot(Step):
    """Build the data that a service, and whoever needs the same after it, starts on a copy of."""

    service: str
    source: str

    def __str__(self) -> str:
        return f"build a snapshot of {self.source} for {self.service}"


@dataclass(frozen=True)
class CloneVolume(Step):
    """Make a volume a writable copy of a snapshot's data; `number` is that of the service's mount."""

    name: str
    service: str
    source: str
    number: int = 0

    def __str__(self) -> str:
        return f"clone {self.source} to volume {self.name}"


@dataclass(frozen=True)
class RemoveVolume(Step):
    """Remove a volume whose data is not whole, or gets replaced."""

    name: str

    def __str__(self) -> str:
        return f"remove volume {self.name}"


@dataclass(frozen=True)
class Forget(Step):
    """Strike from the record what was done to a service's data: that data is gone."""

    service: str

    def __str__(self) -> str:
        return f"forget what was done to {self.service}"


@dataclass(frozen=True)
class Start(Step):
    """Start a service, after those it needs that start with it."""

    service: str

    def __str__(self) -> str:
        return f"start {self.service}"


@dataclass(frozen=True)
class SetPassword(Step):
    """Give a database role the environment's password."""

    service: str
    user: str

    def __str__(self) -> str:
        return f"set the password of {self.user} in {self.service}"


@dataclass(frozen=True)
class CreateDatabase(Step):
    """Create an empty database if it is missing."""

    service: str
    database: str

    def __str__(self) -> str:
        return f"create the database {self.database} in {self.service} if it is missing"


@dataclass(frozen=True)
class CreateTopics(Step):
    """Create the Kafka topics that are missing."""

    service: str
    partitions: Mapping[str, int]

    def __str__(self) -> str:
        return f"create topics in {self.service}: {', '.join(f'{n} ({p})' for n, p in self.partitions.items())}"


@dataclass(frozen=True)
class Load(Step):
    """Fill a database from its dump. `fresh`: it holds nothing yet that could be kept."""

    service: str
    data: str
    fresh: bool = False

    def __str__(self) -> str:
        return f"load {self.data} into {self.service}"


@dataclass(frozen=True)
class Plan:
    """Steps in the order of their stages. Steps of one stage do not depend on each other.

    `prepare`: images, removals, what is paused, network, record, volumes · `stores`: services that hold data ·
    `provision`: what goes into them · `services`: everything else. `ports` are the published ports: service → port on
    loopback.
    """

    prepare: tuple[Step, ...] = ()
    stores: tuple[Start, ...] = ()
    provision: tuple[Step, ...] = ()
    services: tuple[Start, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)  # service → the reference it will run from
    digests: Mapping[str, str] = field(default_factory=dict)  # service → what its container is made from
    versions: Mapping[str, str] = field(default_factory=dict)  # of data, to be recorded once the stores are up
    bases: Mapping[str, Base] = field(default_factory=dict)  # service → what its new data starts from
    cloned: frozenset[str] = frozenset()  # volumes that are copies of a snapshot, once they are there
    subpaths: Mapping[str, str] = field(default_factory=dict)  # volume → its folder in a pool, once it is there
    beneath: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # volume → those that it lies over
    other_folders: tuple[str, ...] = ()  # from which the environment was brought up before

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step, in order."""
        return (*self.prepare, *self.stores, *self.provision, *self.services)

    @property
    def started_from(self) -> tuple[str, ...]:
        """The images that services are started from."""
        return tuple(self.images[step.service] for step in (*self.stores, *self.services))

    def __str__(self) -> str:
        return "\n".join(f"{step}  # {step.because}" for step in self.steps) or "nothing to do"
