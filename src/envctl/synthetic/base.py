"""What makes the values of a column, and what it may look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

import polars as pl
from pydantic import BaseModel, ConfigDict

from envctl.catalogue import Column, Family, Table
from envctl.synthetic.draws import Draws, Numbers


class Impossible(ValueError):
    """What is asked for cannot be made; says what, with the table, and the column or constraint that it is about."""


@dataclass(frozen=True)
class Limits:
    """What conditions of a table let a column hold. Values are texts as Postgres writes them.

    `low` and `high` are allowed themselves. `values` are all there are, `never` none of them. Lengths are characters.
    `pattern` is a regular expression that must be found in the value. All of it is about what is not null.
    """

    low: str | None = None
    high: str | None = None
    values: tuple[str, ...] | None = None
    never: tuple[str, ...] = ()
    shortest: int = 0
    longest: int | None = None
    patterns: tuple[str, ...] = ()
    filled: bool = False  # null is not allowed, though the column says nothing of it
    empty: bool = False  # only null is


@dataclass(frozen=True)
class Field:
    """A column that is to be filled, and all that is known of what may be in it.

    `unique`: no two rows have the same. `until` is the moment that everything lies before, as seconds since 1970 (UTC).
    """

    table: Table
    column: Column
    limits: Limits = Limits()
    unique: bool = False
    locale: str = "en_US"
    until: int = 0


class Rows(Protocol):
    """Some rows of one table, known by their numbers from 0 on, in any order, and what is in them."""

    @property
    def table(self) -> Table:
        """Whose they are."""

    @property
    def numbers(self) -> Numbers:
        """Which they are."""

    def draws(self, *names: str) -> Draws:
        """Chance for something of these rows: whoever says the same names gets the same, so that values agree."""

    def column(self, name: str) -> pl.Series:
        """What another column holds in them, in whatever type its generator makes. Raises Impossible in a circle."""

    def parent(self, columns: Sequence[str]) -> Rows | None:
        """The rows that they reference by these columns, one for each; None where no foreign key has them, or some
        reference nothing.
        """


class Generator(BaseModel):
    """What makes values: its fields are what a stack file may say, its name there is the class variable `name`.

    A value is what Postgres reads, in a type that polars writes so (Int64, Float64, Decimal, String, Boolean, Date,
    Datetime); arrays, ranges, json and bytes are texts. Nothing is escaped. Nulls are somebody else's: those made here
    are nulls that the generator means.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_by_alias=True, validate_by_name=True)

    name: ClassVar[str]
    makes: ClassVar[frozenset[Family]]

    def objection(self, field: Field) -> str | None:  # noqa: ARG002 – most fit whatever is of the right type
        """Why it cannot fill a column of a type that it makes; None when it can."""
        return None

    @property
    def reads(self) -> tuple[str, ...]:
        """Other columns of the row that it looks at with `Rows.column`."""
        return ()

    def distinct(self, field: Field) -> bool:  # noqa: ARG002 – of most it does not depend on the column
        """Whether `make` by itself gives each of up to `space` rows another value where the field is unique, so that
        values of one row still agree; also where case is ignored. Others are made by `nth` there.
        """
        return False

    def space(self, field: Field) -> int | None:
        """How many different values it can make there: 0 where none. None: it has no `nth`."""
        raise NotImplementedError

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The value of each number, 0 ≤ n < space: others for others."""
        raise NotImplementedError

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Values for these rows, as many, in their order."""
        space = self.space(field)
        assert space  # noqa: S101 – whoever has none makes values another way, and 0 was refused before
        return self.nth(field, rows.draws(field.column.name).below(rows.numbers, space))
