"""Files in a user's own folder: written whole or not at all, and never over anything."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from envctl.errors import EnvctlError, Exit

_FULL = (errno.ENOSPC, errno.EDQUOT)


def write_new(root: Path, files: Mapping[PurePosixPath, bytes]) -> None:
    """Write files below a folder, which is made if need be.

    Raises EnvctlError(NOT_OURS) that lists what is in the way. When one cannot be written, none stays.
    """
    if standing := in_the_way(root, files):
        raise EnvctlError(
            Exit.NOT_OURS,
            f"something is in the way in {root}",
            details=tuple(standing),
            unchanged="Nothing was written.",
            hint="Move what is listed away, or name an empty folder: `envctl init DIR`.",
            data={"in_the_way": standing},
        )
    made: list[Path] = []
    try:
        _make_folder(root, made)
        for path, content in files.items():
            _make_folder(root / path.parent, made)
            _write(root / path, content, made)
    except OSError as error:
        _unmake(made)
        raise EnvctlError(
            Exit.NO_CAPACITY if error.errno in _FULL else Exit.USAGE,
            f"{error.filename or root} cannot be written: {error.strerror}",
            unchanged="Nothing was left behind.",
            hint="Make room or the folder writable, or name another one: `envctl init DIR`.",
        ) from error
    except BaseException:
        _unmake(made)
        raise


def in_the_way(root: Path, files: Mapping[PurePosixPath, bytes]) -> list[str]:
    """The paths below `root` where something stands that would have to go: a file, or no folder where one must be.

    A link counts as something, wherever it leads: what lies behind it is not in this folder.
    """
    folders = {parent for path in files for parent in path.parents if parent.name}
    blocked = [f for f in folders if _stands(root / f) and ((root / f).is_symlink() or not (root / f).is_dir())]
    taken = [path for path in files if _stands(root / path) and not set(path.parents) & set(blocked)]
    return sorted(map(str, (*blocked, *taken)))


def _stands(path: Path) -> bool:
    """Whether anything is there, a link that leads nowhere included."""
    with suppress(OSError):
        path.lstat()
        return True
    return False


def _make_folder(path: Path, made: list[Path]) -> None:
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        folder.mkdir()
        made.append(folder)


def _write(path: Path, content: bytes, made: list[Path]) -> None:
    with path.open("xb") as file:
        made.append(path)
        file.write(content)


def _unmake(made: list[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):
            path.rmdir() if path.is_dir() else path.unlink()
