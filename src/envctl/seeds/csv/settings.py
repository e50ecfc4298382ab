"""What the stack file says of files with rows, and what a recipe knows of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DELIMITER = ","


@dataclass(frozen=True)
class Settings:
    """How files are read, and what of them belongs to which table and column.

    `tables` are names of tables with the files that hold their rows, `columns` names of columns with what heads them in
    the file, `ignore` names of files, and of columns as TABLE.HEADING. All of it has to be there; what a recipe knows
    of well-known exports (`known`) does not.
    """

    tables: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    delimiter: str = ""  # of .csv and .tsv alike; nothing: what such a name means
    null: str = ""
    encoding: str = "utf-8"
    known: Settings | None = None

    @classmethod
    def read(cls, text: str) -> Settings:
        """As JSON has them, with what the recipe knows."""
        said = json.loads(text)
        known = said.pop("known", None)
        return cls._of({**said, "known": cls._of(known) if known else None})

    @classmethod
    def _of(cls, said: Mapping[str, Any]) -> Settings:
        return cls(**{**said, "ignore": tuple(said.get("ignore", ()))})
