"""Texts put together from other columns."""

from __future__ import annotations

from string import Formatter
from typing import ClassVar

import polars as pl
from pydantic import Field as Said
from pydantic import field_validator

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.generators.worded import MANY, longest


class Template(Generator):
    """A text with the values of other columns of the same row in it; nothing where one is null.

    Where it is unique, one of the columns in it must be.
    """

    name: ClassVar[str] = "template"
    makes: ClassVar[frozenset[Family]] = frozenset({"text", "json", "network"})

    text: str = Said(
        max_length=100_000,
        description="The text: `{column}` stands for the value of that column, `{{` and `}}` for braces. Cut to what "
        "the column holds.",
        examples=["{first_name}.{id}@example.com"],
    )

    @field_validator("text")
    @classmethod
    def _understood(cls, text: str) -> str:
        try:
            odd = any(name == "" or spec or turned for _, name, spec, turned in Formatter().parse(text))
        except ValueError:
            odd = True
        if odd or "\0" in text:
            raise ValueError("a brace stands alone: write `{column}`, or `{{` and `}}` for braces themselves")
        return text

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that it names."""
        return tuple(dict.fromkeys(name for _, name in self._parts() if name))

    def objection(self, field: Field) -> str | None:
        """It is made of other columns of the table."""
        missing = next((name for name in self.reads if field.table.column(name) is None), None)
        if missing is not None:
            return f"has a template that names {missing}, which is no column of the table"
        if field.column.name in self.reads:
            return "is named in its own template"
        if field.unique and not self._tells(field):
            return "is unique, and none of the columns in its template is"
        return None

    def _tells(self, field: Field) -> bool:
        """Whether a column in it has another value in each row."""
        alone = {unique.columns[0] for unique in field.table.uniques if unique.exact and len(unique.columns) == 1}
        return bool(alone.intersection(self.reads))

    def distinct(self, field: Field) -> bool:
        """As a column in it is."""
        return self._tells(field)

    def space(self, field: Field) -> int | None:
        """Nobody counts them."""
        return MANY if self._tells(field) else None

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """The parts, one after the other."""
        parts = [
            pl.lit(_written(rows.column(name))) if name else pl.lit(text, dtype=pl.String)
            for text, name in self._parts()
        ]
        made: pl.Series = pl.select(pl.concat_str([pl.lit(""), *parts])).to_series()
        if len(made) != len(rows.numbers):  # a template without columns is one text
            made = made.new_from_index(0, len(rows.numbers))
        return made.str.slice(0, longest(field))

    def _parts(self) -> list[tuple[str, str]]:
        """The text or else the column of each part."""
        found: list[tuple[str, str]] = []
        for text, name, _, _ in Formatter().parse(self.text):
            found += [(text, "")] if text else []
            found += [("", name)] if name else []
        return found


def _written(values: pl.Series) -> pl.Series:
    return values.cast(pl.String).fill_null("")
