"""What holds for every generator of texts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from envctl.catalogue import Column
from envctl.synthetic.base import Field, Generator, Limits
from tests.synthetic.rows import field_of, rows, table_of, text

MANY = 1000  # rows
_ANY, _NONE = text("value"), Limits()
LOCALES = ("en_US", "de_DE", "ja_JP")


@dataclass(frozen=True)
class Case:
    """A generator, and a column that it fills."""

    generator: Generator
    column: Column = _ANY
    locale: str = "en_US"
    limits: Limits = _NONE
    table: str = "things"

    @property
    def field(self) -> Field:
        """The column in its table."""
        return field_of(table_of(self.table, self.column), self.column.name, self.limits, locale=self.locale)


Law = Callable[[Case], None]


def in_locales(*generators: Generator, lengths: Sequence[int | None] = (None,)) -> dict[str, Case]:
    """A case for each locale and each length of a column."""
    return {
        f"{generator.name} {locale} {length or 'any'}": Case(generator, text("value", length), locale)
        for generator in generators
        for locale in LOCALES
        for length in lengths
    }


def is_accepted(case: Case) -> None:
    """It has nothing against its column."""
    assert case.generator.objection(case.field) is None
    assert case.column.family in case.generator.makes


def fits(case: Case) -> None:
    """No value is longer than the column, or shorter than it must be; none is null."""
    sizes = case.generator.make(case.field, rows(case.field.table, MANY)).cast(str).str.len_chars()
    assert 0 == sizes.null_count()
    assert case.column.length is None or sizes.max() <= case.column.length  # type: ignore[operator]
    assert sizes.min() >= case.limits.shortest  # type: ignore[operator]


def depends_on_nothing_else(case: Case) -> None:
    """A row gets the same whatever rows are made with it, and others with another seed."""
    table = case.field.table
    whole = case.generator.make(case.field, rows(table, MANY)).to_list()
    assert whole[234:634] == case.generator.make(case.field, rows(table, 400, 234)).to_list()
    assert whole == case.generator.make(case.field, rows(table, MANY)).to_list()


def differs(case: Case) -> None:
    """Others get other values by their numbers, also where case is ignored."""
    space = case.generator.space(case.field)
    if space is None:
        return
    numbers = {*range(min(space, MANY)), *np.linspace(0, min(space, 1 << 40) - 1, MANY, dtype=np.int64).tolist()}
    made = case.generator.nth(case.field, np.array(sorted(numbers), dtype=np.int64))
    assert len(numbers) == made.n_unique()
    if case.generator.distinct(case.field):
        assert len(numbers) == made.cast(str).str.to_lowercase().n_unique()
        assert case.column.length is None or made.str.len_chars().max() <= case.column.length  # type: ignore[operator]


def is_unique_itself(case: Case) -> None:
    """What says so gives each of many rows another value where the column is unique."""
    field = replace(case.field, unique=True)
    if not case.generator.distinct(field) or case.generator.objection(field):
        return
    count = min(5000, case.generator.space(field) or 0)
    made = case.generator.make(field, rows(field.table, count)).cast(str).str.to_lowercase()
    assert count == made.n_unique()
    assert case.column.length is None or made.str.len_chars().max() <= case.column.length  # type: ignore[operator]


LAWS: tuple[Law, ...] = (is_accepted, fits, depends_on_nothing_else, differs, is_unique_itself)


def named(law: Law) -> str:
    """For the report of tests."""
    return law.__name__
