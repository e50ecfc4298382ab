"""Who a row is about: its name, its address of mail and whatever else says something of it agree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import numpy as np
import polars as pl

from envctl.catalogue import Table
from envctl.masking.suggesting.names import hints, words
from envctl.masking.suggesting.vocabulary import COMPANIES, PEOPLE
from envctl.synthetic.base import Field, Rows
from envctl.synthetic.choosing.vocabulary import OWNERS
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import chosen
from envctl.synthetic.pools.pool import Kind, pool, slugs, some

_OF = PEOPLE | COMPANIES | OWNERS
_NAMES = frozenset({"first_name", "last_name", "full_name"})
_REMEMBERED = 10_000  # columns
_LAST_FIRST = ("ja", "zh", "ko", "hu", "vi")  # languages in which the family's name comes first
_NO_GAP = ("zh", "ko")
_LAST: tuple[Kind, Kind] = ("last_female", "last_male")


@dataclass(frozen=True)
class People:
    """All that a locale has: as many women as men, and each first name with each last name."""

    first: pl.Series  # women's, then as many men's
    last: pl.Series  # the same
    first_slugs: pl.Series
    last_slugs: pl.Series
    firsts: int  # of one sex
    lasts: int
    gap: str
    turned: bool  # whether the last name comes first

    @property
    def total(self) -> int:
        """How many different people there are."""
        return 2 * self.firsts * self.lasts

    @cached_property
    def lengths(self) -> tuple[int, int]:
        """Characters of the shortest and of the longest whole name, or a little beyond."""
        sizes = [names.str.len_chars().to_list() for names in (self.first, self.last)]
        return sum(map(min, sizes)) + len(self.gap), sum(map(max, sizes)) + len(self.gap)

    def split(self, people: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Whether each is a man (0 or 1), and the places of the two names."""
        rest, men = np.divmod(people, 2)
        lasts, firsts = np.divmod(rest, self.firsts)
        return men, firsts + men * self.firsts, lasts + men * self.lasts

    def whole(self, people: Numbers) -> pl.Series:
        """Both names, in their order."""
        _, firsts, lasts = self.split(people)
        first, last = chosen(self.first, firsts), chosen(self.last, lasts)
        return last + self.gap + first if self.turned else first + self.gap + last


@cache
def people(locale: str) -> People:
    """Those of a locale, no two of whom have the same name."""
    language = locale.partition("_")[0]
    women, men = _apart(_plain(pool("female", locale)), _plain(pool("male", locale)))
    hers, his = (_plain(pool(kind, locale)) for kind in _LAST)
    if language in _NO_GAP:  # so that it is plain where the other name begins
        hers, his = (names.filter(names.str.len_chars() == 1) for names in (hers, his))
    firsts, lasts = min(len(women), len(men)), min(len(hers), len(his))
    first = pl.concat([some(women, firsts), some(men, firsts)])
    last = pl.concat([some(hers, lasts), some(his, lasts)])
    gap, turned = "" if language in _NO_GAP else " ", language in _LAST_FIRST
    return People(first, last, slugs(first, locale), slugs(last, locale), firsts, lasts, gap, turned)


def _plain(names: pl.Series) -> pl.Series:
    """Those of one word, if there are any: two of them with a blank between them are nobody else's."""
    plain = names.filter(~names.str.contains(" "))
    return plain if len(plain) else names


def _apart(women: pl.Series, men: pl.Series) -> tuple[pl.Series, pl.Series]:
    """So that no first name is both a woman's and a man's."""
    others = men.filter(~men.str.to_lowercase().is_in(women.str.to_lowercase().to_list()))
    if len(others):
        return women, others
    return women.gather_every(2), women.gather_every(2, offset=1)


def persons(field: Field, rows: Rows) -> Numbers:
    """Who these rows are about: a permutation of all that there are, over and over."""
    total = people(field.locale).total
    return rows.draws("person", whose(field.table, field.column.name)).shuffled(rows.numbers % total, total)


@lru_cache(_REMEMBERED)
def whose(table: Table, column: str) -> str:
    """Which of the people in a row a column is about: "billing" for `billing_name`; "" for the only one.

    What says nothing of that is about the one whose name the row has.
    """
    found = _owner(table, column)
    if found:
        return found
    named = {_owner(table, other.name) for other in table.columns if _is_name(other.name, table.name)}
    return next(iter(named)) if len(named) == 1 else ""


def _owner(table: Table, column: str) -> str:
    own = words(table.name)[-1:]
    return " ".join(word for word in words(column) if word in _OF and word not in own)


def _is_name(column: str, table: str) -> bool:
    found = hints(column, table)
    return bool(found) and found[0].kind in _NAMES and words(column)[-1:] != ("by",)
