"""Where files go that must not outlive the machine's uptime: each user's own, and those that all users share."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from envctl.errors import EnvctlError, Exit

LOCK_DIR = "ENVCTL_LOCK_DIR"
_MINE = 0o700
_EVERYBODYS = 0o1777  # all may add files, and remove only their own
_MEMORY = Path("/dev/shm")  # noqa: S108 – shared, hence folders in it are checked


def runtime_folder(environ: Mapping[str, str]) -> Path:
    """A folder in memory where the system has one: $XDG_RUNTIME_DIR if it is there, else /dev/shm.

    Not /run, which not every machine keeps in memory. Where there is no /dev/shm (macOS) it is the temporary folder.
    """
    if (given := environ.get("XDG_RUNTIME_DIR")) and Path(given).is_dir():
        return Path(given) / "envctl"
    return (_MEMORY if _MEMORY.is_dir() else Path(tempfile.gettempdir())) / f"envctl-{os.getuid()}"


def lock_folder(environ: Mapping[str, str]) -> Path:
    """The folder of locks, the same for all users of the machine, whatever their home: they share its daemon.

    /dev/shm, which no service has for itself, as it may have a /tmp of its own.
    """
    if given := environ.get(LOCK_DIR):
        return Path(given)
    return (_MEMORY if _MEMORY.is_dir() else Path("/tmp")) / "envctl-locks"  # noqa: S108 – not $TMPDIR, which is one's own


def shared_folder(path: Path) -> Path:
    """Make a folder that every user may add files to. Raises OSError where what is there cannot be trusted."""
    if not path.is_absolute():
        raise OSError(0, "its folder depends on where you are: it must begin with /")
    with suppress(FileExistsError), open_to_all():
        path.mkdir(mode=_EVERYBODYS)
    mode = path.lstat().st_mode
    if not stat.S_ISDIR(mode):
        raise OSError(0, "its folder is no folder")
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        raise OSError(0, "everybody can remove the locks of others in its folder, which needs `chmod +t`")
    return path


@contextmanager
def open_to_all() -> Iterator[None]:
    """What is made meanwhile gets the mode it is given, whatever the caller's umask."""
    before = os.umask(0)
    try:
        yield
    finally:
        os.umask(before)


def folder_of(runtime: Path, full: str) -> Path:
    """Where in memory the files of an environment lie, or of what is being built."""
    return runtime / "environments" / full


def private_folder_of(runtime: Path, full: str) -> Path:
    """The same, made so that only this user can enter it. Raises EnvctlError."""
    folder = folder_of(runtime, full)
    for each in (runtime, folder.parent, folder):
        private_folder(each)
    return folder


def private_folder(path: Path) -> Path:
    """Make a folder that only this user can enter. Raises EnvctlError where somebody else's stands in its place."""
    try:
        path.mkdir(mode=_MINE, parents=True, exist_ok=True)
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise _not_ours(f"{path} belongs to somebody else")
        if stat.S_IMODE(found.st_mode) != _MINE:
            path.chmod(_MINE)
    except FileExistsError as error:  # something that is no folder, such as a link that leads nowhere
        raise _not_ours(f"{path} is no folder of ours") from error
    except OSError as error:
        raise _not_ours(f"the folder {path} cannot be had: {error.strerror}") from error
    return path


def _not_ours(what: str) -> EnvctlError:
    return EnvctlError(
        Exit.NOT_OURS,
        what,
        unchanged="Nothing was changed.",
        hint="Remove it, or set XDG_RUNTIME_DIR to a folder of your own.",
    )
