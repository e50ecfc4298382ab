"""Names of people, and what else is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import polars as pl

from envctl.catalogue import Family
from envctl.masking.suggesting.names import words
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.person import people, persons, whose
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.generators.worded import Pooled, Worded, longest, refused
from envctl.synthetic.pools.pool import pool, told_apart

_RARE = 50
_OTHERS = frozenset({"middle", "second", "maiden", "former", "previous", "geburtsname"})  # names that somebody has, too
_WOMEN = frozenset({"f", "w", "k", "2", "female", "woman", "weiblich", "frau", "femme", "feminin", "féminin", "mujer"})
_MEN = frozenset({"m", "h", "1", "male", "man", "männlich", "mann", "homme", "masculin", "hombre", "masculino"})
_SALUTATIONS = {
    "en": ("Ms.", "Mr."),
    "de": ("Frau", "Herr"),
    "fr": ("Mme", "M."),
    "es": ("Sra.", "Sr."),
    "it": ("Sig.ra", "Sig."),
    "nl": ("Mevr.", "Dhr."),
    "pl": ("Pani", "Pan"),
    "pt": ("Sra.", "Sr."),
}


class _Half(Pooled):
    """One of the two names of a person."""

    def _all(self, field: Field) -> pl.Series:
        raise NotImplementedError

    def _places(self, field: Field, persons: Numbers) -> Numbers:
        raise NotImplementedError

    def entries(self, field: Field) -> pl.Series:
        """Of women and men."""
        return told_apart(self._all(field))

    def tells(self, field: Field) -> bool:
        """Whether it holds the whole name that the row's person has."""
        most, known = longest(field), self._all(field)
        cut = most is not None and most < max(known.str.len_chars())
        return not (cut or refused(field, known) or _OTHERS.intersection(words(field.column.name)))

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """Of the person that the row is about, unless the column takes only some; cut a little without room."""
        known = self._all(field)
        if field.unique or refused(field, known):
            return super().make(field, rows)
        return chosen(known.str.slice(0, longest(field)), self._places(field, persons(field, rows)))


class FirstName(_Half):
    """The first name of the row's person; it fits `gender`, `email` and `username` of the same row. `middle_name` is
    another one.
    """

    name: ClassVar[str] = "first_name"

    def _all(self, field: Field) -> pl.Series:
        return people(field.locale).first

    def _places(self, field: Field, persons: Numbers) -> Numbers:
        known = people(field.locale)
        men, firsts, lasts = known.split(persons)
        if not _OTHERS.intersection(words(field.column.name)):
            return firsts
        return men * known.firsts + (firsts + lasts + 1) % known.firsts


class LastName(_Half):
    """The last name of the row's person, as women or men have it where a language makes a difference. `maiden_name` is
    another one.
    """

    name: ClassVar[str] = "last_name"

    def _all(self, field: Field) -> pl.Series:
        return people(field.locale).last

    def _places(self, field: Field, persons: Numbers) -> Numbers:
        known = people(field.locale)
        men, firsts, lasts = known.split(persons)
        if not _OTHERS.intersection(words(field.column.name)):
            return lasts
        return men * known.lasts + (firsts + lasts + 1) % known.lasts


def together(generators: Sequence[Generator], fields: Sequence[Field]) -> int:
    """In so many rows no two have the same in these columns together: those with both names of one person."""
    halves = {
        (type(generator), whose(field.table, field.column.name))
        for generator, field in zip(generators, fields, strict=True)
        if isinstance(generator, _Half) and generator.tells(field)
    }
    both = any((FirstName, who) in halves and (LastName, who) in halves for _, who in halves)
    return people(fields[0].locale).total if both else 0


class FullName(Worded):
    """First and last name of the row's person, in the order of the language; no two rows have the same before all
    names have been used.
    """

    name: ClassVar[str] = "full_name"

    def total(self, field: Field) -> int:
        """Each first name with each last name."""
        return people(field.locale).total

    def lengths(self, field: Field) -> tuple[int, int]:
        """Of both names and what is between them."""
        return people(field.locale).lengths

    def which(self, field: Field, rows: Rows, total: int) -> Numbers:  # noqa: ARG002 – all that there are
        """The row's person."""
        return persons(field, rows)

    def text(self, field: Field, numbers: Numbers) -> pl.Series:
        """The name of a person."""
        return people(field.locale).whole(numbers)


class Gender(Generator):
    """The gender of the row's person, written as the column has it: in the words that a condition or an enum lists.

    Without such words `female` and `male`, `f` and `m` in a column of one character, and 2 and 1 (ISO 5218) in one of
    whole numbers. Whatever else is listed is what one of fifty has.
    """

    name: ClassVar[str] = "gender"
    makes: ClassVar[frozenset[Family]] = frozenset({"text", "enum", "integer"})

    def objection(self, field: Field) -> str | None:
        """Both must be among the words."""
        said = _sexes(field)
        if not (said["f"] and said["m"]):
            return "has no word for women and one for men among those that it may hold"
        most = longest(field)
        if field.limits.patterns or (most is not None and any(len(word) > most for word in _labels(field))):
            return "holds no words for women and men"
        return None

    def space(self, field: Field) -> int:
        """As many as there are words."""
        return len(_labels(field))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """Word by word."""
        return _as_type(chosen(pl.Series(_labels(field), dtype=pl.String), numbers), field)

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """By the first name."""
        said = _sexes(field)
        spelled = [*said["f"][:1], *said["m"][:1], *said[""]]
        men = people(field.locale).split(persons(field, rows))[0]
        chance = rows.draws(field.column.name)
        if said[""]:
            other = chance.below(rows.numbers, _RARE) == 0
            men = np.where(other, 2 + chance.of("other").below(rows.numbers, len(said[""])), men)
        return _as_type(chosen(pl.Series(spelled, dtype=pl.String), men), field)


class Salutation(Pooled):
    """How the row's person is addressed: `Ms.` or `Mr.`, or the words of the language."""

    name: ClassVar[str] = "salutation"

    def entries(self, field: Field) -> pl.Series:
        """Of women and of men."""
        return pl.Series(_SALUTATIONS.get(field.locale.partition("_")[0], _SALUTATIONS["en"]), dtype=pl.String)

    def which(self, field: Field, rows: Rows, total: int) -> Numbers:
        """By the first name."""
        if field.unique:
            return super().which(field, rows, total)
        return people(field.locale).split(persons(field, rows))[0] % total


class Job(Pooled):
    """What somebody does for a living."""

    name: ClassVar[str] = "job"

    def entries(self, field: Field) -> pl.Series:
        """Those of the locale."""
        return pool("job", field.locale)


def _labels(field: Field) -> tuple[str, ...]:
    """The words that the column takes for genders."""
    known = field.limits.values if field.limits.values is not None else field.column.labels
    if known:
        return tuple(word for word in known if word not in field.limits.never)
    if field.column.family == "integer":
        return ("2", "1")
    most = longest(field)
    return ("female", "male") if most is None or most >= len("female") else ("f", "m")


def _sexes(field: Field) -> dict[str, list[str]]:
    """The words by whom they are for: `f`, `m` and "" for whatever else they say."""
    said: dict[str, list[str]] = {"f": [], "m": [], "": []}
    for word in _labels(field):
        plain = word.strip().lower()
        said["f" if plain in _WOMEN else "m" if plain in _MEN else ""].append(word)
    return said


def _as_type(spelled: pl.Series, field: Field) -> pl.Series:
    return spelled.cast(pl.Int64) if field.column.family == "integer" else spelled
