"""One of some values."""

from __future__ import annotations

import math
import re
from typing import Annotated, ClassVar

import polars as pl
from pydantic import ConfigDict, Field

from envctl.catalogue import Column, Family
from envctl.masking.key import number, numbers
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable

_BOOLEANS = ("f", "t")
_WHOLE = re.compile(r"-?[0-9]{1,30}")
_NUMBER = re.compile(r"NaN|-?(?:Infinity|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_MOST = 100_000  # values of a list: more is a table

Choice = Annotated[str, Field(pattern=r"^[^\x00]*$")] | bool | int | float


class Pick(Transform):
    """One of the values listed, or of those that the column's type has; the same one for the same value."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_alias=True, validate_by_name=True)

    name: ClassVar[str] = "pick"
    takes: ClassVar[frozenset[Family]] = frozenset(
        {"text", "integer", "number", "date", "timestamp", "time", "boolean", "uuid", "network", "enum"}
    )

    choices: Annotated[tuple[Choice, ...], Field(strict=False)] = Field(
        default=(),
        alias="from",
        max_length=_MOST,
        description="What there is to pick from. Without it the labels of an enum, or true and false.",
        examples=[["basic", "pro"], [1, 2, 3]],
    )

    def objection(self, column: Column) -> str | None:
        """There must be something to pick from, and it must be what the type has."""
        if not (offered := self._offered(column)):
            return "is of a type that does not say what there is to pick from: list it in `from`"
        wrong = [choice for choice in offered if not _holds(column, choice)]
        return f"holds no {wrong[0]!r}, which `from` lists" if wrong else None

    def longest(self, column: Column) -> int | None:
        """Of what there is."""
        return max(map(len, self._offered(column)), default=0)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """By a keyed hash of the value."""
        offered = self._some(block.column)
        picked = numbers(block.seed.digests(values), len(offered))
        return pl.Series(values.name, offered, dtype=pl.String).gather(picked)

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        offered = self._some(row.column)
        return offered[number(row.seed.digest(value), len(offered))]

    def _some(self, column: Column) -> tuple[str, ...]:
        if not (offered := self._offered(column)):
            raise Unmaskable("there is nothing to pick from")
        return offered

    def _offered(self, column: Column) -> tuple[str, ...]:
        """As Postgres writes them."""
        if not self.choices:
            return _BOOLEANS if column.family == "boolean" else column.labels
        return tuple(_BOOLEANS[choice] if isinstance(choice, bool) else str(choice) for choice in self.choices)


def _holds(column: Column, choice: str) -> bool:
    """Whether a value can be one of the column, as far as its type says it here."""
    if column.family == "integer":
        low = -math.inf if column.low is None else column.low
        high = math.inf if column.high is None else column.high
        return _WHOLE.fullmatch(choice) is not None and low <= int(choice) <= high
    if column.family == "number":
        return _NUMBER.fullmatch(choice) is not None
    known = column.labels if column.family == "enum" else _BOOLEANS if column.family == "boolean" else (choice,)
    return choice in known
