"""What a throwaway container runs, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mounted:
    """A volume, or a folder of it, in a container."""

    volume: str
    subpath: str = ""
    read_only: bool = False


@dataclass(frozen=True)
class Job:
    """What a throwaway container runs. `mounts` are by their path in it; `binds` are paths of the daemon's machine.

    An `entrypoint` of None is the image's own; an empty one is none.
    """

    image: str
    command: tuple[str, ...]
    mounts: Mapping[str, Mounted] = field(default_factory=dict)
    entrypoint: tuple[str, ...] | None = ()
    user: str = "0"
    environment: Mapping[str, str] = field(default_factory=dict)
    network: str = "none"
    hosts: Mapping[str, str] = field(default_factory=dict)  # name → address, as `--add-host` has it
    privileged: bool = False
    binds: tuple[str, ...] = ()
    listens: bool = False  # to whoever is connected to it; its container goes when it ends
    shared_memory: int = 64 << 20  # bytes of /dev/shm
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)  # path in it → content, put there before


@dataclass(frozen=True)
class Output:
    """How it ended, and the last lines it printed."""

    status: int
    lines: tuple[str, ...]

    @property
    def complaint(self) -> str:
        """Its last words."""
        return next((line for line in reversed(self.lines) if line.strip()), f"status {self.status}")


def script(
    image: str,
    text: str,
    *words: str,
    mounts: Mapping[str, Mounted],
    user: str = "0",
    privileged: bool = False,
    binds: tuple[str, ...] = (),
    listens: bool = False,
) -> Job:
    """A job that runs a shell script with arguments: no word of them is ever read as a part of it."""
    return Job(
        image,
        ("-c", text, "envctl", *words),
        mounts,
        entrypoint=("sh",),
        user=user,
        privileged=privileged,
        binds=binds,
        listens=listens,
    )
