"""Small files that save work: each may be gone or damaged at any time, and nothing is wrong then."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from envctl.errors import EnvctlError
from envctl.world.places import private_folder

_LARGEST = 1 << 20  # bytes
_MOST = 200  # files; what nobody asked for longest goes


def recalled(environ: Mapping[str, str], name: str) -> bytes | None:
    """What was kept under that name; None where nothing was, or nothing of ours."""
    folder = _folder(environ)
    if folder is None:
        return None
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return os.read(descriptor, _LARGEST) if os.fstat(descriptor).st_uid == os.getuid() else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def keep(environ: Mapping[str, str], name: str, content: bytes) -> None:
    """Keep something under that name, readable for this user only; or do not, where that cannot be."""
    folder = _folder(environ)
    if folder is None:
        return
    aside = folder / f"{name}.new"
    with suppress(OSError, EnvctlError):
        private_folder(folder)
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, content)
        finally:
            os.close(descriptor)
        aside.replace(folder / name)
        for old in sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime, reverse=True)[_MOST:]:
            old.unlink()


def _folder(environ: Mapping[str, str]) -> Path | None:
    """$XDG_CACHE_HOME/envctl; None where neither that nor a home is known."""
    if (given := environ.get("XDG_CACHE_HOME", "")).startswith("/"):
        return Path(given) / "envctl"
    home = environ.get("HOME", "")
    return Path(home) / ".cache" / "envctl" if home.startswith("/") else None
