"""Where files go that must not outlive the machine's uptime."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from envctl.errors import EnvctlError, Exit

_MINE = 0o700


def runtime_folder(environ: Mapping[str, str]) -> Path:
    """A folder in memory where the system has one: $XDG_RUNTIME_DIR, else /dev/shm.

    Not /run, which not every machine keeps in memory. Where there is no /dev/shm (macOS) it is the temporary folder.
    """
    user = os.getuid()
    if given := environ.get("XDG_RUNTIME_DIR"):
        return Path(given) / "envctl"
    shared = Path("/dev/shm")  # noqa: S108 – shared, hence the folder is checked to be ours alone
    return (shared if shared.is_dir() else Path(tempfile.gettempdir())) / f"envctl-{user}"


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
