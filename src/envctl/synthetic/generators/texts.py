"""Words, sentences and titles that say nothing."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import ClassVar

import numpy as np
import polars as pl
from pydantic import Field as Said

from envctl.synthetic.base import Field, Rows
from envctl.synthetic.choosing.vocabulary import ADJECTIVES, MATERIALS, NOUNS, SCENES, THINGS
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.generators.worded import Pooled, Worded, longest
from envctl.synthetic.pools.pool import joined, pool, slugs, told_apart

_NO_GAP = ("ja", "zh", "th")  # languages that are written without blanks
_MANY = 6  # sentences of the longest paragraph


class Word(Pooled):
    """A word of the language."""

    name: ClassVar[str] = "word"

    def entries(self, field: Field) -> pl.Series:
        """Those that Faker knows."""
        return pool("word", field.locale)


class Sentence(Worded):
    """A sentence of words of the language; it says nothing. Cut where there is no room for all of it."""

    name: ClassVar[str] = "sentence"

    def total(self, field: Field) -> int:
        """Each clause with each other."""
        return len(_clauses(field.locale).first) ** 2

    def lengths(self, field: Field) -> tuple[int, int]:
        """Of two clauses."""
        return _clauses(field.locale).lengths

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """Two clauses."""
        return _clauses(field.locale).sentence(numbers)


class Paragraph(Sentence):
    """A few sentences."""

    name: ClassVar[str] = "paragraph"

    sentences: int = Said(default=3, ge=1, le=_MANY, description="How many at most.", examples=[2])

    def lengths(self, field: Field) -> tuple[int, int]:
        """One of the shortest, or all of the longest."""
        shortest, most = super().lengths(field)
        return shortest, (most + 1) * self.sentences

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """By the first of them they differ; how many follow and which they are comes of it."""
        clauses, total = _clauses(field.locale), self.total(field)
        made = clauses.sentence(numbers)
        for at in range(1, self.sentences):
            there = numbers % self.sentences >= at
            more = joined(clauses.gap, clauses.sentence((numbers * (7919 + at) + at) % total))
            made = joined(made, more.zip_with(pl.Series(there), pl.Series([""]).new_from_index(0, len(numbers))))
        return made


class Title(Worded):
    """A title as books, films and projects have it: in English `Silent Harbor`, else two words of the language."""

    name: ClassVar[str] = "title"

    def total(self, field: Field) -> int:
        """Each word with each other."""
        first, second = _titles(field.locale)
        return len(first) * len(second)

    def lengths(self, field: Field) -> tuple[int, int]:
        """Of both words."""
        sizes = [words.str.len_chars().to_list() for words in _titles(field.locale)]
        return sum(map(min, sizes)) + 1, sum(map(max, sizes)) + 1

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """The two words."""
        first, second = _titles(field.locale)
        seconds, firsts = np.divmod(numbers, len(first))
        return joined(chosen(first, firsts), " ", chosen(second, seconds))


class Product(Worded):
    """What a shop calls something it sells, in English: `Small Oak Chair`."""

    name: ClassVar[str] = "product"

    def total(self, field: Field) -> int:  # noqa: ARG002 – as the base says
        """Each word with each other."""
        return len(ADJECTIVES) * len(MATERIALS) * len(THINGS)

    def lengths(self, field: Field) -> tuple[int, int]:  # noqa: ARG002 – as the base says
        """Of three words."""
        sizes = [list(map(len, words)) for words in (ADJECTIVES, MATERIALS, THINGS)]
        return sum(map(min, sizes)) + 2, sum(map(max, sizes)) + 2

    def text(self, field: Field, numbers: Numbers) -> pl.Series:  # noqa: ARG002 – as the base says
        """Three words."""
        rest, things = np.divmod(numbers, len(THINGS))
        materials, adjectives = np.divmod(rest, len(ADJECTIVES))
        parts = ((ADJECTIVES, adjectives), (MATERIALS, materials), (THINGS, things))
        first, second, third = (chosen(pl.Series(words), places) for words, places in parts)
        return joined(first, " ", second, " ", third)


class Slug(Worded):
    """Two words in small letters with a hyphen between them, as addresses of pages end; no two rows have the same."""

    name: ClassVar[str] = "slug"
    between: ClassVar[str] = "-"
    ahead: ClassVar[str] = ""  # what stands before each of them
    after: ClassVar[str] = ""

    def behind(self) -> str:
        """What stands behind each of them."""
        return self.after

    def total(self, field: Field) -> int:
        """Each word with each other."""
        return len(_slugs(field.locale)) ** 2

    def lengths(self, field: Field) -> tuple[int, int]:
        """Of two words."""
        sizes = _slugs(field.locale).str.len_chars().to_list()
        return 2 * min(sizes) + 1, 2 * max(sizes) + 1

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """Two words."""
        words = _slugs(field.locale)
        first, second = np.divmod(numbers, len(words))
        return joined(chosen(words, first), "-", chosen(words, second))

    def _bare(self, field: Field) -> Field:
        """The same without what stands around it."""
        most, around = longest(field), len(self.ahead) + len(self.behind())
        column = replace(field.column, length=None if most is None else max(most - around, 0))
        limits = replace(field.limits, longest=None, shortest=max(field.limits.shortest - around, 0))
        return replace(field, column=column, limits=limits)

    def objection(self, field: Field) -> str | None:
        """It must have room."""
        return super().objection(self._bare(field))

    def space(self, field: Field) -> int:
        """Nothing is added by what stands around it."""
        return super().space(self._bare(field))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """With what stands around it."""
        return joined(self.ahead, super().nth(self._bare(field), numbers), self.behind())

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """No two rows have the same, whether or not the database insists."""
        return joined(self.ahead, super().make(replace(self._bare(field), unique=True), rows), self.behind())


class FileName(Slug):
    """The name of a file, with its ending; no two rows have the same."""

    name: ClassVar[str] = "file_name"

    ending: str = Said(default="pdf", pattern="^[a-z0-9]{1,8}$", description="What it ends with.", examples=["jpg"])

    def behind(self) -> str:
        """The ending."""
        return f".{self.ending}"


class _Clauses:
    """What sentences of a language are made of."""

    def __init__(self, locale: str) -> None:
        self.gap = "" if locale.partition("_")[0] in _NO_GAP else " "
        whole = pool("clause", locale)
        self.stop = whole[0][-1] if whole[0][-1] in ".。।" else "."
        self.first = told_apart(whole.str.strip_chars(".。। ").to_list())
        self.then = self.first.str.slice(0, 1).str.to_lowercase() + self.first.str.slice(1)
        sizes = self.first.str.len_chars().to_list()
        around = len(self.stop) + len(_AND) + 1
        self.lengths = 2 * min(sizes) + len(self.stop) + 1, 2 * max(sizes) + around

    def sentence(self, numbers: Numbers) -> pl.Series:
        """One clause after the other."""
        first, second = np.divmod(numbers, len(self.first))
        return joined(chosen(self.first, first), _AND if self.gap else "、", chosen(self.then, second), self.stop)


_AND = ", "


@cache
def _clauses(locale: str) -> _Clauses:
    return _Clauses(locale)


@cache
def _titles(locale: str) -> tuple[pl.Series, pl.Series]:
    """The first words and the second ones, none with a blank in it."""
    if locale.startswith("en"):
        return pl.Series(SCENES), pl.Series(NOUNS)
    words = told_apart(w[:1].upper() + w[1:] for w in pool("word", locale) if " " not in w)
    return words, words


@cache
def _slugs(locale: str) -> pl.Series:
    """Words in letters of ASCII, each once."""
    return told_apart(slugs(pool("word", locale), locale))
