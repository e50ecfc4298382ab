"""A dump of one database, restored with the client of the service's own image."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from time import time
from typing import TYPE_CHECKING

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.seeds.client import Progress
from envctl.workload import Database
from envctl.world import cache

if TYPE_CHECKING:
    from envctl.seeds.dumps.check import Checked
    from envctl.seeds.dumps.plain import Plain

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_TICK = 0.1  # seconds in which two changes of a file may carry the same time
_READ: dict[str, tuple[str, Checked]] = {}  # by path: what a process has read already, and how it looked then


@dataclass(frozen=True)
class Dump(Source):
    """The dump that a `[data.NAME]` of the stack file names."""

    service: str
    database: Database

    @property
    def words(self) -> str:
        """`dump catalogue`."""
        return f"dump {self.database.data}"

    @property
    def path(self) -> Path:
        """Where it lies."""
        assert self.database.dump is not None  # noqa: S101 – made for databases that have one
        return self.database.dump

    def digest(self, here: Here) -> str:
        """Of its content, without what differs each time it is made. It is read only when it looks another way."""
        looks = _looks(self.path)
        if looks and (known := _known(here, self.path, looks)):
            return known
        return _checked(here, self.path, self._telling(here)).contents.digest

    def before(self, site: Site) -> Mapping[str, str]:  # noqa: ARG002 – the server makes its folder itself
        """Nothing: a dump goes into a server."""
        return {}

    def inside(self, site: Site) -> Mapping[str, str]:
        """Restore it. Raises EnvctlError."""
        from envctl.seeds.dumps.restore import restore
        from envctl.seeds.tidy import tidy

        telling = self._telling(site.here)
        checked = _checked(site.here, self.path, telling)
        filled = restore(site.client, checked, self.database, progress=telling)
        site.tell(f"tidying {self.database.data}")
        tidy(site.client, self.database)
        return {"data": filled.digest}

    @contextmanager
    def plain(self, site: Site) -> Iterator[Plain]:
        """The dump as the text that psql reads. Raises EnvctlError."""
        from envctl.seeds.dumps.plain import plain

        yield plain(site.client, _checked(site.here, self.path, self._telling(site.here)), self.database)

    def _telling(self, here: Here) -> Progress:
        def progress(what: str, read: int, total: int) -> None:
            said = f"{what} {self.database.data} {read * 100 // max(total, 1)} %"
            here.world.tell(Event(f"data of {self.service}", said))

        return progress


def _checked(here: Here, path: Path, progress: Progress) -> Checked:
    """The dump, read to its end, once in a process; its digest is kept for the next."""
    from envctl.seeds.dumps.check import check

    looks = _looks(path)
    before, known = _READ.get(str(path), ("", None))
    if known is not None and looks and before == looks:
        return known
    checked = check(path, progress=progress)
    if looks != _looks(path):
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"The dump {path} changed while it was read.",
            unchanged="Nothing was changed.",
            hint="Run the same command again.",
        )
    _READ[str(path)] = (looks, checked)
    if looks and _newest(path) < time() - _TICK:
        content = json.dumps({"path": str(path), "looks": looks, "digest": checked.contents.digest})
        cache.keep(here.world.environ, _name(path), content.encode("utf-8", "replace"))
    return checked


def _known(here: Here, path: Path, looks: str) -> str:
    """The digest that an earlier run found, if the dump looks as it did then."""
    try:
        said = json.loads(cache.recalled(here.world.environ, _name(path)) or b"{}")
        digest = said["digest"] if (said["path"], said["looks"]) == (str(path), looks) else ""
    except (ValueError, LookupError, TypeError):
        return ""
    return digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else ""


def _name(path: Path) -> str:
    return f"dump-{sha256(os.fsencode(path)).hexdigest()[:32]}.json"


def _looks(path: Path) -> str:
    """What changes whenever a dump does, without a byte of it being read; nothing where that cannot be told."""
    try:
        seen = [(os.fsdecode(file.name), *_stat(file)) for file in _files(path)]
    except OSError:
        return ""
    return sha256(repr(sorted(seen)).encode("utf-8", "surrogateescape")).hexdigest()


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
