"""Facts about the values of a row. All of them are about values: where a column is null they say nothing, but `Null`
and `Filled`. Constants are texts as Postgres writes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from envctl.synthetic.checks.expressions import Expression

Op = Literal["<", "<=", "=", "<>", ">=", ">"]
Unit = Literal["characters", "bytes", "items"]


@dataclass(frozen=True)
class Low:
    """A column is no less than this; `open`: more."""

    column: str
    value: str
    open: bool = False


@dataclass(frozen=True)
class High:
    """A column is no more than this; `open`: less."""

    column: str
    value: str
    open: bool = False


@dataclass(frozen=True)
class OneOf:
    """A column is one of these."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Never:
    """A column is none of these."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Multiple:
    """A number leaves this rest when it is divided, as Postgres' % says: with the number's sign."""

    column: str
    by: str
    rest: str = "0"


@dataclass(frozen=True)
class Length:
    """So many characters, bytes or items (of an array)."""

    column: str
    low: int = 0
    high: int | None = None
    unit: Unit = "characters"


@dataclass(frozen=True)
class Matches:
    """A regular expression is found in a text, or is not."""

    column: str
    regex: str
    negated: bool = False


@dataclass(frozen=True)
class Folded:
    """A text has only capitals (`upper`) or none."""

    column: str
    upper: bool


@dataclass(frozen=True)
class Trimmed:
    """A text has no blanks at its ends."""

    column: str


@dataclass(frozen=True)
class Kind:
    """A json document is one of these: object, array, string, number, boolean, null."""

    column: str
    kinds: tuple[str, ...]


@dataclass(frozen=True)
class Proper:
    """A range is not empty and has two ends."""

    column: str


@dataclass(frozen=True)
class Null:
    """A column is null."""

    column: str


@dataclass(frozen=True)
class Filled:
    """A column is not null."""

    column: str


@dataclass(frozen=True)
class Compare:
    """`left` stands so to `right` + `offset`: a number, or an interval as Postgres writes it; nothing is none.

    To a date without a time a number is days.
    """

    left: str
    op: Op
    right: str
    offset: str = ""


@dataclass(frozen=True)
class Equal:
    """A column is what comes of others."""

    column: str
    expression: Expression


Single = Low | High | OneOf | Never | Multiple | Length | Matches | Folded | Trimmed | Kind | Proper | Null | Filled
Fact = Single | Compare | Equal
Alternative = tuple[Fact, ...]  # all of them hold


def about(fact: Fact) -> tuple[str, ...]:
    """The columns that a fact is about."""
    if isinstance(fact, Compare):
        return (fact.left, fact.right)
    if isinstance(fact, Equal):
        return (fact.column, *fact.expression.columns)
    return (fact.column,)
