"""Where people live."""

from __future__ import annotations

import re
from functools import cache
from typing import ClassVar, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from envctl.catalogue import Column, Family
from envctl.masking.key import number, numbers
from envctl.masking.parts.pools import Kind, Locale, pool
from envctl.masking.parts.shapes import cut, cut_one, shorter
from envctl.masking.transforms.base import Block, Row, Transform

_HOUSES = 9999
_AT: dict[Kind, int] = {"postcode": 2, "city": 3, "state": 0, "country": 0}  # which number of a digest chooses


class Address(Transform):
    """A street with a number as they are written in the locale, or another part of an address, by what the value was.

    Each part is chosen by itself: city, postcode and country of a row need not belong together.
    """

    name: ClassVar[str] = "address"
    takes: ClassVar[frozenset[Family]] = frozenset({"text"})
    aspects: ClassVar[frozenset[str]] = frozenset({"part"})

    part: Literal["street", "postcode", "state", "country", "full"] = Field(
        default="street",
        description="What the column holds: the line with the street, or all in one line (`Street 1, 12345 City`).",
        examples=["postcode"],
    )
    locale: Locale = "en_US"

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.part == "state":
            try:
                pool("state", self.locale)
            except LookupError:
                raise ValueError(f"there are no names of states in the locale {self.locale!r}") from None
        return self

    def longest(self, column: Column) -> int | None:
        """All of its parts; it is cut where the column has no room for it."""
        if self.part not in {"street", "full"}:
            return shorter(pool(_kind(self.part), self.locale).longest, column)
        most = max(map(len, pool("street", self.locale).entries)) + len(str(_HOUSES))
        if self.part == "full":
            most += len(",  ") + sum(pool(kind, self.locale).longest for kind in ("postcode", "city"))
        return shorter(most, column)

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Chosen by a keyed hash."""
        return cut(self._made(block.seed.digests(values)), block.column)

    def _made(self, digests: pl.Series) -> pl.Series:
        if self.part not in {"street", "full"}:
            return self._chosen(_kind(self.part), digests)
        streets = _frame(self.locale)
        house = (numbers(digests, _HOUSES, at=1) + 1).cast(pl.String).alias("house")
        frame = streets.select(pl.all().gather(numbers(digests, len(streets)))).with_columns(house)
        with_house = pl.concat_str("before", "house", "after")
        found: pl.Series = frame.select(pl.coalesce(with_house, "before").alias("street"))["street"]
        if self.part == "street":
            return found
        return found + ", " + self._chosen("postcode", digests) + " " + self._chosen("city", digests)

    def _chosen(self, kind: Kind, digests: pl.Series) -> pl.Series:
        return pool(kind, self.locale).of(digests, at=_AT[kind])

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        digest = row.seed.digest(value)
        if self.part not in {"street", "full"}:
            return cut_one(self._chosen_one(_kind(self.part), digest), row.column)
        streets = _streets(self.locale)
        before, after = streets[number(digest, len(streets))]
        street = before if after is None else f"{before}{number(digest, _HOUSES, at=1) + 1}{after}"
        if self.part == "street":
            return cut_one(street, row.column)
        whole = f"{street}, {self._chosen_one('postcode', digest)} {self._chosen_one('city', digest)}"
        return cut_one(whole, row.column)

    def _chosen_one(self, kind: Kind, digest: str) -> str:
        return pool(kind, self.locale).of_one(digest, at=_AT[kind])


def _kind(part: str) -> Kind:
    """The pool of a part."""
    kinds: dict[str, Kind] = {"postcode": "postcode", "state": "state", "country": "country"}
    return kinds[part]


@cache
def _streets(locale: str) -> tuple[tuple[str, str | None], ...]:
    """What stands before and after the number of a house, in the pool's order; no second one where there is none."""
    parts = (re.split("[0-9]+", entry, maxsplit=1) for entry in pool("street", locale).entries)
    return tuple((before, "".join(after) if after else None) for before, *after in parts)


@cache
def _frame(locale: str) -> pl.DataFrame:
    """The same as two columns."""
    return pl.DataFrame(_streets(locale), {"before": pl.String, "after": pl.String}, orient="row")
