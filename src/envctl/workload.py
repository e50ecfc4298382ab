"""What a service needs to run, in words that no runtime owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from envctl.text import PublishedPort, Text

PORTS = 32  # of the host that one environment has: at most so many services publish one

HIDDEN_FILE = "/run/secrets/.envctl-env"  # in the container: its hidden variables, as a shell reads them


@dataclass(frozen=True)
class Build:
    """An image made from a folder. Paths are absolute."""

    context: Path
    dockerfile: Path
    target: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """An image made as a team's own Compose project says, in its words. Paths are absolute.

    `folders` are what it is built from as far as it lies here: the context first, None where that is somewhere else.
    """

    definition: Mapping[str, Any]
    context: Path | None
    dockerfile: Path | None = None  # None: it stands in the definition, or lies with a context that is not here
    folders: tuple[Path, ...] = ()  # further contexts
    args: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # that the build is given
    platform: str | None = None


@dataclass(frozen=True)
class Port:
    """A port of a container that is published on loopback beside the first."""

    target: int
    protocol: str = "tcp"

    @property
    def name(self) -> str:
        """`9090`, or `53-udp`."""
        return str(self.target) if self.protocol == "tcp" else f"{self.target}-{self.protocol}"


@dataclass(frozen=True)
class Composed:
    """A service of a team's own Compose project: its definition in Compose's words, and what follows from it.

    Everything in it that isolation replaces is taken out: names, published ports, the build.
    """

    definition: Mapping[str, Any]
    waits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # need → `depends_on` in its long form
    networks: tuple[str, ...] = ()  # the project's, the default one included
    bound: tuple[str, ...] = ()  # services whose container it holds on to: it cannot outlive them
    ends: str = ""  # once: runs to its end and is done · always: may come to an end, and runs at every `up`
    may_pull: bool = True


@dataclass(frozen=True)
class Probe:
    """A command inside the container whose status 0 means ready; `patience` seconds until it counts as failed."""

    command: tuple[str, ...]
    patience: float = 60.0


@dataclass(frozen=True)
class Limits:
    """Upper bounds: memory in bytes, processors, processes. None means unbounded."""

    memory: int | None = None
    cpus: float | None = None
    pids: int | None = None


@dataclass(frozen=True)
class Mount:
    """A named volume of the environment at a path of the container."""

    volume: str
    path: str


@dataclass(frozen=True)
class Topics:
    """Kafka topics that must exist: name → partitions."""

    partitions: Mapping[str, int]


@dataclass(frozen=True)
class Format:
    """How a server writes its data: the part of its version that decides, empty where nobody knows it.

    `reads_older`: a later version goes on with what an earlier one wrote; never the other way round.
    """

    version: tuple[int, ...] = ()
    reads_older: bool = False


Method = Literal["logical", "physical"]


@dataclass(frozen=True)
class Live:
    """A server elsewhere that a database is filled from: the name of the secret that holds its URL.

    `times`: how many times it is to have been read; as often as it was, if that is more.
    """

    secret: str
    method: Method = "logical"
    times: int = 1


@dataclass(frozen=True)
class Masking:
    """How a database's data is masked on its way in: the rules as the stack file has them, as JSON; and the name of the
    secret that the results depend on. Further rules may be in a file, and the key in another. `subset` says which rows
    come, as JSON; nothing where all of them do.
    """

    rules: str
    key: str
    file: Path | None = None
    key_file: Path | None = None
    subset: str = ""


@dataclass(frozen=True)
class Schema:
    """What tables there are, for data that does not say it: a file does, or `text`, once it was read from the database
    that the environment has.
    """

    file: Path | None = None
    text: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Synthetic:
    """Rows that are made up: how, as JSON, and the seed that they depend on. `like` is what the stack calls the data
    whose statistics they take over; empty where they take none.
    """

    settings: str = "{}"
    seed: int = 1
    like: str = ""


@dataclass(frozen=True)
class Csv:
    """Files with the rows of tables: a folder, or one file. `settings` say as JSON how they are read, and what of them
    belongs where.
    """

    path: Path
    settings: str = "{}"


@dataclass(frozen=True)
class Database:
    """A Postgres database that must exist and may be filled: its name, owner and what it is filled from.

    `data` is what the stack calls that; one of the others says where it is. `later` is what it calls data that is made
    only when somebody asks: of the tables that the database has by then.
    """

    name: str
    user: str
    dump: Path | None = None
    data: str | None = None
    live: Live | None = None
    backup: Path | None = None  # of a whole server: a folder
    mask: Masking | None = None  # nothing of the data gets in without it
    schema: Schema | None = None
    synthetic: Synthetic | None = None
    csv: Csv | None = None
    later: str | None = None

    @property
    def read(self) -> Path | None:
        """What of this machine its server reads, and writes anew."""
        return self.csv.path if self.csv else self.dump


@dataclass(frozen=True)
class Derived:
    """What a broker or a cache is filled with: messages or keys that are made of the rows of a database.

    `data` is what the stack calls it, `made` says how, as JSON. `of` is the service of that database: its snapshot is
    what is read.
    """

    data: str
    feed: tuple[str, ...] = ()  # a program in the container that takes the store's own commands, where there is one
    made: str = ""
    of: Workload | None = None  # None until all services are known


@dataclass(frozen=True)
class Freezing:
    """How a server's data at rest becomes fit to be copied. Each is a shell script that its own image runs.

    `settle` runs in the container of a server that still runs, the others on the folder ($1) of one that was stopped.
    Whichever ends with another status than 0 refuses the data, and says why with its last line.
    """

    check: str  # it was stopped cleanly, and holds nothing that cannot be copied
    trim: str = ""  # takes away what no copy needs
    settle: str = ""  # cuts what leads elsewhere: subscriptions, replication slots
    about: str = ""  # in the running server: prints `name=value` lines that people want to know of the data
    adopt: str = ""  # on data of another server ($1), before ours starts: its configuration becomes the image's own
    unsafe: tuple[str, ...] = ()  # further words of the server's command while data is built that may be lost
    user: str = "0"  # as whom the scripts run
    slow_start: bool = False  # a first start takes so long that an empty one is worth keeping
    blank: Mapping[str, str] = field(default_factory=dict)  # variables of one that holds nothing of the stack's yet
    shaped_by: tuple[str, ...] = ()  # what of its settings its data depends on: others make other data


@dataclass(frozen=True)
class Workload:
    """One service, everything about it decided except passwords and published ports."""

    service: str
    kind: str
    image: str | None = None
    build: Build | Recipe | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    environment: Mapping[str, Text] = field(default_factory=dict)  # anybody who may inspect the container sees it
    hidden: Mapping[str, Text] = field(default_factory=dict)  # variables kept in memory only; a shell hands them over
    files: Mapping[str, Text] = field(default_factory=dict)  # path in the container → content, kept in memory only
    mounts: tuple[Mount, ...] = ()
    port: int | None = None  # inside the container; published on loopback
    further_ports: tuple[Port, ...] = ()  # published too
    inner_port: int | None = None  # where the network's other services reach it, if that is another one
    public: bool = False
    probe: Probe | None = None
    needs: tuple[str, ...] = ()
    before: tuple[str, ...] | None = None
    limits: Limits = Limits()
    stateful: bool = False  # holds data: started, provisioned and loaded before anything that uses it
    topics: Topics | None = None
    database: Database | None = None
    derived: Derived | None = None
    format: Format = Format()
    freezing: Freezing | None = None  # None: its data cannot be kept in a snapshot
    stop_grace: float = 10.0  # seconds between the stop signal and the kill
    composed: Composed | None = None  # of a Compose project that the stack wraps

    @property
    def data(self) -> str | None:
        """The `[data.NAME]` that it is filled from; None where its data begins empty, as what is made of the rows of a
        database that does.
        """
        if self.derived is not None:
            return self.derived.data if self.derived.of is None or self.derived.of.data else None
        return self.database.data if self.database else None

    @property
    def reads(self) -> frozenset[str]:
        """Each `[data.NAME]` that is read when it is filled."""
        beneath = self.derived.of.reads if self.derived and self.derived.of else frozenset[str]()
        return beneath | ({self.data} if self.data else set())

    @property
    def paths(self) -> tuple[str, ...]:
        """The files in its container that are kept in memory only."""
        return (*self.files, *((HIDDEN_FILE,) if self.hidden else ()))

    @property
    def texts(self) -> tuple[Text, ...]:
        """Everything of it that may have holes."""
        return (*self.environment.values(), *self.hidden.values(), *self.files.values())


def published(workload: Workload) -> tuple[PublishedPort, ...]:
    """Every port of a service that is published, its first one first."""
    first = () if workload.port is None else (PublishedPort(workload.service),)
    return (*first, *(PublishedPort(workload.service, port.name) for port in workload.further_ports))


@dataclass(frozen=True)
class Address:
    """Where a service answers, seen from one side: inside the network, or on the host."""

    host: str
    port: Text
