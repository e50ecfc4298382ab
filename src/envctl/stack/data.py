"""`[data.NAME]`: where the data of a database comes from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from envctl.services import Section
from envctl.services.fields import Folder, kind_of, real, refuse
from envctl.stack.csv import CsvSection
from envctl.stack.lines import Key
from envctl.stack.plain import validate
from envctl.stack.problems import Notes
from envctl.stack.rows import Rows
from envctl.stack.secrets import NAMES, Generated, SecretSection
from envctl.stack.subset import Subset, SubsetTable, as_rules
from envctl.stack.synthetic import SyntheticSection, check_synthetic
from envctl.workload import Database, Masking, Method
from envctl.workload import Live as LiveServer


def _secret_name(value: str) -> str:
    """What it says may be a URL with a password: it is never repeated."""
    if not re.fullmatch(NAMES, value):
        hint = "no URL belongs into this file: write the name of a variable, and the URL into .env or [secrets.NAME]"
        raise refuse("is not the name of a secret", hint)
    return value


SecretName = Annotated[str, AfterValidator(_secret_name), Field(json_schema_extra={"pattern": f"^{NAMES}$"})]


class MaskSection(Section):
    """Who may see nothing of a person gets made-up values in their place: the same for the same, with the same key.
    With this section no row gets into a snapshot unmasked, whatever command fills it.
    """

    columns: dict[str, str | dict[str, Any]] = Field(
        default={},
        description="What becomes of each column: `TABLE.COLUMN`, `TABLE.*` or `*.COLUMN`, and how it is masked, or "
        '`keep`: as a word or a table with settings, `{ mask = "card", keep_last = 4 }`.',
        examples=[{"customers.email": "email", "orders.*": "keep"}],
    )
    unlisted: Literal["refuse", "keep"] = Field(
        default="refuse",
        description="What becomes of a column that no rule covers: `refuse` stops before the first row and says what "
        "to write; `keep` lets it pass as it is.",
        examples=["keep"],
    )
    large_objects: Literal["refuse", "keep"] = Field(
        default="refuse",
        description="Whether large objects pass, whose content nobody can mask.",
        examples=["keep"],
    )
    foreign_tables: Literal["refuse", "keep"] = Field(
        default="refuse",
        description="Whether foreign tables pass: their rows are elsewhere, and whoever reads them reads them raw.",
        examples=["keep"],
    )
    file: Folder | None = Field(
        default=None,
        description="A file with the rules, relative to the stack file: a table `columns` as here, and the other keys "
        "but those of keys and files. What it says wins.",
        examples=["masking.toml"],
    )
    key_file: Folder | None = Field(
        default=None,
        description="A file with the key, relative to the stack file and not committed; instead of a secret.",
        examples=["masking.key"],
    )
    key: SecretName = Field(
        default="ENVCTL_MASK_KEY",
        description="The name of the secret that the masked values depend on: at least 16 characters by chance, the "
        "same for all who shall get the same data. Without a section `[secrets.NAME]` it is a variable of the "
        "caller's, or a key of `.env`.",
        examples=["MASK_KEY"],
    )

    def masking(self, root: Path, subset: Mapping[str, SubsetTable] | None) -> Masking:
        """The rules in one form, however they are written; paths are relative to that folder."""
        said = self.model_dump(mode="json", exclude={"key", "file", "key_file"})
        rules = json.dumps(said, sort_keys=True, ensure_ascii=False)
        file, key_file = (real(root / path) if path else None for path in (self.file, self.key_file))
        return Masking(rules, self.key, file, key_file, as_rules(subset))


MASK = "How its rows are masked on the way in: see `mask` below."


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
    return section.mask if isinstance(section, Dump | Live) else None


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
