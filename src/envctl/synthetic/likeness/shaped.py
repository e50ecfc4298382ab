"""Values that are spread as those of an example are: what a generator makes, drawn by a shape. Pure.

Who looks at other columns of its row keeps doing so, and so does whoever makes values that agree with those of others
(a city with its postcode): only what is made alone is drawn otherwise. Values that differ in all rows do so still.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, get_args

import numpy as np
import polars as pl
from pydantic import InstanceOf

from envctl.catalogue import Family
from envctl.shape import ColumnShape
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.numbers_types import read_number, scale_of
from envctl.synthetic.likeness.spread import Fractions, Spread
from envctl.synthetic.likeness.times import moments_like

_NUMBERS = frozenset({"number", "price"})
_MOMENTS = frozenset({"moment"})
_TEXTS = frozenset({"text", "word", "sentence", "paragraph"})  # that mean nothing, and may be longer or shorter
_ALONE = frozenset({"title", "product", "company", "sku", "token", "uuid"})
_LONGEST = 10_000  # characters of a text that is made up
_SPREAD = (0.5, 1.5)  # times their mean, between which lengths lie of which nothing else is known
_DIGITS = 4  # of numbers whose type has no last digit


def shaped(field: Field, seen: ColumnShape, chosen: Generator) -> Generator:
    """What makes values like those that were seen, of the kind that was chosen for the column; that one itself where
    nothing follows from what was seen, or something else counts more: a condition, or other columns of the row.
    """
    if chosen.reads or chosen.space(field) is None:
        return chosen
    if common := _allowed(field, seen):
        values, shares = zip(*common, strict=True)
        return Common(chosen=chosen, values=values, shares=shares)
    return chosen if field.limits.values is not None else _spread(field, seen, chosen)


def _spread(field: Field, seen: ColumnShape, chosen: Generator) -> Generator:
    different = seen.distinct if isinstance(seen.distinct, int) else None
    if len(seen.bounds) > 1 and chosen.name in _NUMBERS and scale_of(field.column) is not None:
        few = different is not None and different <= len(seen.bounds)
        return LikeNumbers(chosen=chosen, bounds=tuple(map(float, seen.bounds)), few=few)
    if len(seen.bounds) > 1 and chosen.name in _MOMENTS:
        return LikeMoments(chosen=chosen, bounds=seen.bounds)
    different = different if different and different < (chosen.space(field) or 0) else None
    if seen.lengths and chosen.name in _TEXTS:
        return LikeTexts(chosen=chosen, lengths=seen.lengths, different=different)
    if different and chosen.name in _ALONE | _TEXTS:
        return Fewer(chosen=chosen, different=different)
    return chosen


def _allowed(field: Field, seen: ColumnShape) -> list[tuple[str, float]]:
    """The common values that may be there; nothing where conditions say more than which."""
    column, limits = field.column, field.limits
    if column.array or limits.patterns or limits.low is not None or limits.high is not None:
        return []
    longest = min((most for most in (column.length, limits.longest) if most is not None), default=None)
    return [
        (value, share)
        for value, share in seen.common
        if (not column.labels or value in column.labels)
        and (limits.values is None or value in limits.values)
        and value not in limits.never
        and limits.shortest <= len(value)
        and (longest is None or len(value) <= longest)
    ]


class _Like(Generator):
    """Another generator whose values are spread otherwise; where all of them differ, they are that one's own."""

    name: ClassVar[str] = ""  # none that a stack file may say
    makes: ClassVar[frozenset[Family]] = frozenset(get_args(Family))

    chosen: InstanceOf[Generator]

    def distinct(self, field: Field) -> bool:
        """As the other one does."""
        return self.chosen.distinct(field)

    def space(self, field: Field) -> int | None:
        """Of the other one."""
        return self.chosen.space(field)

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Of the other one."""
        return self.chosen.nth(field, numbers)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Spread, but where they have to differ."""
        return self.chosen.make(field, rows) if field.unique else self.spread(field, rows)

    def spread(self, field: Field, rows: Rows) -> pl.Series:
        """Values as they are spread."""
        raise NotImplementedError


class Common(_Like):
    """Values by their shares; together these are all there is."""

    values: tuple[str, ...]
    shares: tuple[float, ...]

    def spread(self, field: Field, rows: Rows) -> pl.Series:
        """One of them."""
        ends = np.cumsum(self.shares)
        drawn = rows.draws(field.column.name).fractions(rows.numbers) * ends[-1]
        return pl.Series(self.values, dtype=pl.String).gather(np.searchsorted(ends[:-1], drawn, side="right"))


class LikeNumbers(_Like):
    """Numbers by a histogram; of its limits alone, where there are no others."""

    bounds: tuple[float, ...]
    few: bool = False

    def spread(self, field: Field, rows: Rows) -> pl.Series:
        """With the digits that the column has, within what it may hold."""
        drawn, scale = rows.draws(field.column.name).fractions(rows.numbers), scale_of(field.column)
        assert scale is not None  # noqa: S101 – made for columns that have one
        low, high = (None if said is None else read_number(said, field) for said in _ends(field))
        lowest = scale.low if low is None else max(scale.low, scale.above(low))
        highest = scale.high if high is None else min(scale.high, scale.below(high))
        inside = [one for one in self.bounds if (low is None or one >= low) and (high is None or one <= high)]
        if self.few and inside:
            made = Spread(inside).nearest(drawn)
        else:
            made = Spread(self.bounds).at(drawn, _float(low), _float(high))
        units = np.rint(made / float(scale.unit)).clip(lowest, highest).astype(np.int64)
        found = scale.series(units)
        if scale.kind == "float" and low is None and high is None:
            found = pl.Series(made).round_sig_figs(_DIGITS)
        return _never(found, self.chosen, field, rows)


def _ends(field: Field) -> tuple[str | None, str | None]:
    return field.limits.low, field.limits.high


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _never(made: pl.Series, chosen: Generator, field: Field, rows: Rows) -> pl.Series:
    """Without the numbers that must not be."""
    never = [float(number) for text in field.limits.never if (number := read_number(text, field)) is not None]
    bad = made.cast(pl.Float64).is_in(never)
    return chosen.make(field, rows).cast(made.dtype).zip_with(bad, made) if never and bad.any() else made


class LikeMoments(_Like):
    """Moments by a histogram of months. Those of a row come in their order."""

    bounds: tuple[str, ...]

    def spread(self, field: Field, rows: Rows) -> pl.Series:
        """None before those of the row that come before it."""
        return moments_like(self.bounds, field, rows)


class Fewer(_Like):
    """So many different values of another generator, and no more."""

    different: int

    def spread(self, field: Field, rows: Rows) -> pl.Series:
        """Any of them."""
        return _one_of(self.chosen, field, rows, _which(self.different, field, rows))


class LikeTexts(_Like):
    """Texts of such lengths: cut, or the same again."""

    lengths: tuple[int, ...]
    different: int | None = None

    def spread(self, field: Field, rows: Rows) -> pl.Series:
        """Each of the different ones has one length."""
        numbers = _which(self.different, field, rows) if self.different else rows.numbers
        made = _one_of(self.chosen, field, rows, numbers) if self.different else self.chosen.make(field, rows)
        drawn = rows.draws(field.column.name, "length").fractions(numbers)
        fitted = _fitted(made, self._sizes(field, drawn))
        bad = fitted.is_in(list(field.limits.never))
        return self.chosen.make(field, rows).zip_with(bad, fitted) if bad.any() else fitted

    def _sizes(self, field: Field, drawn: Fractions) -> Numbers:
        """In characters, within what the column takes."""
        column, limits = field.column, field.limits
        longest = min(most for most in (column.length, limits.longest, _LONGEST) if most is not None)
        bounds = self.lengths if len(self.lengths) > 1 else tuple(self.lengths[0] * times for times in _SPREAD)
        return np.asarray(np.rint(Spread(bounds).at(drawn)).clip(limits.shortest, longest)).astype(np.int64)


def _which(different: int, field: Field, rows: Rows) -> Numbers:
    return rows.draws(field.column.name, "which").below(rows.numbers, different)


def _one_of(chosen: Generator, field: Field, rows: Rows, which: Numbers) -> pl.Series:
    """The values of these numbers, from all over what there is."""
    order = rows.draws(field.column.name, "order")
    return chosen.nth(field, order.shuffled(which, chosen.space(field) or 1))


def _fitted(texts: pl.Series, sizes: Numbers) -> pl.Series:
    """Just so long."""
    frame = pl.DataFrame({"text": texts, "size": sizes})
    times = pl.col("size") // (pl.col("text").str.len_chars() + 1) + 1
    longer = pl.concat_str("text", pl.lit(" ")).repeat_by(times).list.join("").str.slice(0, pl.col("size"))
    return frame.select(longer.str.replace(" $", ".")).to_series()
