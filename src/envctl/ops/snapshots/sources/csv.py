"""The rows of files, CSV or Parquet, by a schema that is described elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.ops.snapshots.sources.looks import known, looks_of, remember
from envctl.ops.snapshots.sources.schema import digest_of, plain_of
from envctl.workload import Csv, Database, Workload

if TYPE_CHECKING:
    from envctl.seeds.csv.maker import Files
    from envctl.seeds.dumps.plain import Plain

_FORM = 1  # raised when the same files make other rows
_NOTHING = "Nothing was changed."
_KIND = "csv"  # what the digest of files is remembered as


@dataclass(frozen=True)
class CsvFiles(Source):
    """The files that a `[data.NAME]` of the stack file names."""

    workload: Workload
    database: Database
    csv: Csv
    _rows: dict[str, int] = field(default_factory=dict, repr=False, compare=False)  # once it is built
    _looks: list[str] = field(default_factory=list, repr=False, compare=False)  # of the files when they were first read

    @property
    def words(self) -> str:
        """`csv clinic`."""
        return f"csv {self.database.data}"

    def digest(self, here: Here) -> str:
        """Of the schema, of the files, and of how they are read. Files are read only when they look another way."""
        said = {
            "form": _FORM,
            "schema": digest_of(here, self.workload.service, self.database),
            "settings": self.csv.settings,
            "files": self._content(here),
        }
        return f"sha256:{sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()}"

    def before(self, site: Site) -> Mapping[str, str]:  # noqa: ARG002 – the server makes its folder itself
        """Nothing: rows go into a server."""
        return {}

    def inside(self, site: Site) -> Mapping[str, str]:
        """Load all rows, and see that the server takes them. Raises EnvctlError."""
        from envctl.ops.snapshots.pace import Pace
        from envctl.seeds.made.fill import fill
        from envctl.seeds.swap import Filled
        from envctl.seeds.tidy import tidy

        name = self.database.data or ""
        filled, maker = Filled(name, self.digest(site.here)), self._maker()
        pace = Pace(site.tell, maker.share, doing="reading")
        with plain_of(site, self.database) as plain:
            rows = fill(site.client, plain, self.database, filled, maker, told=pace, say=site.tell)
        self._unchanged()
        self._rows.update(rows)
        site.tell(f"tidying {name}")
        tidy(site.client, self.database)
        return {"data": filled.digest}

    @contextmanager
    def plain(self, site: Site) -> Iterator[Plain]:
        """The schema and the rows as the text of a dump. Raises EnvctlError."""
        from envctl.seeds.made.text import as_dump

        self.digest(site.here)
        with plain_of(site, self.database) as plain:
            yield as_dump(site.client, plain, self.database, self._maker(), self._unchanged)

    def loaded(self, site: Site) -> None:
        """Let sequences go on behind the rows: files say nothing of them. Raises EnvctlError."""
        from envctl.seeds.failures import read_failure
        from envctl.seeds.made.sequences import move_on
        from envctl.seeds.server import connection

        moved = move_on(site.client, connection(self.database.name, self.database.user))
        if moved.status:
            why = read_failure(moved.stderr).text
            raise EnvctlError(Exit.DATA_REFUSED, f"{self.words}: sequences could not be set: {why}", unchanged=_NOTHING)

    def about(self) -> Mapping[str, str]:
        """How many rows the tables have that have some."""
        each = {f"rows.{name.removeprefix('public.')}": str(n) for name, n in sorted(self._rows.items()) if n}
        return {"rows": str(sum(self._rows.values())), **each}

    def _maker(self) -> Files:
        from envctl.seeds.csv.maker import Files
        from envctl.seeds.csv.settings import Settings

        return Files(self.database.data or "", self.csv.path, Settings.read(self.csv.settings))

    def _unchanged(self) -> None:
        """Raises EnvctlError where the files are others than when they were first read."""
        if self._looks[0] != looks_of(self.csv.path):
            raise self._changed()

    def _content(self, here: Here) -> str:
        """What identifies what is in the files. Raises EnvctlError where one cannot be read."""
        from envctl.seeds.csv.files import content_of

        looks = looks_of(self.csv.path)
        self._looks.append(looks)
        if looks and (digest := known(here, _KIND, self.csv.path, looks)):
            return digest
        digest = content_of(self.csv.path)
        if looks != looks_of(self.csv.path):
            raise self._changed()
        remember(here, _KIND, self.csv.path, looks, digest)
        return digest

    def _changed(self) -> EnvctlError:
        return EnvctlError(
            Exit.DATA_REFUSED,
            f"{self.csv.path} changed while it was read.",
            unchanged=_NOTHING,
            hint="Run the same command again.",
        )
