"""Texts that are made by choices: what they consist of, and the keyed hashes that choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log2

import polars as pl

from envctl.masking.key import Seed

_DIGITS = 8  # hex digits of a digest for each choice: 32 bits
_CHOICES = 64 // _DIGITS  # of one digest


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
        return -log2(self.chance) if self.chance else inf

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        """A text for each value."""
        raise NotImplementedError

    def plain(self, drawn: Drawn) -> str:
        """The same for one."""
        raise NotImplementedError


@dataclass(frozen=True)
class One(Part):
    """One character of a set."""

    place: int
    characters: tuple[str, ...]

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        """As the base says."""
        if len(self.characters) == 1:
            return drawn.empty + self.characters[0]
        picked = drawn.numbered(self.place, len(self.characters))
        return pl.Series(self.characters, dtype=pl.String).gather(picked)

    def plain(self, drawn: Drawn) -> str:
        """As the base says."""
        if len(self.characters) == 1:
            return self.characters[0]
        return self.characters[drawn.numbered(self.place, len(self.characters))]


@dataclass(frozen=True)
class All(Part):
    """One after the other."""

    parts: tuple[Part, ...]

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        """As the base says."""
        return _concatenated([drawn.empty, *(part.bulk(drawn) for part in self.parts)])

    def plain(self, drawn: Drawn) -> str:
        """As the base says."""
        return "".join(part.plain(drawn) for part in self.parts)


@dataclass(frozen=True)
class Either(Part):
    """One of several."""

    place: int
    parts: tuple[Part, ...]

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        """As the base says."""
        picked = drawn.numbered(self.place, len(self.parts))
        made = self.parts[0].bulk(drawn)
        for at, part in enumerate(self.parts[1:], start=1):
            made = part.bulk(drawn).zip_with(picked == at, made)
        return made

    def plain(self, drawn: Drawn) -> str:
        """As the base says."""
        return self.parts[drawn.numbered(self.place, len(self.parts))].plain(drawn)


@dataclass(frozen=True)
class Times(Part):
    """As many of its parts, from the first on, as a choice says; `least` at least."""

    place: int
    least: int
    parts: tuple[Part, ...]

    def bulk(self, drawn: DrawnBulk) -> pl.Series:
        """As the base says."""
        times = drawn.numbered(self.place, len(self.parts) - self.least + 1) + self.least
        made = [part.bulk(drawn).zip_with(times > at, drawn.empty) for at, part in enumerate(self.parts)]
        return _concatenated([drawn.empty, *made])

    def plain(self, drawn: Drawn) -> str:
        """As the base says."""
        times = drawn.numbered(self.place, len(self.parts) - self.least + 1) + self.least
        return "".join(part.plain(drawn) for part in self.parts[:times])


def _concatenated(texts: Sequence[pl.Series]) -> pl.Series:
    whole: pl.Series = pl.select(pl.concat_str([pl.lit(series) for series in texts])).to_series()
    return whole
