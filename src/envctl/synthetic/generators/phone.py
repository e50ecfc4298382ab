"""Numbers of telephones that ring nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import polars as pl
from pydantic import Field as Said

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.typed_letters import chosen, digits, texts
from envctl.synthetic.generators.worded import longest
from envctl.synthetic.pools.pool import joined

Style = Literal["spaced", "plain", "digits"]

_DIGITS = b"0123456789"
_STYLES: tuple[Style, ...] = ("spaced", "plain", "digits")


@dataclass(frozen=True)
class _Plan:
    """Numbers that begin with one of these and end with as many digits as there are #."""

    heads: tuple[str, ...]
    tail: str

    @property
    def each(self) -> int:
        """How many there are of each."""
        return int("1" + "0" * self.tail.count("#"))

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.heads) * self.each

    @property
    def longest(self) -> int:
        """Characters."""
        return max(map(len, self.heads)) + len(self.tail)

    def nth(self, numbers: Numbers) -> pl.Series:
        """Head by head."""
        heads, ends = np.divmod(numbers, self.each)
        made, parts, at = digits(ends, self.tail.count("#"), _DIGITS), [], 0
        for sign in self.tail:
            parts.append(made[:, at : at + 1] if sign == "#" else sign.encode())
            at += sign == "#"
        return joined(chosen(pl.Series(self.heads, dtype=pl.String), heads), texts(parts, len(numbers)))


# Nobody has the area code 555.
_AMERICAN = _Plan(("+1-555-",), "###-####")
# What regulators keep free for films: Ofcom, Bundesnetzagentur, Arcep, ACMA.
_PLANS = {
    "GB": _Plan(
        (
            *("+44 7700 900", "+44 1632 960", "+44 20 7946 0", "+44 191 498 0"),
            *(f"+44 {area} 496 0" for area in (113, 114, 115, 116, 117, 118, 121, 131, 141, 151, 161)),
        ),
        "###",
    ),
    "DE": _Plan(("+49 30 23125 ", "+49 40 66969 ", "+49 69 90009 ", "+49 89 99998 ", "+49 221 4710 "), "###"),
    "FR": _Plan(
        ("+33 1 99 00 ", "+33 2 61 91 ", "+33 3 53 01 ", "+33 4 65 71 ", "+33 5 36 49 ", "+33 6 39 98 "), "## ##"
    ),
    "AU": _Plan(tuple(f"+61 {area} {block} " for area in (2, 3, 7, 8) for block in (5550, 7010)), "####"),
}


class Phone(Generator):
    """A number that is given to nobody: of those that the country keeps for films, else `+1-555-…`.

    Countries with such numbers are Australia, France, Germany and the United Kingdom; where they do not suffice for a
    unique column, American ones follow.
    """

    name: ClassVar[str] = "phone"
    makes: ClassVar[frozenset[Family]] = frozenset({"text", "integer"})

    style: Style | None = Said(
        default=None,
        description="`spaced` as people write it, `plain` without what is between digits, `digits` without the plus. "
        "Without it the first of these that the column has room for.",
        examples=["plain"],
    )

    def objection(self, field: Field) -> str | None:
        """It must have room."""
        if field.column.family == "integer":
            most = 10 ** max(len(_bare(head)) for head in self._plan(field).heads + _AMERICAN.heads)
            high = field.column.high
            return "holds no numbers that are so large" if high is not None and high < most * 10**7 else None
        most_, least = longest(field), self._lengths(field)[self._styled(field)]
        if most_ is not None and most_ < least:
            return "is too narrow for numbers of telephones"
        return "must hold longer texts than numbers of telephones" if field.limits.shortest > _SHORTEST else None

    def space(self, field: Field) -> int:
        """The country's, then America's."""
        plan = self._plan(field)
        return plan.total + (0 if plan is _AMERICAN else _AMERICAN.total)

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The country's first."""
        plan = self._plan(field)
        own = numbers < plan.total
        made = plan.nth(np.where(own, numbers, 0))
        if not own.all():
            made = made.zip_with(pl.Series(own), _AMERICAN.nth(np.where(own, 0, numbers - plan.total)))
        style = self._styled(field)
        if style != "spaced":
            made = made.str.replace_all("[ -]" if style == "plain" else "[ +-]", "")
        return made.cast(pl.Int64) if field.column.family == "integer" else made

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """One of the country's."""
        return self.nth(field, rows.draws(field.column.name).below(rows.numbers, self._plan(field).total))

    def _plan(self, field: Field) -> _Plan:
        return _PLANS.get(field.locale.partition("_")[2], _AMERICAN)

    def _lengths(self, field: Field) -> dict[Style, int]:
        """Characters of the longest in each style."""
        plans = (self._plan(field), _AMERICAN)
        bare = max(len(_bare(head)) + plan.tail.count("#") for plan in plans for head in plan.heads)
        return {"spaced": max(plan.longest for plan in plans), "plain": 1 + bare, "digits": bare}

    def _styled(self, field: Field) -> Style:
        if self.style or field.column.family == "integer":
            return self.style or "digits"
        most = longest(field)
        fit = [s for s in _STYLES if most is None or self._lengths(field)[s] <= most]
        return fit[0] if fit else "digits"


_SHORTEST = 10  # digits of each number, and more


def _bare(head: str) -> str:
    return "".join(sign for sign in head if sign.isdigit())
