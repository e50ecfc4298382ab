"""Files that are read only when they look another way than before: what was found out about them is remembered."""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256
from pathlib import Path
from time import time

from envctl.ops.setting import Here
from envctl.world import cache

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TICK = 0.1  # seconds in which two changes of a file may carry the same time


def looks_of(path: Path) -> str:
    """What changes whenever a file or a folder does, without a byte of it being read; nothing where nobody can tell."""
    try:
        seen = [(os.fsdecode(file.name), *_stat(file)) for file in _files(path)]
    except OSError:
        return ""
    return sha256(repr(sorted(seen)).encode("utf-8", "surrogateescape")).hexdigest()


def known(here: Here, kind: str, path: Path, looks: str) -> str:
    """The digest that an earlier run found, if it looks as it did then."""
    try:
        said = json.loads(cache.recalled(here.world.environ, _name(kind, path)) or b"{}")
        digest = said["digest"] if (said["path"], said["looks"]) == (str(path), looks) else ""
    except (ValueError, LookupError, TypeError):
        return ""
    return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else ""


def remember(here: Here, kind: str, path: Path, looks: str, digest: str) -> None:
    """Keep a digest for the next run, unless a change could have been missed."""
    if looks and _newest(path) < time() - _TICK:
        content = json.dumps({"path": str(path), "looks": looks, "digest": digest})
        cache.keep(here.world.environ, _name(kind, path), content.encode("utf-8", "replace"))


def _name(kind: str, path: Path) -> str:
    return f"{kind}-{sha256(os.fsencode(path)).hexdigest()[:32]}.json"


def _newest(path: Path) -> float:
    try:
        return max((file.stat().st_ctime for file in _files(path)), default=0.0)
    except OSError:
        return time()


def _files(path: Path) -> list[Path]:
    return [path, *path.iterdir()] if path.is_dir() else [path]


def _stat(file: Path) -> tuple[int, ...]:
    found = file.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
