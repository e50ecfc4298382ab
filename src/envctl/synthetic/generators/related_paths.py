"""What another column holds, in the row or in those that it references."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import polars as pl
from pydantic import AfterValidator

from envctl.catalogue import Table
from envctl.synthetic.base import Field, Impossible, Rows
from envctl.synthetic.draws import Draws, Numbers
from envctl.synthetic.generators.typed_letters import named


def _readable(text: str) -> str:
    if not all(text.split(".")):
        raise ValueError("is no name of a column, nor several with dots between them")
    return text


Path = Annotated[str, AfterValidator(_readable)]
PATH = "A column of the row, or of one that it references, and so on: `status`, `order_id.status`."


def own(*paths: str | None) -> tuple[str, ...]:
    """Those that are columns of the row itself."""
    return tuple(path for path in paths if path is not None and "." not in path)


def at(path: str, field: Field, rows: Rows) -> tuple[Rows, str]:
    """The rows that a path leads to, one for each, and the column there. Raises Impossible."""
    *through, column = path.split(".")
    for name in through:
        further = rows.parent((name,))
        if further is None:
            hint = (
                f'say "{name}" = {{ nulls = 0 }} if it may be null' if rows.table.column(name) else "correct the name"
            )
            raise Impossible(f"{named(field)}: {path}: {name} does not reference a row each time ({hint})")
        rows = further
    return rows, column


def value(path: str, field: Field, rows: Rows) -> pl.Series:
    """What it holds. Raises Impossible."""
    there, column = at(path, field, rows)
    return there.column(column)


@dataclass(frozen=True)
class Some:
    """A part of some rows, by their places among them."""

    rows: Rows
    places: Numbers

    @property
    def table(self) -> Table:
        """Whose they are."""
        return self.rows.table

    @property
    def numbers(self) -> Numbers:
        """Which they are."""
        return self.rows.numbers[self.places]

    def draws(self, *names: str) -> Draws:
        """As of the others."""
        return self.rows.draws(*names)

    def column(self, name: str) -> pl.Series:
        """What it holds in them."""
        return self.rows.column(name).gather(self.places)

    def parent(self, columns: Sequence[str]) -> Rows | None:
        """Those that they reference."""
        found = self.rows.parent(columns)
        return None if found is None else Some(found, self.places)
