"""A dump of one database, restored with the client of the service's own image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.ops.snapshots.sources.looks import known, looks_of, remember
from envctl.seeds.client import Progress
from envctl.workload import Database

if TYPE_CHECKING:
    from envctl.seeds.dumps.check import Checked
    from envctl.seeds.dumps.plain import Plain

_KIND = "dump"  # what its digest is remembered as
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
        looks = looks_of(self.path)
        if looks and (digest := known(here, _KIND, self.path, looks)):
            return digest
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

    looks = looks_of(path)
    before, found = _READ.get(str(path), ("", None))
    if found is not None and looks and before == looks:
        return found
    checked = check(path, progress=progress)
    if looks != looks_of(path):
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"The dump {path} changed while it was read.",
            unchanged="Nothing was changed.",
            hint="Run the same command again.",
        )
    _READ[str(path)] = (looks, checked)
    remember(here, _KIND, path, looks, checked.contents.digest)
    return checked
