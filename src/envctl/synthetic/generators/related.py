"""Values that follow from those of other columns, also of rows that are referenced."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, get_args

import numpy as np
import polars as pl
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Impossible, Rows
from envctl.synthetic.generators.pick import Choice
from envctl.synthetic.generators.related_nested import nested, reads_of
from envctl.synthetic.generators.related_paths import PATH, Path, Some, at, own, value

Entry = Choice | Annotated[tuple[Choice, ...], Said(strict=False, min_length=1)] | dict[str, Any]

_ANY: frozenset[Family] = frozenset(get_args(Family))


class Copy(Generator):
    """What another column holds: the price of the product that an item is of."""

    name: ClassVar[str] = "copy"
    makes: ClassVar[frozenset[Family]] = _ANY

    of: Path = Said(description=PATH, examples=["product_id.price"])

    @property
    def reads(self) -> tuple[str, ...]:
        """It, if it is of the row."""
        return own(self.of)

    def space(self, field: Field) -> None:  # it depends on other columns
        """What it can be depends on the row."""

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """It; of a moment the day, where the column holds no more."""
        found = value(self.of, field, rows)
        return found.dt.date() if field.column.family == "date" and isinstance(found.dtype, pl.Datetime) else found


class Case(Generator):
    """What belongs to the value of another column: the unit of what is measured, when an order was paid that is paid.
    Null for values that are not listed.
    """

    name: ClassVar[str] = "case"
    makes: ClassVar[frozenset[Family]] = _ANY

    of: Path = Said(description=PATH, examples=["status"])
    values: dict[str, Entry] = Said(
        min_length=1,
        max_length=10_000,
        description="For each value what there is then: a value, a list of which one is picked, or a generator "
        'with its settings, `{ generate = "number", low = 1 }`.',
        examples=[{"metric": "cm", "imperial": ["in", "ft"]}],
    )
    otherwise: Entry | None = Said(default=None, description="The same for all others.", examples=["unknown"])

    @property
    def reads(self) -> tuple[str, ...]:
        """What it depends on, if it is of the row, and what those look at that stand in it."""
        inner = (name for entry in self._entries().values() for name in reads_of(entry))
        return tuple(dict.fromkeys((*own(self.of), *inner)))

    def objection(self, field: Field) -> str | None:
        """Each must fit the column."""
        for said, entry in self._entries().items():
            try:
                nested(entry, field)
            except Impossible as why:
                return f"{said}: {why}"
        return None

    def space(self, field: Field) -> None:  # it depends on other columns
        """What it can be depends on the row."""

    def distinct(self, field: Field) -> bool:
        """Where rows differ in what it depends on, and each value there has another one here."""
        keys = (field.table.key, *(unique.columns for unique in field.table.uniques if unique.exact))
        said = [entry for entry in self._entries().values() if isinstance(entry, str | int | float)]
        return (self.of,) in keys and self.otherwise is None and len(self.values) == len(said) == len(set(said))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """What each value asks for, of the rows that have it."""
        there = value(self.of, field, rows).cast(pl.String)
        made, order = list[pl.Series](), list[np.ndarray[Any, np.dtype[np.int64]]]()
        for said in there.unique(maintain_order=True).to_list():
            places = there.eq_missing(said).arg_true().to_numpy().astype(np.int64)
            entry = self.otherwise if said is None else self.values.get(said, self.otherwise)
            found = (
                pl.repeat(None, len(places), eager=True) if entry is None else nested(entry, field)(Some(rows, places))
            )
            made.append(found)
            order.append(places)
        return _joined(made).gather(np.argsort(np.concatenate(order))) if made else pl.Series([], dtype=pl.String)

    def _entries(self) -> Mapping[str, Entry]:
        more: Mapping[str, Entry] = {} if self.otherwise is None else {"otherwise": self.otherwise}
        return {**self.values, **more}


class Same(Generator):
    """The same for all rows that reference the same one: how tall a patient is, each time that it is measured."""

    name: ClassVar[str] = "same"
    makes: ClassVar[frozenset[Family]] = _ANY

    per: Path = Said(description="The column that references that row, reached as above.", examples=["patient_id"])
    value: Entry = Said(
        description="What makes it: a list of which one is picked, or a generator with its settings.",
        examples=[{"generate": "number", "low": 150, "high": 200}],
    )

    def objection(self, field: Field) -> str | None:
        """It must fit the column."""
        try:
            nested(self.value, field)
        except Impossible as why:
            return str(why)
        return None

    def space(self, field: Field) -> None:  # it depends on other rows
        """What it can be depends on the row."""

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """By the numbers of those that are referenced."""
        there, _ = at(f"{self.per}.*", field, rows)
        return nested(self.value, field)(there)


def _joined(parts: list[pl.Series]) -> pl.Series:
    """One after the other, in a type that holds all of them."""
    frames = [part.alias("v").to_frame() for part in parts]
    try:
        return pl.concat(frames, how="vertical_relaxed").to_series()
    except pl.exceptions.PolarsError:
        return pl.concat([part.cast(pl.String) for part in parts])
