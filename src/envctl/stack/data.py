"""`[data.NAME]`: where the data of a database comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from envctl.services import Section
from envctl.services.fields import Folder, kind_of, real
from envctl.stack.csv import CsvSection, check_csv
from envctl.stack.lines import Key
from envctl.stack.mask import MASK, MaskSection, SecretName
from envctl.stack.plain import validate
from envctl.stack.problems import Notes
from envctl.stack.rows import Rows
from envctl.stack.secrets import Generated, SecretSection
from envctl.stack.subset import Subset
from envctl.stack.synthetic import SyntheticSection, check_synthetic
from envctl.workload import Database, Method
from envctl.workload import Live as LiveServer


class Dump(Section):
    """A dump of a Postgres database, restored with the client of the service's own image."""

    from_: Literal["dump"] = Field(alias="from", description="Where the data comes from: `dump`.")
    path: Folder = Field(
        description="The dump, relative to the stack file: plain SQL (also .gz, .zst), custom, tar, directory.",
        examples=["data/shop.dump"],
    )
    mask: MaskSection | None = Field(default=None, description=MASK)
    subset: Subset = None

    @property
    def needs(self) -> str:
        """What to do where `path` leads nowhere."""
        return "make the dump first"

    def at(self, root: Path) -> Path:
        """Its absolute path."""
        return real(root / self.path)

    def fill(self, database: Database, root: Path) -> Database:
        """The database that is filled from it."""
        return replace(database, dump=self.at(root), mask=self.mask.masking(root, self.subset) if self.mask else None)


class Backup(Section):
    """A base backup of a whole Postgres server, or its data directory after a clean stop, of the same major version.
    It is copied as it is: everything in that server, all databases and roles.
    """

    from_: Literal["backup"] = Field(alias="from", description="Where the data comes from: `backup`.")
    path: Folder = Field(
        description="The folder, relative to the stack file: as `pg_basebackup` writes it, plain or with "
        "`--format=tar` (base.tar and pg_wal.tar, also .gz, .zst).",
        examples=["data/base"],
    )

    @property
    def needs(self) -> str:
        """What to do where `path` leads nowhere."""
        return "make the backup first: pg_basebackup"

    def at(self, root: Path) -> Path:
        """Its absolute path."""
        return real(root / self.path)

    def fill(self, database: Database, root: Path) -> Database:
        """The database that is filled from it."""
        return replace(database, backup=self.at(root))


class Live(Section):
    """A Postgres server that runs elsewhere. What it holds is read once, and kept as a snapshot; `envctl seed` reads it
    again.
    """

    from_: Literal["live"] = Field(alias="from", description="Where the data comes from: `live`.")
    url: SecretName = Field(
        description="The name of the secret that holds its URL, `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`: never "
        "the URL itself. Without a section `[secrets.NAME]` it is a variable of the caller's, or a key of `.env`.",
        examples=["STAGING_DATABASE_URL"],
    )
    method: Method = Field(
        default="logical",
        description="`logical` copies the URL's database with `pg_dump`; `physical` the whole server with "
        "`pg_basebackup`: faster for much data, and only from the same major version.",
        examples=["physical"],
    )
    mask: MaskSection | None = Field(default=None, description=MASK + " Only with `logical`.")
    subset: Subset = None

    @property
    def needs(self) -> str:
        """Nothing is needed on disk."""
        return ""

    def at(self, _root: Path) -> None:
        """It has no path."""
        return

    def fill(self, database: Database, root: Path) -> Database:
        """The database that is filled from it."""
        mask = self.mask.masking(root, self.subset) if self.mask else None
        return replace(database, live=LiveServer(self.url, self.method), mask=mask)


DataSection = Dump | Backup | Live | Rows | SyntheticSection | CsvSection

DATA_KINDS: Mapping[str, type[DataSection]] = {
    "dump": Dump,
    "backup": Backup,
    "live": Live,
    "rows": Rows,
    "synthetic": SyntheticSection,
    "csv": CsvSection,
}


def section(name: str, table: Any, notes: Notes) -> DataSection | None:
    """The validated section; None when something was noted."""
    at: Key = ("data", name)
    if not isinstance(table, dict):
        notes.add(at, f"must be a table, not {kind_of(table)}", hint=f"write [data.{name}]")
        return None
    origin = table.get("from")
    known = f"known: {', '.join(DATA_KINDS)}"
    if origin is None:
        notes.add((*at, "from"), "is missing", hint=known)
        return None
    if not isinstance(origin, str) or origin not in DATA_KINDS:
        text = isinstance(origin, str)
        message = f"data cannot come from {origin[:80]!r}" if text else f"must be text, not {kind_of(origin)}"
        notes.add((*at, "from"), message, guess=notes.guess(origin, DATA_KINDS) if text else "", hint=known)
        return None
    return validate(DATA_KINDS[origin], table, at, notes)


def used_secrets(data: Iterable[DataSection]) -> tuple[str, ...]:
    """The secrets that hold the URLs of servers, and keys of masking."""
    sections = tuple(data)
    urls = (section.url for section in sections if isinstance(section, Live))
    masks = [mask for section in sections if (mask := mask_of(section)) is not None]
    return (*urls, *(mask.key for mask in masks if mask.key_file is None))


def mask_of(section: DataSection) -> MaskSection | None:
    """How the rows are masked; None where they are not."""
    return section.mask if isinstance(section, Dump | Live | CsvSection) else None


def check_data_sections(data: Mapping[str, DataSection], secrets: Mapping[str, SecretSection], notes: Notes) -> None:
    """No URL and no key of masking is made by chance, and files of a server cannot be masked; rows that are chosen are
    masked too.
    """
    for name, found in data.items():
        mask = mask_of(found)
        if mask is None and isinstance(found, Dump | Live) and found.subset is not None:
            hint = f'write [data.{name}.mask] beside it; with unlisted = "keep" nothing is masked but what it says'
            notes.add(("data", name, "subset"), "rows are only chosen where they are masked", hint=hint)
        if mask is not None and mask.key_file is None and isinstance(secrets.get(mask.key), Generated):
            hint = f'write from = "env" or "dotenv" in [secrets.{mask.key}]: all who mask alike have the same'
            notes.add(("data", name, "mask", "key"), f"{mask.key} is another one for each environment", hint=hint)
        if mask is not None and isinstance(found, Live) and found.method == "physical":
            hint = 'take method = "physical" out, or do without [data.NAME.mask]'
            notes.add(
                ("data", name, "method"), "files of a server are copied as they are, and cannot be masked", hint=hint
            )
    for name, live in data.items():
        if isinstance(live, Live) and isinstance(secrets.get(live.url), Generated):
            hint = f'write from = "env" or "dotenv" in [secrets.{live.url}], or take that section out'
            notes.add(("data", name, "url"), f"{live.url} is a random secret, and no server is found by it", hint=hint)
    check_synthetic(data, notes)
    check_csv(data, notes)
