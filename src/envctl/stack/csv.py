"""`[data.NAME]` with `from = "csv"`: the rows of files, by a schema that is described elsewhere."""

from __future__ import annotations

import codecs
import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from envctl.services import Section
from envctl.services.fields import Folder, Names, real, refuse
from envctl.stack.mask import MASK, MaskSection
from envctl.stack.problems import Notes
from envctl.stack.synthetic import FromSchema
from envctl.workload import Csv, Database

_ASCII = 128
_READING = ("tables", "columns", "ignore", "delimiter", "null", "encoding")


def _sign(value: str) -> str:
    if len(value) != 1 or ord(value) >= _ASCII or value in '"\r\n\0':
        raise refuse("is not one character that can stand between values", 'such as ";" or "\\t"')
    return value


def _encoding(value: str) -> str:
    try:
        found = codecs.lookup(value)
        "".encode(value)  # others than those of text are known too
    except (LookupError, ValueError):
        raise refuse(f"{value[:40]!r} is no encoding that is known", 'such as "utf-8", "cp1252" or "utf-16"') from None
    return found.name


class CsvSection(FromSchema):
    """The rows of files, CSV or Parquet, one for each table: as other generators of data write them, or an export.
    Files belong to tables by their names, and columns by what heads them; the server checks every value.
    """

    from_: Literal["csv"] = Field(alias="from", description="Where the data comes from: `csv`.")
    path: Folder = Field(
        description="A folder with files, or one file, relative to the stack file: .csv and .tsv (also .gz, .zst), "
        ".parquet.",
        examples=["exports"],
    )
    tables: dict[str, str] = Field(
        default={},
        description="Tables whose file is not called as they are, and the names of these files.",
        examples=[{"customers": "MOCK_DATA.csv"}],
    )
    columns: dict[str, str] = Field(
        default={},
        description="Columns, `TABLE.COLUMN`, that are not called so in their file, and what heads them there. Case, "
        "blanks, `_` and `-` make no difference, nor does `_id` behind a reference.",
        examples=[{"patients.birth_date": "Date of birth"}],
    )
    ignore: Names = Field(
        default=(),
        description="Files that are left out, and columns of files: `TABLE.HEADING`. Whatever belongs to no table or "
        "column and does not stand here is refused.",
        examples=[["notes.csv", "patients.FIPS"]],
    )
    delimiter: Annotated[str, AfterValidator(_sign)] | None = Field(
        default=None,
        description="What stands between two values. Without it: `,` in .csv, a tab in .tsv.",
        examples=[";"],
    )
    null: str = Field(
        default="",
        description="What stands for null. Without it: nothing, where it is not in quotes.",
        examples=["NULL"],
    )
    encoding: Annotated[str, AfterValidator(_encoding)] = Field(
        default="utf-8", description="How the text of the files is written.", examples=["cp1252"]
    )

    mask: MaskSection | None = Field(default=None, description=f"{MASK} Only with a schema or a recipe.")

    @property
    def needs(self) -> str:
        """What to do where `path` leads nowhere."""
        return "export the files first"

    def at(self, root: Path) -> Path:
        """The absolute path of its files."""
        return real(root / self.path)

    def fill(self, database: Database, root: Path) -> Database:
        """The database that is filled from them."""
        said: dict[str, Any] = self.model_dump(mode="json", include=set(_READING), exclude_none=True)
        if self.recipe is not None:
            said["known"] = _known(self.described(root).file)
        files = Csv(self.at(root), json.dumps(said, sort_keys=True, ensure_ascii=False))
        mask = self.mask.masking(root, None) if self.mask else None
        return replace(self.within(database, root), csv=files, mask=mask)


def check_csv(data: Mapping[str, Section], notes: Notes) -> None:
    """Rules of masking are held against tables that are known before anything runs."""
    for name, found in data.items():
        if isinstance(found, CsvSection) and found.mask is not None and not (found.schema_ or found.recipe):
            hint = f'write schema = "…" or recipe = "…" into [data.{name}]'
            notes.add(("data", name, "mask"), "files are masked by a schema only, and none is named", hint=hint)


def _known(schema: Path | None) -> Mapping[str, Any]:
    """What comes with a recipe: how well-known exports call what it has."""
    path = schema.with_name("csv.toml") if schema else None
    return tomllib.loads(path.read_text(encoding="utf-8")) if path and path.exists() else {}
