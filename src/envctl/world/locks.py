"""One command at a time per environment, whoever of the machine's users gives it."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from errno import EDQUOT, ENOSPC
from pathlib import Path

from envctl.errors import EnvctlError, Exit
from envctl.events import Event, Tell
from envctl.holder import Holder, read_holder
from envctl.world.machine import user
from envctl.world.places import LOCK_DIR, open_to_all, shared_folder
from envctl.world.shell import Shell

_GLANCE = 0.05  # seconds between two looks at a lock that somebody else has
_OPEN = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_MUCH = 4096  # bytes, more than any holder writes


@dataclass(frozen=True)
class Locks:
    """File locks of the operating system: freed when their holder and all it started have ended, never by age."""

    folder: Path
    shell: Shell
    tell: Tell

    @contextmanager
    def hold(self, name: str, command: str, *, wait: bool = True) -> Iterator[None]:
        """Hold the lock of that name for a command, waiting for whoever has it.

        Programs that run meanwhile hold it too, as long as they live: when we are killed, the next command begins
        only after they have ended. Raises EnvctlError(LOCKED) when it is not to wait.
        """
        path = self.folder / f"{name}.lock"
        descriptor = self._taken(path, wait)
        try:
            _sign(descriptor, command)
            with self.shell.handing_down(descriptor):
                yield
            _free(path, descriptor)  # also from what a program has left running in the background
        finally:
            os.close(descriptor)  # after Ctrl-C a program may still be ending; then it keeps the lock until it has

    def _taken(self, path: Path, wait: bool) -> int:
        pause, told, looks = threading.Event(), "", 0
        while (descriptor := _take(path)) is None:
            holder, looks = _holder(path), looks + 1
            if not wait and looks > 1:  # at the first look they may not have signed yet
                raise _locked(path.stem, holder)
            if wait and told != (told := f"waiting for {_described(holder)}"):
                self.tell(Event("lock", told, "waiting"))
            pause.wait(_GLANCE)
        if told:
            self.tell(Event("lock", "free", "done"))
        return descriptor


def _take(path: Path) -> int | None:
    """The lock as an open file; None where somebody else has it."""
    try:
        shared_folder(path.parent)
        while True:
            descriptor = _open(path)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return None
            if _is_at(path, descriptor):
                return descriptor
            os.close(descriptor)  # who held it before has removed it: the lock is another file by now
    except OSError as error:
        raise _unusable(path, error) from error


def _open(path: Path) -> int:
    """Open the lock's file, made if need be; first as it is: with O_CREAT Linux refuses other users' files."""
    while True:
        with suppress(FileNotFoundError):
            return _plain(os.open(path, _OPEN))
        with suppress(FileExistsError), open_to_all():
            return os.open(path, _OPEN | os.O_CREAT | os.O_EXCL, 0o666)


def _plain(descriptor: int) -> int:
    """A file that has no other name: what we write must not end up elsewhere."""
    found = os.fstat(descriptor)
    if stat.S_ISREG(found.st_mode) and found.st_nlink <= 1:
        return descriptor
    os.close(descriptor)
    raise OSError(0, "it is no plain file")


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _free(path: Path, descriptor: int) -> None:
    with suppress(OSError):  # another user's file, which stays
        if _is_at(path, descriptor):
            path.unlink()
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def _sign(descriptor: int, command: str) -> None:
    holder = Holder(os.getpid(), command, user(), platform.node() or "?", datetime.now(UTC))
    with suppress(OSError):  # no room left: the lock holds all the same, only nobody can say whose it is
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(holder.data()).encode(), 0)


def _holder(path: Path) -> Holder | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return read_holder(os.read(descriptor, _MUCH))
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _described(holder: Holder | None) -> str:
    if holder is None:
        return "another envctl"
    if _is_gone(holder):
        return f"what {holder} started before it was killed: it is still ending"
    return f"{holder}{_elsewhere(holder)}, since {holder.since_when(datetime.now().astimezone())}"


def _is_gone(holder: Holder) -> bool:
    if _elsewhere(holder):
        return False
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # another user's
        pass
    return False


def _elsewhere(holder: Holder) -> str:
    """Where it works if not here, as in a container that shares the folder of locks: its processes are not ours."""
    return "" if holder.host == platform.node() else f" on {holder.host}"


def _locked(name: str, holder: Holder | None) -> EnvctlError:
    return EnvctlError(
        Exit.LOCKED,
        f"{name} is locked by {_described(holder)}",
        unchanged="Nothing was changed.",
        hint="Without --no-wait the command waits until it is free.",
        data={"holder": holder.data() if holder else None},
    )


def _unusable(path: Path, error: OSError) -> EnvctlError:
    return EnvctlError(
        Exit.NO_CAPACITY if error.errno in (ENOSPC, EDQUOT) else Exit.NOT_OURS,
        f"the lock {path} cannot be had: {error.strerror}",
        unchanged="Nothing was changed.",
        hint=f"All who use this Docker must be able to write there; {LOCK_DIR} names another folder, one for them all.",
    )
