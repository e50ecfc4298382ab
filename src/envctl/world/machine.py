"""Reads what the machine has left."""

from __future__ import annotations

import errno
import os
import platform
import resource
import time
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.machine import Daemon, Machine

_KIB = 1024
_LAST = 5  # lines of what a program said
_ENOUGH_FILES = 4096  # more is not asked for: programs that inherit it may walk through all of them


def read_machine(daemon: Daemon, proc: Path = Path("/proc")) -> Machine:
    """What is left on the daemon's machine: all of it where that is this machine, else only what the daemon says."""
    memory = _memory(proc)
    if not is_here(daemon, proc):
        return Machine(memory_in_all=daemon.memory, root=daemon.root, files=open_files())
    return Machine(memory.get("MemAvailable"), daemon.memory, _disk(daemon.root), daemon.root, open_files())


def user() -> str:
    """Who runs this, by name where that is known."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def who() -> str:
    """Who runs this, and on which machine."""
    return f"{user()}@{platform.node() or '?'}"


def uptime(daemon: Daemon, proc: Path = Path("/proc")) -> float | None:
    """For how many seconds the daemon's machine has been up, sleep included; None where it is not this machine."""
    if not is_here(daemon, proc) or not hasattr(time, "CLOCK_BOOTTIME"):
        return None
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def open_files() -> int:
    """How many files this process may have open, once the soft limit is raised as far as is sensible."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH_FILES if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return _ENOUGH_FILES if soft == resource.RLIM_INFINITY else soft


def full_disk(where: str, said: str) -> EnvctlError | None:
    """The error for a program that met a full disk, as it said; None when it says nothing of the kind."""
    if os.strerror(errno.ENOSPC).lower() not in said.lower():
        return None
    return EnvctlError(
        Exit.NO_CAPACITY,
        f"the disk is full: {where}",
        details=tuple(said.splitlines()[-_LAST:]),
        unchanged="What was done so far is kept, and nothing that is not whole is taken for whole.",
        hint="Make room (`docker system df` shows what Docker takes), then run the same command again.",
    )


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder; nothing for what cannot be read."""
    try:
        if not path.is_dir():
            return path.stat().st_size
        return sum(file.lstat().st_size for file in path.rglob("*"))
    except OSError:
        return 0


def in_memory(folder: Path) -> bool | None:
    """Whether a folder, or what it will be made in, lies in memory; None where that cannot be told."""
    there = next((path for path in (folder, *folder.parents) if path.exists()), None)
    try:
        mounts = Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines()
        device = (there or Path("/")).stat().st_dev
    except OSError:
        return None
    wanted = f"{os.major(device)}:{os.minor(device)}"
    kinds = {line.partition(" - ")[2].split(" ")[0] for line in mounts if line.split(" ")[2] == wanted}
    return bool(kinds & {"tmpfs", "ramfs"}) if kinds else None


def is_here(daemon: Daemon, proc: Path = Path("/proc")) -> bool:
    """Whether the daemon's machine is this one."""
    return _memory(proc).get("MemTotal") == daemon.memory and os.uname().release == daemon.kernel


def _memory(proc: Path) -> dict[str, int]:
    """Bytes, by the kernel's own names."""
    try:
        lines = (proc / "meminfo").read_text("ascii", "replace").splitlines()
        words = (line.split() for line in lines)
        return {word[0].rstrip(":"): int(word[1]) * _KIB for word in words if len(word) > 1}
    except (OSError, ValueError):
        return {}


def _disk(root: str) -> int | None:
    """Bytes left where the daemon keeps its data. One may ask this of a folder that one may not enter."""
    try:
        found = os.statvfs(root)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize
