"""Made-up names, streets and cities to choose from. What a pool holds depends on its locale alone, not on any key.

Faker invents them once for a process, in an order of its own that is the same for all; afterwards a digest chooses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from typing import TYPE_CHECKING, Annotated, Literal

import polars as pl
from pydantic import AfterValidator, Field

from envctl.masking.key import number, numbers

if TYPE_CHECKING:
    from faker import Faker

Kind = Literal["first", "last", "city", "street", "postcode", "state", "country"]

_DRAWN = 4000  # entries that Faker is asked for: about as many as it knows of most kinds
_USUAL = "en_US"
_METHODS: Mapping[Kind, str] = {
    "first": "first_name",
    "last": "last_name",
    "city": "city",
    "street": "street_address",
    "postcode": "postcode",
    "state": "administrative_unit",
    "country": "country",
}
# Characters; longer ones are left out, so that results fit into the columns that people make.
_LONGEST: Mapping[Kind, int] = {
    "first": 11,
    "last": 11,
    "city": 30,
    "street": 40,
    "postcode": 10,
    "state": 30,
    "country": 40,
}


_USED: list[Pool] = []


@dataclass(frozen=True)
class Pool:
    """What is chosen from, sorted."""

    entries: tuple[str, ...]

    @cached_property
    def longest(self) -> int:
        """Characters of the longest entry."""
        return max(map(len, self.entries))

    @cached_property
    def _series(self) -> pl.Series:
        return pl.Series(self.entries, dtype=pl.String)

    def of(self, digests: pl.Series, *, at: int = 0) -> pl.Series:
        """The entry that each digest chooses; null for null."""
        return self._series.gather(numbers(digests, len(self.entries), at=at))

    def of_one(self, digest: str, *, at: int = 0) -> str:
        """The same of one."""
        return self.entries[number(digest, len(self.entries), at=at)]


@cache
def pool(kind: Kind, locale: str) -> Pool:
    """The pool of a kind. Raises LookupError where Faker has nothing of that kind for the locale."""
    drawn = {" ".join(entry.split()) for entry in _drawn(kind, locale)}
    found = Pool(tuple(sorted({entry for entry in drawn if len(entry) <= _LONGEST[kind]} or drawn)))
    _USED.append(found)
    return found


def used() -> tuple[Pool, ...]:
    """All pools that anything was chosen from in this process."""
    return tuple(_USED)


def known_locale(locale: str) -> str:
    """The locale, if Faker has it. Raises ValueError, with those that look like it."""
    if locale == _USUAL:
        return locale
    from faker.config import AVAILABLE_LOCALES

    if locale in AVAILABLE_LOCALES:
        return locale
    near = get_close_matches(locale.replace("-", "_"), sorted(AVAILABLE_LOCALES), n=3)
    raise ValueError(
        f"there are no names of the locale {locale!r}" + (f"; there are {', '.join(near)}" if near else "")
    )


Locale = Annotated[
    str,
    AfterValidator(known_locale),
    Field(description="Whose language the made-up ones are in: a locale that Faker knows.", examples=["de_DE"]),
]


def _drawn(kind: Kind, locale: str) -> list[str]:
    invent: Callable[[], str] | None = getattr(faker(locale), _METHODS[kind], None)
    if invent is None:
        raise LookupError(f"there is no {kind} in the locale {locale}")
    return [invent() for _ in range(_DRAWN)]


def faker(locale: str) -> Faker:
    """A new one for each pool: what another pool has drawn before does not matter."""
    from faker import Faker

    made = Faker(locale, use_weighting=False)
    made.seed_instance(0)
    return made
