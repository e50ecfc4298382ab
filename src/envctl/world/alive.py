"""Tells whether a process that left its mark somewhere has surely ended."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path

_START = 19  # of the words behind the program's name in /proc/PID/stat: when it started, in ticks since the boot


def myself() -> str:
    """This process's mark: the machine since its last start, the room its number counts in, number and start."""
    return " ".join((_machine(), _room(), str(os.getpid()), _start(os.getpid())))


def has_ended(mark: str) -> bool:
    """Whether that process is surely gone. Of one elsewhere nothing is known, so it is not."""
    machine, _, rest = mark.partition(" ")
    room, _, process = rest.partition(" ")
    number, _, start = process.partition(" ")
    if (machine, room) != (_machine(), _room()) or not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OverflowError:  # no number of a process
        return False
    except OSError:  # another user's
        pass
    return bool(start) and _start(int(number)) != start


def _machine() -> str:
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    return platform.node().replace(" ", "") or "?"


def _room() -> str:
    """Processes of a container have numbers of their own."""
    with suppress(OSError):
        return str(Path("/proc/self/ns/pid").readlink())
    return "-"


def _start(process: int) -> str:
    with suppress(OSError, IndexError):
        return Path(f"/proc/{process}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[_START]
    return ""
