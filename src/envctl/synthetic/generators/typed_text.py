"""Texts of which nothing is known but how long they may be."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import MOST, Numbers
from envctl.synthetic.generators.numbers_types import Span
from envctl.synthetic.generators.typed_letters import chosen, digits, texts


def _words(text: str) -> pl.Series:
    return pl.Series(text.split())


FIRST = _words("""
    amber ancient bold brisk calm clear cosy curious dusty early fancy gentle golden grand happy hidden jolly keen light
    lively loyal lucky mellow modest noble quiet rapid rustic silver steady sunny warm
""")
SECOND = _words("""
    anchor apple arrow beacon bridge canyon castle cedar cloud comet coral ember falcon forest garden harbor island
    jungle lantern meadow mirror orchid pebble prairie river saddle shadow summit thunder valley violet willow
""")
_PAIRS = len(FIRST) * len(SECOND)
_WORDY = 24  # characters, from which on there is room for two words and a number
_PAIR = 16  # characters of the longest two words, with the blanks around them
_SHORTEST = 10  # characters of the shortest two
_DIGITS = 12  # of the number behind them, at most
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_WIDTH = 12  # of these letters, for codes: more are not told apart in 62 bits
_REST = " and so on"


class Text(Generator):
    """Two words, with a number behind them where each has to be another; where there is no room, letters and digits."""

    name: ClassVar[str] = "text"
    makes: ClassVar[frozenset[Family]] = frozenset({"text"})

    def objection(self, field: Field) -> str | None:
        """There must be something left."""
        return None if self.space(field) else "no text is left between its limits"

    def space(self, field: Field) -> int:
        """With the number, as long as it may be."""
        longest = _longest(field)
        if longest is not None and field.limits.shortest > longest:
            return 0
        if _wordy(longest):
            return int(_PAIRS * 10 ** min((longest or MOST) - _PAIR - 2, _DIGITS))
        return min(_codes(field).size, MOST)

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Two words; then the same with numbers."""
        if not _wordy(_longest(field)):
            return _code(field, _codes(field).nth(numbers))
        pair, rest = numbers % _PAIRS, pl.Series(numbers // _PAIRS)
        words = pl.DataFrame(
            {"a": chosen(FIRST, pair // len(SECOND)), "b": chosen(SECOND, pair % len(SECOND)), "n": rest}
        )
        number = pl.when(pl.col("n") > 0).then(pl.concat_str(pl.lit(" "), pl.col("n"))).otherwise(pl.lit(""))
        made = words.select(pl.concat_str("a", pl.lit(" "), "b", number)).to_series()
        return _long_enough(made, field.limits.shortest)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Without numbers where there are words."""
        limit = _PAIRS if _wordy(_longest(field)) else self.space(field)
        return self.nth(field, rows.draws(field.column.name).below(rows.numbers, limit))


def _longest(field: Field) -> int | None:
    return min((n for n in (field.column.length, field.limits.longest) if n is not None), default=None)


def _wordy(longest: int | None) -> bool:
    return longest is None or longest >= _WORDY


def _width(field: Field) -> int:
    return min(_longest(field) or 0, _WIDTH)


def _codes(field: Field) -> Span:
    """The numbers of all codes of the width that there is, but for those that it must not be."""
    width, space = _width(field), len(_LETTERS) ** _width(field)
    never = [_number(text) for text in field.limits.never if len(text) == width and set(text.encode()) <= set(_LETTERS)]
    return Span.without(0, min(space, MOST) - 1, never)


def _number(code: str) -> int:
    found = 0
    for letter in code.encode():
        found = found * len(_LETTERS) + _LETTERS.index(letter)
    return found


def _code(field: Field, numbers: Numbers) -> pl.Series:
    more = max(field.limits.shortest - _width(field), 0)
    return texts([b"A" * more, digits(numbers, _width(field), _LETTERS)], len(numbers))


def _long_enough(made: pl.Series, shortest: int) -> pl.Series:
    """With more words behind them, where a text has to be so long. What differed does so still."""
    if shortest <= _SHORTEST:
        return made
    tail = pl.lit(_REST * (shortest // len(_REST) + 1))
    missing = (pl.lit(shortest) - pl.col("t").str.len_chars().cast(pl.Int64)).clip(0)
    return made.to_frame("t").select(pl.col("t") + tail.str.slice(0, missing)).to_series()
