"""Small documents: JSON and hstore."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import MOST, Draws, Numbers
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.generators.typed_text import FIRST, SECOND

_LARGEST = 100


class Json(Generator):
    """A small JSON object: a label, a number, whether something is so, and a list of words."""

    name: ClassVar[str] = "json"
    makes: ClassVar[frozenset[Family]] = frozenset({"json"})

    def space(self, field: Field) -> int:  # noqa: ARG002 – it is never full
        """By a number in it."""
        return MOST

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:  # noqa: ARG002
        """With the number in it."""
        return _objects(Draws(0, "json"), numbers, pl.Series(numbers))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """With a small number."""
        draws = rows.draws(field.column.name)
        return _objects(draws, rows.numbers, pl.Series(draws.of("value").below(rows.numbers, _LARGEST)))


class Hstore(Generator):
    """Two keys with words."""

    name: ClassVar[str] = "hstore"
    makes: ClassVar[frozenset[Family]] = frozenset({"hstore"})

    def space(self, field: Field) -> int:  # noqa: ARG002 – it is never full
        """By a number in it."""
        return MOST

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:  # noqa: ARG002
        """With the number in it."""
        return _pairs(Draws(0, "hstore"), numbers, pl.Series(numbers))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """With a small number."""
        draws = rows.draws(field.column.name)
        return _pairs(draws, rows.numbers, pl.Series(draws.of("value").below(rows.numbers, _LARGEST)))


def _objects(draws: Draws, numbers: Numbers, values: pl.Series) -> pl.Series:
    """As jsonb writes it, so that both types hold the same."""
    frame = _words(draws, numbers, values).with_columns(
        pl.Series("flag", draws.of("flag").below(numbers, 2) == 0).replace_strict({True: "true", False: "false"})
    )
    parts = ('{"label": "', "a", '", "value": ', "n", ', "active": ', "flag", ', "tags": ["', "b", '", "', "c", '"]}')
    return _joined(frame, parts)


def _pairs(draws: Draws, numbers: Numbers, values: pl.Series) -> pl.Series:
    return _joined(_words(draws, numbers, values), ('"label"=>"', "a", '", "kind"=>"', "b", '", "value"=>"', "n", '"'))


def _words(draws: Draws, numbers: Numbers, values: pl.Series) -> pl.DataFrame:
    drawn = {
        name: chosen(pool, draws.of(name).below(numbers, len(pool)))
        for name, pool in (("a", FIRST), ("b", SECOND), ("c", SECOND))
    }
    return pl.DataFrame({**drawn, "n": values})


def _joined(frame: pl.DataFrame, parts: tuple[str, ...]) -> pl.Series:
    """The columns that are among the parts, with the other parts between them."""
    return frame.select(
        pl.concat_str(*(pl.col(part) if part in frame.columns else pl.lit(part) for part in parts))
    ).to_series()
