"""Arrays of whatever a generator makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, get_args

import polars as pl
from pydantic import Field as Said
from pydantic import model_validator

from envctl.catalogue import Family, Table
from envctl.synthetic.base import Field, Generator, Limits, Rows
from envctl.synthetic.draws import Draws, Numbers

_MOMENT = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class _Aside:
    """The same rows with chance of their own: those of one element."""

    rows: Rows
    at: str

    @property
    def table(self) -> Table:
        """Whose they are."""
        return self.rows.table

    @property
    def numbers(self) -> Numbers:
        """Which they are."""
        return self.rows.numbers

    def draws(self, *names: str) -> Draws:
        """Chance for something of this element."""
        return self.rows.draws(*names).of("element", self.at)

    def column(self, name: str) -> pl.Series:
        """What another column holds."""
        return self.rows.column(name)

    def parent(self, columns: Sequence[str]) -> Rows | None:
        """The rows that these reference."""
        return self.rows.parent(columns)


class Array(Generator):
    """A few values in an array, each as it would be alone."""

    name: ClassVar[str] = "array"
    makes: ClassVar[frozenset[Family]] = frozenset(get_args(Family))

    of: str | dict[str, Any] | None = Said(
        default=None, description="What makes each of them; without it their type does.", examples=["email"]
    )
    shortest: int = Said(default=0, ge=0, le=100, description="How many there are at least.", examples=[1])
    longest: int = Said(default=3, ge=0, le=100, description="How many there are at most.", examples=[5])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.shortest > self.longest:
            raise ValueError("`shortest` is above `longest`")
        return self

    def objection(self, field: Field) -> str | None:
        """It must be an array of something that can be made."""
        if not field.column.array:
            return f"{field.column.type} is no array"
        element = element_of(field)
        return self._generator(element).objection(element)

    def space(self, field: Field) -> int | None:
        """As many as there are elements."""
        element = element_of(field)
        return self._generator(element).space(element) if self._counts(field)[1] else 1

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The element of that number, as often as there must be one."""
        element, (fewest, most) = element_of(field), self._counts(field)
        if not most:
            return _joined(field, [], len(numbers))
        made = _quoted(self._generator(element).nth(element, numbers))
        return _joined(field, [made] * max(fewest, 1), len(numbers))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """As many as are drawn."""
        element, (fewest, most) = element_of(field), self._counts(field)
        generator = self._generator(element)
        count = fewest + rows.draws(field.column.name, "count").below(rows.numbers, most - fewest + 1)
        elements = []
        for at in range(most):
            made = _quoted(generator.make(element, _Aside(rows, str(at))))
            there = pl.Series(count > at)
            elements.append(pl.select(pl.when(there).then(made)).to_series() if at >= fewest else made)
        return _joined(field, elements, len(rows.numbers))

    def _counts(self, field: Field) -> tuple[int, int]:
        """The fewest and the most elements."""
        limits = field.limits
        most = self.longest if limits.longest is None else min(self.longest, limits.longest)
        fewest = max(self.shortest, limits.shortest)
        return fewest, max(fewest, most)

    def _generator(self, element: Field) -> Generator:
        if self.of is None:
            from envctl.synthetic.generators.typed import typed

            return typed(element)
        from envctl.synthetic.choosing.choose import generator_of

        return generator_of(self.of, element)


def element_of(field: Field) -> Field:
    """What is known of an array's elements. Lengths are those of the array."""
    column = replace(field.column, array=False, type=field.column.type.removesuffix("[]"))
    limits = Limits(field.limits.low, field.limits.high, field.limits.values, field.limits.never)
    return replace(field, column=column, limits=replace(limits, patterns=field.limits.patterns))


def _quoted(values: pl.Series) -> pl.Series:
    """Elements as they stand in an array: texts in quotes, whatever is in them."""
    if values.dtype in {pl.Date, pl.Datetime("us")}:
        values = values.dt.to_string("%Y-%m-%d" if values.dtype == pl.Date else _MOMENT)
    if values.dtype == pl.String:
        if values.str.contains(r'["\\]').any():
            values = values.str.replace_all("\\", r"\\", literal=True).str.replace_all('"', r"\"", literal=True)
        values = '"' + values + '"'
    return values.cast(pl.String).fill_null("NULL")


def _joined(field: Field, elements: list[pl.Series], count: int) -> pl.Series:
    """The array; an element that is null is not there."""
    comma = ";" if (field.column.base or field.column.type).removesuffix("[]") == "box" else ","
    inside = [series.alias(str(at)) for at, series in enumerate(elements)] or [pl.repeat("", count, eager=True)]
    joined = pl.concat_str(pl.all(), separator=comma, ignore_nulls=True)
    made: pl.Series = pl.DataFrame(inside).select("{" + joined + "}").to_series()
    return made
