"""A base backup of a server, or its data directory, that is at hand: its files become the data as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.ops.snapshots.sources.moved import move_in, settle
from envctl.ops.snapshots.sources.reader import Reader, reader
from envctl.seeds.backups.backup import open_backup, said
from envctl.seeds.backups.inspected import LABEL, Inspected, refused
from envctl.seeds.backups.unpacked import unpacked
from envctl.seeds.place import Place
from envctl.workload import Database

# Its words go by what the archive's manifest has; an image without the program cannot tell.
_VERIFY = """folder=$1
command -v pg_verifybackup >/dev/null || exit 0
if command -v pg_waldump >/dev/null; then set --; else set -- --no-parse-wal; fi
exec pg_verifybackup --quiet "$@" "$folder"
"""
_NO_MAP = 'rm -f "$1/tablespace_map"'  # seen to be empty, as that of a tar without tablespaces is
_STEP = 5  # percent


@dataclass(frozen=True)
class BaseBackup(Source):
    """The backup that a `[data.NAME]` of the stack file names."""

    database: Database

    @property
    def words(self) -> str:
        """`backup geodata`."""
        return f"backup {self.database.data}"

    @property
    def path(self) -> Path:
        """The folder."""
        assert self.database.backup is not None  # noqa: S101 – made for databases that have one
        return self.database.backup

    def digest(self, here: Here) -> str:  # noqa: ARG002 – it lies on disk
        """Of its manifest, else of how its files look. Raises EnvctlError for what cannot be used."""
        return open_backup(self.path).digest

    def before(self, site: Site) -> Mapping[str, str]:
        """Copy its files into the data. Raises EnvctlError."""
        backup = open_backup(self.path)
        inspected = Inspected(self.path)
        with reader(site, network="none", writes=True) as container:
            place = container.place(make=True)
            blocks = unpacked(backup, place, inspected, self._telling(site, backup.size))
            site.here.world.engine.put_archive(container.container, place.folder, blocks)
            if backup.manifest is not None:
                self._verify(container, place)
            container.run(_NO_MAP, place.folder)
        move_in(site, self.database, self.words)
        return said([inspected.small.get(LABEL, b"")])

    def inside(self, site: Site) -> Mapping[str, str]:
        """Make it the stack's. Raises EnvctlError."""
        settle(site, self.database)
        return {"data": self.digest(site.here)}

    def _telling(self, site: Site, size: int) -> Callable[[int], None]:
        done, last = 0, -1

        def read(more: int) -> None:
            nonlocal done, last
            done += more
            if (percent := min(100, done * 100 // max(size, 1)) // _STEP * _STEP) != last:
                last = percent
                site.tell(f"copying {self.database.data} {percent} %")

        return read

    def _verify(self, container: Reader, place: Place) -> None:
        """Each file must be what the backup's own manifest says it is."""
        container.site.tell(f"checking {self.database.data}")
        finished = container.run(_VERIFY, place.folder)
        if finished.status:
            said = finished.stderr.decode("utf-8", "replace").splitlines()
            why = next(
                (line.partition("error: ")[2] for line in said if "error: " in line), f"status {finished.status}"
            )
            raise refused(self.path, f"is not what its manifest says: {why}")
