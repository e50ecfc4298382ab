"""Texts that match a regular expression."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Impossible
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import named
from envctl.synthetic.patterns import Pattern, Unreadable

_FEW = 1 << 16  # texts, that may all be looked at
_CASES = ("^[^[:upper:]]*$", "^[^[:lower:]]*$")  # so that texts differ also where case is ignored


class Matching(Generator):
    """A text that matches a regular expression, and those that a CHECK asks for."""

    name: ClassVar[str] = "regex"
    makes: ClassVar[frozenset[Family]] = frozenset({"text"})

    regex: str | None = Said(
        default=None,
        min_length=1,
        description="What the text is to match, as Postgres' `~` reads it; without it only what a CHECK says.",
        examples=["^[A-Z]{2}-[0-9]{4}$"],
    )

    def objection(self, field: Field) -> str | None:
        """It must be readable, and leave something within the length that there is."""
        try:
            return None if self._pattern(field).space else "no text matches it and is as short as it must be"
        except (Unreadable, Impossible) as error:
            return str(error)

    def space(self, field: Field) -> int:
        """As many as match, of a usual length."""
        return _Texts.of(self._pattern(field), field.limits.never).space

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """In the order that the expression gives them, but for those that it must not be."""
        return _Texts.of(self._pattern(field), field.limits.never).nth(numbers)

    def _pattern(self, field: Field) -> Pattern:
        regexes = (*((self.regex,) if self.regex else ()), *field.limits.patterns)
        lengths = [n for n in (field.column.length, field.limits.longest) if n is not None]
        if not regexes:
            raise Impossible(f"{named(field)}: say what it is to match with `regex`: no CHECK says so")
        return _read(regexes, field.limits.shortest, min(lengths, default=None), field.column.caseless)


@lru_cache(256)
def _read(regexes: tuple[str, ...], shortest: int, longest: int | None, caseless: bool) -> Pattern:
    for one_case in _CASES if caseless else ():
        if (found := Pattern(*regexes, one_case, shortest=shortest, longest=longest)).space:
            return found
    return Pattern(*regexes, shortest=shortest, longest=longest)


@dataclass(frozen=True, eq=False)
class _Texts:
    """The texts of a pattern without some. Of a few all are looked at; of many the last ones stand in for those."""

    pattern: Pattern
    never: tuple[str, ...]
    few: NDArray[np.int64] | None
    spare: tuple[str, ...]
    space: int

    @classmethod
    @lru_cache(256)
    def of(cls, pattern: Pattern, never: tuple[str, ...]) -> _Texts:
        """Which of its texts are left."""
        if not never:
            return cls(pattern, never, None, (), pattern.space)
        if pattern.space <= _FEW:
            few = np.arange(pattern.space, dtype=np.int64)
            few = few[~pattern.nth(few).is_in(never).to_numpy()]
            return cls(pattern, never, few, (), len(few))
        space = pattern.space - 2 * len(never)
        last = pattern.nth(np.arange(space, pattern.space, dtype=np.int64))
        return cls(pattern, never, None, tuple(last.filter(~last.is_in(never)))[: len(never)], space)

    def nth(self, numbers: Numbers) -> pl.Series:
        """The text of each number."""
        if self.few is not None:
            return self.pattern.nth(self.few[numbers])
        made = self.pattern.nth(numbers)
        if self.never and made.is_in(self.never).any():
            return made.replace(list(self.never), list(self.spare))
        return made
