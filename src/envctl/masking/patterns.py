"""Regular expressions read backwards: texts that match them, by choices that a keyed hash makes."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import count
from math import log2, prod
from typing import Any

import polars as pl

from envctl.masking.key import Seed

_DIGITS = 8  # hex digits of a digest for each choice: 32 bits
_CHOICES = 64 // _DIGITS  # of one digest
_MOST_CHOICES = 4000  # of a pattern
_MOST_CHARACTERS = 1 << 16  # of a set
_BEYOND = 8  # times that what is repeated without an end is repeated more than it must be
_PRINTABLE = frozenset(chr(code) for code in range(0x20, 0x7F))
_ALPHANUMERIC = frozenset(string.ascii_letters + string.digits)
_CATEGORIES = {
    "CATEGORY_DIGIT": frozenset(string.digits),
    "CATEGORY_WORD": _ALPHANUMERIC | {"_"},
    "CATEGORY_SPACE": frozenset(" "),
}
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT"}
_SURROGATES = range(0xD800, 0xE000)


class BadPattern(ValueError):
    """A pattern that no text can be made of; says why."""


class Drawn:
    """The choices for one value: `numbered` gives 0 ≤ n < below, another one for each place in the pattern."""

    def __init__(self, seed: Seed, value: str) -> None:
        self._seed, self._value = seed, value

    def numbered(self, place: int, below: int) -> int:
        """By a part of a keyed hash."""
        digest, part = divmod(place, _CHOICES)
        return int(self._seed.digest(f"{digest} {self._value}")[part * _DIGITS : (part + 1) * _DIGITS], 16) % below


class DrawnBulk:
    """The same for many values."""

    def __init__(self, seed: Seed, values: pl.Series) -> None:
        self._seed, self._values = seed, values
        self._digests: dict[int, pl.Series] = {}
        self.empty = values.str.slice(0, 0)  # and null for null

    def numbered(self, place: int, below: int) -> pl.Series:
        """By a part of a keyed hash of each."""
        digest, part = divmod(place, _CHOICES)
        if digest not in self._digests:
            self._digests[digest] = self._seed.digests(f"{digest} " + self._values)
        taken = self._digests[digest].str.slice(part * _DIGITS, _DIGITS)
        return taken.str.to_integer(base=16, dtype=pl.Int64) % below


@dataclass(frozen=True)
class Part:
    """A piece of a pattern. `longest` is in characters; `chance` is at least that of two values to get the same."""

    longest: int
    chance: float
    fixed: bool  # whether all its texts are of one length

    @property
    def bits(self) -> float:
        """What there is to choose, as a power of two."""
        return -log2(self.chance)

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        """A text for each value."""
        raise NotImplementedError

    def plain(self, drawn: Drawn) -> str:
        """The same for one."""
        raise NotImplementedError


@dataclass(frozen=True)
class _One(Part):
    """One character of a set."""

    place: int
    characters: tuple[str, ...]

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        if len(self.characters) == 1:
            return drawn.empty + self.characters[0]
        picked = drawn.numbered(self.place, len(self.characters))
        return pl.Series(self.characters, dtype=pl.String).gather(picked)

    def plain(self, drawn: Drawn) -> str:
        return self.characters[drawn.numbered(self.place, len(self.characters))]


@dataclass(frozen=True)
class _All(Part):
    """One after the other."""

    parts: tuple[Part, ...]

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        return _concatenated([drawn.empty, *(part.bulk(drawn) for part in self.parts)])

    def plain(self, drawn: Drawn) -> str:
        return "".join(part.plain(drawn) for part in self.parts)


@dataclass(frozen=True)
class _Either(Part):
    """One of several."""

    place: int
    parts: tuple[Part, ...]

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        picked = drawn.numbered(self.place, len(self.parts))
        made = self.parts[0].bulk(drawn)
        for at, part in enumerate(self.parts[1:], start=1):
            made = part.bulk(drawn).zip_with(picked == at, made)
        return made

    def plain(self, drawn: Drawn) -> str:
        return self.parts[drawn.numbered(self.place, len(self.parts))].plain(drawn)


@dataclass(frozen=True)
class _Times(Part):
    """As many of its parts, from the first on, as a choice says; `least` at least."""

    place: int
    least: int
    parts: tuple[Part, ...]

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        times = drawn.numbered(self.place, len(self.parts) - self.least + 1) + self.least
        made = [part.bulk(drawn).zip_with(times > at, drawn.empty) for at, part in enumerate(self.parts)]
        return _concatenated([drawn.empty, *made])

    def plain(self, drawn: Drawn) -> str:
        times = drawn.numbered(self.place, len(self.parts) - self.least + 1) + self.least
        return "".join(part.plain(drawn) for part in self.parts[:times])


def _concatenated(texts: Sequence[pl.Series]) -> pl.Series:
    whole: pl.Series = pl.select(pl.concat_str([pl.lit(series) for series in texts])).to_series()
    return whole


@lru_cache(maxsize=256)
def parsed(pattern: str) -> Part:
    """What a regular expression describes. Raises BadPattern."""
    parser: Any = import_module("re._parser")  # the standard library's own, so that nothing is read in another way
    try:
        tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(f"is no regular expression: {error}") from None
    if tree.state.flags & ~re.UNICODE:
        raise BadPattern("sets flags, which say nothing of the texts to make")
    items = [(str(kind), said) for kind, said in tree]
    if items[:1] and items[0] == ("AT", parser.AT_BEGINNING):
        items.pop(0)
    if items[-1:] and items[-1] == ("AT", parser.AT_END):
        items.pop()
    return _all(items, _places())


def _places() -> Iterator[int]:
    """A number for each choice."""
    for place in count():
        if place == _MOST_CHOICES:
            raise BadPattern("leaves too much to choose")
        yield place


def _all(items: Sequence[tuple[Any, Any]], places: Iterator[int]) -> Part:
    return _joined([_part(str(kind), said, places) for kind, said in items])


def _joined(parts: Sequence[Part]) -> Part:
    """Parts in a row. Where two can be of several lengths, only what is before and behind them tells texts apart."""
    loose = [at for at, part in enumerate(parts) if not part.fixed]
    counted = parts if len(loose) < 2 else [*parts[: loose[0]], *parts[loose[-1] + 1 :]]  # noqa: PLR2004 – a pair
    chance = prod(part.chance for part in counted)
    return _All(sum(part.longest for part in parts), chance, not loose, tuple(parts))


def _either(parts: Sequence[Part], place: int) -> Part:
    """Alternatives. How likely the likeliest repeats itself is a bound for all: they may share texts."""
    longest = max(part.longest for part in parts)
    fixed = all(part.fixed and part.longest == longest for part in parts)
    return _Either(longest, max(part.chance for part in parts), fixed, place, tuple(parts))


def _part(kind: str, said: Any, places: Iterator[int]) -> Part:
    if kind == "SUBPATTERN":
        _, added, removed, inner = said
        if added or removed:
            raise BadPattern("sets flags, which say nothing of the texts to make")
        return _all(inner, places)
    if kind == "BRANCH":
        place = next(places)
        return _either([_all(branch, places) for branch in said[1]], place)
    if kind in _REPEATS:
        low, high, inner = said
        return _repeated(low, high, inner, places)
    characters = sorted(_characters(kind, said))
    if not characters:
        raise BadPattern("has a set that no character is in")
    return _One(1, 1 / len(characters), True, next(places), tuple(characters))


def _repeated(low: int, high: Any, inner: Any, places: Iterator[int]) -> Part:
    """As often as a choice says."""
    last = min(int(high), low + _BEYOND) if str(high) == "MAXREPEAT" else int(high)
    if last > _MOST_CHOICES:
        raise BadPattern("leaves too much to choose")
    if low == last:
        return _joined([_all(inner, places) for _ in range(low)])
    place = next(places)
    parts = [_all(inner, places) for _ in range(last)]
    # Of one length each, the fewest are the likeliest to meet; else nothing is promised.
    chance = prod(part.chance for part in parts[:low]) if all(part.fixed for part in parts) else 1.0
    return _Times(sum(part.longest for part in parts), chance, False, place, low, tuple(parts))


def _characters(kind: str, said: Any) -> frozenset[str]:
    if kind == "LITERAL":
        return frozenset(chr(said))
    if kind == "NOT_LITERAL":
        return _PRINTABLE - {chr(said)}
    if kind == "ANY":
        return _ALPHANUMERIC
    if kind == "RANGE":
        if said[1] - said[0] > _MOST_CHARACTERS:
            raise BadPattern("has a set of too many characters")
        return frozenset(chr(code) for code in range(said[0], said[1] + 1) if code and code not in _SURROGATES)
    if kind == "CATEGORY":
        named = str(said)
        there = _CATEGORIES.get(named.replace("_NOT_", "_"))
        if there is not None:
            return _PRINTABLE - there if "_NOT_" in named else there
    if kind == "IN":
        negated = bool(said) and str(said[0][0]) == "NEGATE"
        sets = [_characters(str(inner), value) for inner, value in said[negated:]]
        there = frozenset[str]().union(*sets)
        return _PRINTABLE - there if negated else there
    raise BadPattern("uses what no text can be made from: look-arounds, references, anchors inside")
