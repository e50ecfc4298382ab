"""What a service needs to run, in words that no runtime owns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from envctl.text import Text

PORTS = 32  # of the host that one environment has: at most so many services publish one


@dataclass(frozen=True)
class Build:
    """An image made from a folder. Paths are absolute."""

    context: Path
    dockerfile: Path
    target: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)


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
class Database:
    """A Postgres database that must exist and may be filled: its name, owner and what it is filled from."""

    name: str
    user: str
    dump: Path | None = None
    data: str | None = None


@dataclass(frozen=True)
class Workload:
    """One service, everything about it decided except passwords and published ports."""

    service: str
    kind: str
    image: str | None = None
    build: Build | None = None
    entrypoint: tuple[str, ...] | None = None
    command: tuple[str, ...] | None = None
    environment: Mapping[str, Text] = field(default_factory=dict)
    files: Mapping[str, Text] = field(default_factory=dict)  # path in the container → content, kept in memory only
    mounts: tuple[Mount, ...] = ()
    port: int | None = None  # inside the container; published on loopback
    inner_port: int | None = None  # where the network's other services reach it, if that is another one
    public: bool = False
    probe: Probe | None = None
    needs: tuple[str, ...] = ()
    before: tuple[str, ...] | None = None
    limits: Limits = Limits()
    stateful: bool = False  # holds data: started, provisioned and loaded before anything that uses it
    topics: Topics | None = None
    database: Database | None = None
    stop_grace: float = 10.0  # seconds between the stop signal and the kill


@dataclass(frozen=True)
class Address:
    """Where a service answers, seen from one side: inside the network, or on the host."""

    host: str
    port: Text
