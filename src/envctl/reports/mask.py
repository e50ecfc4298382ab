"""What masking does to data: what of it was checked, suggested and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from envctl.reports.base import Report


@dataclass(frozen=True)
class MaskedColumn:
    """A column that is masked: how, and with whose values alike. `where` says which rows, all if it is empty."""

    column: str
    mask: str
    identity: str
    settings: Mapping[str, Any] = field(default_factory=dict)  # of the mask, where they are not as usual
    where: str = ""


@dataclass(frozen=True)
class CheckedTable:
    """What becomes of a table's columns; `table` is its full name. What is computed from others is in neither."""

    table: str
    masked: tuple[MaskedColumn, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class CheckedData:
    """A policy that fits a schema: the one of the `source`, or of the `environment`.

    With a subset, by table which rows are asked for, and the tables of which not all rows come.
    """

    service: str
    data_name: str
    schema: str
    tables: tuple[CheckedTable, ...]
    warnings: tuple[str, ...] = ()
    subset: Mapping[str, str] = field(default_factory=dict)
    cut: tuple[str, ...] = ()


@dataclass(frozen=True)
class MaskChecked(Report):
    """What `mask check` looked at. `ok` of the envelope says that all of it fits."""

    checked: tuple[CheckedData, ...]


@dataclass(frozen=True)
class SuggestedColumn:
    """How to mask a column, with a confidence of 0–1. `mask` is as the stack file says it, None where nothing fits."""

    table: str
    column: str
    type: str
    mask: str | Mapping[str, Any] | None
    confidence: float
    why: str


@dataclass(frozen=True)
class MaskSuggested(Report):
    """A first policy for `[data.NAME]`. `toml` is what to paste into the stack file, `file` where it was written to."""

    service: str
    data_name: str
    sampled: int  # rows that were looked at
    columns: tuple[SuggestedColumn, ...]
    toml: str
    file: str | None = None

    @property
    def undecided(self) -> tuple[SuggestedColumn, ...]:
        """What somebody has to decide about."""
        return tuple(column for column in self.columns if column.mask is None)


@dataclass(frozen=True)
class ShownColumn:
    """A masked column of a few rows, before and after. None is null."""

    column: str
    mask: str
    before: tuple[str | None, ...]
    after: tuple[str | None, ...]


@dataclass(frozen=True)
class ShownTable:
    """What masking does to a few rows of a table; `kept` are the columns that stay as they are."""

    table: str
    columns: tuple[ShownColumn, ...]
    kept: tuple[str, ...]


@dataclass(frozen=True)
class MaskShown(Report):
    """What `mask preview` shows. Of `real` rows nothing is for any but the one who looks at a terminal."""

    service: str
    data_name: str
    real: bool
    tables: tuple[ShownTable, ...]
