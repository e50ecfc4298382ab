"""Names of people."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import ClassVar, Literal

import polars as pl
from pydantic import Field

from envctl.catalogue import Column, Family
from envctl.masking.key import Seed
from envctl.masking.parts.pools import Locale, pool
from envctl.masking.parts.shapes import by_distinct, cut, cut_one, shorter
from envctl.masking.transforms.base import Block, Row, Transform

_Kind = Literal["first", "last"]

# What is between words. Not \s, which is not the same in both of the engines that read these patterns.
_GAP = r"[\t-\r ,;\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_WORD = _GAP.replace("[", "[^", 1)
_MOST = 4  # words that are made; half of them on each side of a comma
_TITLES = (
    "Mr Mrs Ms Miss Mx Dr Prof Sir Dame Lord Lady Rev Fr Herr Frau Hr Dipl Ing Mag M Mme Mlle Sr Sra Srta Don Doña"
)
_SUFFIXES = "Jr Sr II III IV Esq MD DDS DVM PhD MBA CPA RN"


class Name(Transform):
    """Names of the same shape, made up word by word: the first is a first name, each further one a last name.

    So `Mary Ann Smith` in one column and `Mary Ann` and `Smith` in two others stay the same person, wherever they have
    one identity; in `Smith, Mary` the last name comes first. Titles (`Dr.`, `Mrs`) and additions (`Jr.`, `PhD`) are
    left out, and so is the fifth word and what follows it. Many people get the same name: it is no key.
    """

    name: ClassVar[str] = "name"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})
    aspects: ClassVar[frozenset[str]] = frozenset({"part"})

    part: Literal["first", "last", "full"] = Field(
        default="full",
        description="What the column holds: first names, last names, or both (`First Last` or `Last, First`).",
        examples=["first"],
    )
    locale: Locale = "en_US"

    def longest(self, column: Column) -> int | None:
        """Four words; they are cut where the column has no room for them."""
        words = [pool("first", self.locale).longest, *[pool("last", self.locale).longest] * (_MOST - 1)]
        return shorter(max(sum(words), _MOST * words[1]) + len(", ") + _MOST - 2, column)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Word by word."""
        return cut(self._made(values, block.seed), block.column)

    def _made(self, values: pl.Series, seed: Seed) -> pl.Series:
        bare = values.str.replace(_BEFORE, "").str.replace(_AFTER, "")
        found = self._words(bare, seed, first=self.part != "last", most=_MOST)
        return self._turned(bare, found, seed) if self.part == "full" else found

    def _turned(self, bare: pl.Series, found: pl.Series, seed: Seed) -> pl.Series:
        """With those in place whose last name comes first."""
        sides = bare.str.extract_groups(_COMMA).struct.unnest()
        rows = sides.to_series(0).is_not_null().arg_true()
        if not len(rows):
            return found
        last = self._words(sides.to_series(0).gather(rows), seed, first=False, most=_MOST // 2)
        first = self._words(sides.to_series(1).gather(rows), seed, first=True, most=_MOST // 2)
        return found.scatter(rows, last + ", " + first)

    def _words(self, values: pl.Series, seed: Seed, *, first: bool, most: int) -> pl.Series:
        """Each word of a text replaced; null for null."""
        words = values.str.extract_groups(_first_words(most)).struct.unnest()
        kinds = _kinds(first=first, most=most)
        made = [by_distinct(word, self._chosen(kind, seed)) for word, kind in zip(words, kinds, strict=True)]
        frame = pl.DataFrame({"value": values, **{str(at): word for at, word in enumerate(made)}})
        joined = pl.concat_str(pl.exclude("value"), separator=" ", ignore_nulls=True)
        masked: pl.Series = frame.select(pl.when(pl.col("value").is_not_null()).then(joined).alias(values.name))[
            values.name
        ]
        return masked

    def _chosen(self, kind: _Kind, seed: Seed) -> Callable[[pl.Series], pl.Series]:
        """How words become names of a kind."""
        return lambda words: pool(kind, self.locale).of(seed.digests(words))

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        bare = re.sub(_AFTER, "", re.sub(_BEFORE, "", value, count=1), count=1)
        sides = re.search(_COMMA, bare) if self.part == "full" else None
        if sides is None:
            found = self._words_of_one(bare, row.seed, first=self.part != "last", most=_MOST)
        else:
            last = self._words_of_one(sides[1], row.seed, first=False, most=_MOST // 2)
            found = f"{last}, {self._words_of_one(sides[2], row.seed, first=True, most=_MOST // 2)}"
        return cut_one(found, row.column)

    def _words_of_one(self, value: str, seed: Seed, *, first: bool, most: int) -> str:
        words = re.findall(f"{_WORD}+", value)[:most]
        kinds = _kinds(first=first, most=most)
        return " ".join(
            pool(kind, self.locale).of_one(seed.digest(word)) for word, kind in zip(words, kinds, strict=False)
        )


def _kinds(*, first: bool, most: int) -> list[_Kind]:
    """What the words are, in their order."""
    return ["first" if first and at == 0 else "last" for at in range(most)]


def _first_words(most: int) -> str:
    """A pattern of so many words at most, each in a group."""
    return f"^{_GAP}*({_WORD}+)" + f"(?:{_GAP}+({_WORD}+))?" * (most - 1)


def _any_of(words: str) -> str:
    """A pattern of any of these words, in whatever case, with a dot or without one."""
    letters = (
        "".join(f"[{letter.upper()}{letter.lower()}]" for letter in word)
        for word in sorted(words.split(), key=len, reverse=True)
    )
    return rf"(?:{'|'.join(letters)})\.?"


_BEFORE = rf"^{_GAP}*(?:{_any_of(_TITLES)}{_GAP}+)+"
_AFTER = rf"(?:{_GAP}+{_any_of(_SUFFIXES)})+{_GAP}*$"
_COMMA = f"^([^,]*{_WORD}[^,]*),({_GAP}*{_WORD}(?s:.*))"
