"""What makers of texts have in common: how long one may be, and how many of them there are."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import chosen

_ENOUGH = 16  # characters with which a text that is cut still says something
_TOLD = 8  # characters that say enough of a name that is longer
MANY = 1 << 62  # values that nobody ever runs out of


def longest(field: Field) -> int | None:
    """Characters that there is room for; None for any number."""
    both = [most for most in (field.column.length, field.limits.longest) if most is not None]
    return min(both, default=None)


def numbered(texts: pl.Series, numbers: Numbers, field: Field, between: str = " ") -> pl.Series:
    """Texts with their numbers behind them, and cut so that these fit: others for other numbers."""
    behind = between + pl.Series(numbers).cast(pl.String)
    most = longest(field)
    if most is not None:
        room = pl.lit(most) - pl.col("behind").str.len_chars().cast(pl.Int64)
        frame = pl.DataFrame({"text": texts, "behind": behind})
        texts = frame.select(pl.col("text").str.slice(0, room.clip(lower_bound=0)).str.strip_chars_end())["text"]
    return texts + behind


def refused(field: Field, entries: pl.Series) -> bool:
    """Whether the column must not hold some of them, even if they are cut a little."""
    most, sizes = longest(field), entries.str.len_chars().to_list()
    narrow = most is not None and most < min(max(sizes), _TOLD)
    return narrow or min(sizes) < field.limits.shortest or entries.is_in(list(field.limits.never)).any()


class Worded(Generator):
    """Texts of which there are so many, and no more; where more are needed, they get a number behind them.

    Where the field is unique, the rows get one each by their numbers, in another order.
    """

    makes: ClassVar[frozenset[Family]] = frozenset({"text"})
    between: ClassVar[str] = " "  # the text and its number: nothing that it makes ends with this and a number

    def total(self, field: Field) -> int:
        """How many texts there are."""
        raise NotImplementedError

    def lengths(self, field: Field) -> tuple[int, int]:
        """Characters of the shortest and of the longest."""
        raise NotImplementedError

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """The text of each number, 0 ≤ n < total: others for others, also where case is ignored."""
        raise NotImplementedError

    def which(self, field: Field, rows: Rows, total: int) -> Numbers:
        """The number of the text that each row gets: where the field is unique, a permutation of the first rows."""
        draws = rows.draws(field.column.name)
        if field.unique:
            return draws.shuffled(rows.numbers % total, total)
        return draws.below(rows.numbers, total)

    def objection(self, field: Field) -> str | None:
        """They must have room."""
        most = longest(field)
        if not self.total(field) or (most is not None and most < self._roomy(field)):
            return f"there is no {self.name.replace('_', ' ')} that is so short"
        if self.lengths(field)[0] < field.limits.shortest:
            return f"there is no {self.name.replace('_', ' ')} that is so long"
        return None

    def _roomy(self, field: Field) -> int:
        """Characters with which a cut text still says something."""
        return min(self.lengths(field)[1], 2 * self.lengths(field)[0], _ENOUGH)

    def distinct(self, field: Field) -> bool:  # noqa: ARG002 – as the base says
        """They are."""
        return True

    def space(self, field: Field) -> int:
        """All of them, and as many more as numbers fit behind them."""
        total, most = self.total(field), longest(field)
        room = MANY if most is None else int("1" + "0" * min(max(most - len(self.between), 0), 18))
        return min(room, MANY) if self._cut(field) else max(total, min(room, MANY))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The texts as they are, and then with their numbers."""
        total = self.total(field)
        return self._unlike(field, numbers % total, numbers)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Those that the rows get."""
        places = self.which(field, rows, self.total(field))
        if field.unique:
            return self._unlike(field, places, rows.numbers)
        made, most = self.text(field, places), longest(field)
        return made.str.slice(0, most).str.strip_chars_end() if most is not None and self._cut(field) else made

    def _cut(self, field: Field) -> bool:
        """Whether some have too little room."""
        most = longest(field)
        return most is not None and most < self.lengths(field)[1]

    def _unlike(self, field: Field, places: Numbers, numbers: Numbers) -> pl.Series:
        """The texts at these places, others for other numbers; at first the places are a permutation of the numbers."""
        made = self.text(field, places)
        if self._cut(field):
            return numbered(made, numbers, field, self.between)
        further = numbers >= self.total(field)
        if not further.any():
            return made
        return numbered(made, numbers, field, self.between).zip_with(pl.Series(further), made)


class Pooled(Worded):
    """One of a list."""

    def entries(self, field: Field) -> pl.Series:
        """The list, of which no two differ in case alone."""
        raise NotImplementedError

    def fitting(self, field: Field) -> pl.Series:
        """What of it the column takes."""
        entries, limits, most = self.entries(field), field.limits, longest(field)
        size = entries.str.len_chars()
        fits = (size >= limits.shortest) & ~entries.is_in(list(limits.never))
        if field.unique:
            fits &= ~entries.str.contains(self.between + "[0-9]+$")
        return entries.filter(fits if most is None else fits & (size <= most))

    def total(self, field: Field) -> int:
        """What fits."""
        return len(self.fitting(field))

    def lengths(self, field: Field) -> tuple[int, int]:
        """Of what fits."""
        size = self.fitting(field).str.len_chars()
        return int(size.min() or 0), int(size.max() or 0)  # type: ignore[arg-type]  # lengths are numbers

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """Of what fits."""
        return chosen(self.fitting(field), numbers)
