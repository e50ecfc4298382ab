"""What the machine has that environments run on, as far as it can be told from here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Daemon:
    """What the Docker Engine says about itself and the machine it runs on."""

    version: str
    api: str
    memory: int  # bytes in all
    root: str  # where it keeps images, containers and volumes
    kernel: str
    clock: str  # its time, RFC 3339
    pools: tuple[str, ...] = ()  # address pools that were configured, in CIDR notation
    name: str = ""  # of the machine
    selinux: bool = False  # it says which files a container may see


@dataclass(frozen=True)
class Machine:
    """What is left now. None is what cannot be told from here, as with a daemon on another machine."""

    memory: int | None = None  # bytes that programs can have
    memory_in_all: int | None = None
    disk: int | None = None  # bytes where the daemon keeps its data
    root: str = ""
    files: int | None = None  # that this process may have open
