"""What every way of masking a column says of itself, and does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar

import polars as pl
from pydantic import BaseModel, ConfigDict

from envctl.catalogue import Column, Family
from envctl.masking.key import Seed


@dataclass(frozen=True)
class Block:
    """What a transform may look at beside the values: a part of a table's rows, as texts that Postgres wrote.

    `rows` are as they were; `masked` has the columns that are done already, those among them that `follows` names.
    """

    seed: Seed
    column: Column
    rows: pl.DataFrame
    masked: pl.DataFrame
    seeds: Mapping[str, Seed] = field(default_factory=dict)  # of the `identities` that the transform names

    def beside(self, rows: pl.Series, transform: Transform) -> Block:
        """The same for values that come out of these rows (by number, each as often as it is there)."""
        before = self.rows[rows] if transform.reads else self.rows.clear()
        after = self.masked[rows] if transform.follows else self.masked.clear()
        return replace(self, rows=before, masked=after)


@dataclass(frozen=True)
class Row:
    """The same of one row."""

    seed: Seed
    column: Column
    row: Mapping[str, str | None] = field(default_factory=dict)
    masked: Mapping[str, str | None] = field(default_factory=dict)
    seeds: Mapping[str, Seed] = field(default_factory=dict)


class Unmaskable(ValueError):
    """A value that a transform cannot mask and must not let through; says why, and nothing of the value."""


class Transform(BaseModel):
    """A way of masking: its fields are what a rule may say, its name is the class variable `name`.

    Values are texts as Postgres writes them (`2024-02-29`, `t`, `\\x00ff`). Null stays null whatever it does: who calls
    it sees to that. The same value with the same seed gives the same result, in `bulk` as in `plain`. Both raise
    Unmaskable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: ClassVar[str]
    takes: ClassVar[frozenset[Family]]
    gives_null: ClassVar[bool] = False  # instead of every value
    aspects: ClassVar[frozenset[str]] = frozenset()  # fields in which columns of one identity may differ

    def distinct(self, column: Column) -> bool:  # noqa: ARG002 – of most it does not depend on the column
        """Whether different values always (or but for a chance of 2**-64 a pair) get different ones."""
        return False

    def digested(self, column: Column) -> bool:  # noqa: ARG002 – of most it does not depend on the column
        """Whether results hold at least 64 bits of a digest in small letters: they are distinct where case is ignored
        (`lower(email)`, citext), and from values that are left as they are.
        """
        return False

    def longest(self, column: Column) -> int | None:
        """Characters of the longest result; None where it is no longer than the longest value."""
        raise NotImplementedError

    def objection(self, column: Column) -> str | None:  # noqa: ARG002 – most take whatever is of the right type
        """Why it cannot mask a column of a type that it takes; None when it can."""
        return None

    @property
    def partial(self) -> bool:
        """Whether it masks parts of a value, so that one where it finds none stays as it is, and is no leak."""
        return False

    @property
    def identities(self) -> tuple[str, ...]:
        """Identities, beside the column's own, whose seeds it needs in `Block.seeds`."""
        return ()

    @property
    def reads(self) -> tuple[str, ...]:
        """Other columns whose original values it looks at."""
        return ()

    @property
    def follows(self) -> tuple[str, ...]:
        """Other columns whose masked values it looks at."""
        return ()

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """The masked values of a column (String, as many, in the same order)."""
        raise NotImplementedError

    def plain(self, value: str, row: Row) -> str | None:
        """The same of one value, in plain Python: slow, and what `bulk` is tested against."""
        raise NotImplementedError
