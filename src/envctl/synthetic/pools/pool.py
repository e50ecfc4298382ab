"""Made-up words to choose from, in columns that are gathered from. What a pool holds depends on its locale alone.

Of two entries that differ in case alone one is taken, so that what is unique stays so where case is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Literal

import numpy as np
import polars as pl

from envctl.masking.parts.pools import faker

Kind = Literal[
    "female", "male", "last_female", "last_male", "company", "job", "word", "clause", "street", "city", "state", "agent"
]

_DRAWN = 4000  # entries that Faker is asked for: about as many as it knows of most kinds
_METHODS: dict[Kind, str] = {
    "female": "first_name_female",
    "male": "first_name_male",
    "last_female": "last_name_female",
    "last_male": "last_name_male",
    "company": "company",
    "job": "job",
    "word": "word",
    "clause": "sentence",
    "street": "street_address",
    "city": "city",
    "state": "administrative_unit",
    "agent": "user_agent",
}
_LONGEST: dict[
    Kind, int
] = {  # characters; longer ones are left out, so that they fit into the columns that people make
    "female": 11,
    "male": 11,
    "last_female": 11,
    "last_male": 11,
    "company": 40,
    "job": 40,
    "word": 16,
    "clause": 60,
    "street": 40,
    "city": 30,
    "state": 30,
    "agent": 200,
}
# How letters are written in addresses of mail; the others lose what is above and below them.
_SPELLED = {
    "de": {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"},
    "da": {"å": "aa", "ø": "oe", "æ": "ae"},
    "no": {"å": "aa", "ø": "oe", "æ": "ae"},
}


@cache
def pool(kind: Kind, locale: str) -> pl.Series:
    """Texts of a kind, sorted. Raises LookupError where Faker has none for the locale."""
    source = faker(locale)
    invent: Callable[[], str] | None = getattr(source, _METHODS[kind], None)
    if kind == "street" and locale.startswith("ja"):  # Faker writes those as in English
        invent = lambda: source.town() + source.chome() + source.ban() + source.gou()  # noqa: E731 – as the others
    if invent is None:
        raise LookupError(f"there is no {kind} in the locale {locale}")
    drawn = {" ".join(invent().split()) for _ in range(_DRAWN)} - {""}
    return told_apart({entry for entry in drawn if len(entry) <= _LONGEST[kind]} or drawn)


def told_apart(entries: Iterable[str]) -> pl.Series:
    """Sorted, and of those that differ in case alone one."""
    known = {entry.lower(): entry for entry in sorted(set(entries), reverse=True)}
    return pl.Series(sorted(known.values()), dtype=pl.String)


def some(entries: pl.Series, count: int) -> pl.Series:
    """So many of them, evenly from all."""
    return entries.gather(np.linspace(0, len(entries) - 1, num=count).astype(np.uint32))


def slugs(entries: pl.Series, locale: str) -> pl.Series:
    """The same in small letters of ASCII and nothing else, as addresses are made of; never empty."""
    from faker.decode import unidecode

    spelled = str.maketrans(_SPELLED.get(locale.partition("_")[0], {}))
    plain = (re.sub("[^a-z]", "", unidecode(entry.lower().translate(spelled)).lower()) for entry in entries)
    return pl.Series([slug or "x" for slug in plain], dtype=pl.String)


def joined(*parts: pl.Series | str) -> pl.Series:
    """Texts one after the other; those that are one text stand in every row."""
    found: pl.Series = pl.select(
        pl.concat_str([pl.lit(part, dtype=pl.String) if isinstance(part, str) else pl.lit(part) for part in parts])
    ).to_series()
    return found
