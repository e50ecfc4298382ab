"""Companies, and what is bought and paid. No number of it is anybody's."""

from __future__ import annotations

from functools import cache
from math import exp
from statistics import NormalDist
from typing import ClassVar, Self

import numpy as np
import polars as pl
from pydantic import Field as Said
from pydantic import model_validator

from envctl.catalogue import Family
from envctl.masking.suggesting.names import words
from envctl.synthetic.base import Field, Generator, Rows
from envctl.synthetic.draws import Numbers
from envctl.synthetic.generators.numbers_types import Scale, read_number, scale_of
from envctl.synthetic.generators.worded import Pooled
from envctl.synthetic.pools.places import country_code
from envctl.synthetic.pools.pool import pool

_PRICES = 2000  # that are chosen from
_ENDINGS = (99, 99, 95, 50, 0)  # hundredths
_WIDE = (
    0.9  # of the logarithm of prices: two thirds are less than 2.5 times the usual one, and more than its 2.5th part
)
_CURRENCIES = {
    "US": "USD",
    "GB": "GBP",
    "CH": "CHF",
    "JP": "JPY",
    "CN": "CNY",
    "IN": "INR",
    "BR": "BRL",
    "CA": "CAD",
    "AU": "AUD",
    "PL": "PLN",
    "CZ": "CZK",
    "DK": "DKK",
    "SE": "SEK",
    "NO": "NOK",
    "KR": "KRW",
    "MX": "MXN",
    "TR": "TRY",
    "HU": "HUF",
    "UA": "UAH",
}
_NAMES = {
    "AUD": "Australian Dollar",
    "BRL": "Brazilian Real",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "CNY": "Yuan Renminbi",
    "CZK": "Czech Koruna",
    "DKK": "Danish Krone",
    "EUR": "Euro",
    "GBP": "Pound Sterling",
    "HUF": "Forint",
    "INR": "Indian Rupee",
    "JPY": "Yen",
    "KRW": "Won",
    "MXN": "Mexican Peso",
    "NOK": "Norwegian Krone",
    "NZD": "New Zealand Dollar",
    "PLN": "Zloty",
    "SEK": "Swedish Krona",
    "SGD": "Singapore Dollar",
    "TRY": "Turkish Lira",
    "UAH": "Hryvnia",
    "USD": "US Dollar",
    "ZAR": "Rand",
}
_RARE, _USUAL = 4, 6  # by how much, and among how many currencies, the own one leads


class Company(Pooled):
    """The name of a company, as they are called in the locale."""

    name: ClassVar[str] = "company"

    def entries(self, field: Field) -> pl.Series:
        """Those that Faker makes up."""
        return pool("company", field.locale)


class Currency(Pooled):
    """A currency: most rows have the one of the locale's country. Its code (ISO 4217), or in a column that is called
    `name` what it is called in English. In a list of currencies each row gets another one.
    """

    name: ClassVar[str] = "currency"

    def entries(self, field: Field) -> pl.Series:
        """Its own first."""
        own = _CURRENCIES.get(country_code(field.locale), "EUR")
        codes = [own, *(code for code in _NAMES if code != own)]
        named = words(field.column.name)[-1:] == ("name",)
        return pl.Series([_NAMES[code] if named else code for code in codes])

    def which(self, field: Field, rows: Rows, total: int) -> Numbers:
        """The same for code and name."""
        draws = rows.draws("currency")
        if field.unique or words(field.table.name)[-1:] == ("currency",):
            return draws.shuffled(rows.numbers % total, total)
        return (draws.fractions(rows.numbers) ** _RARE * min(total, _USUAL)).astype(np.int64)


class Price(Generator):
    """A price: most are around `usual`, a few much higher, and they end as prices do (`.99`, `.95`, `.50`).

    Rounded to what the column holds. In a column that is called so (`price_cents`) in hundredths.
    """

    name: ClassVar[str] = "price"
    makes: ClassVar[frozenset[Family]] = frozenset({"number", "integer"})

    usual: float = Said(default=25, gt=0, le=1e9, strict=False, description="Half of them are lower.", examples=[200])
    low: float = Said(default=1, ge=0, le=1e9, strict=False, description="None is lower.", examples=[10])
    high: float = Said(default=5000, gt=0, le=1e9, strict=False, description="None is higher.", examples=[300])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.low <= self.usual <= self.high:
            raise ValueError("`usual` is not between `low` and `high`")
        return self

    def objection(self, field: Field) -> str | None:
        """Some must be left."""
        scale = scale_of(field.column)
        if scale is None:
            return f"{field.column.type} is no number"
        return None if len(self._units(field, scale)) else "takes no price between `low` and `high`"

    def space(self, field: Field) -> int:
        """Those that are chosen from, each once."""
        scale = scale_of(field.column)
        return 0 if scale is None else len(np.unique(self._units(field, scale)))

    def nth(self, field: Field, numbers: Numbers) -> pl.Series:
        """The lowest first."""
        scale = _known(field)
        return scale.series(np.unique(self._units(field, scale))[numbers])

    def make(self, field: Field, rows: Rows) -> pl.Series:
        """As they are spread."""
        scale = _known(field)
        units = self._units(field, scale)
        return scale.series(units[rows.draws(field.column.name).below(rows.numbers, len(units))])

    def _units(self, field: Field, scale: Scale) -> Numbers:
        """All prices in the column's own units, those that it takes."""
        cents = {"cent", "cents", "minor"}.intersection(words(field.column.name))
        worth = float(scale.unit) * (1 if cents else 100)
        units: Numbers = np.rint(_prices(self.usual, self.low, self.high) / worth).astype(np.int64)
        low, high = (None if end is None else read_number(end, field) for end in (field.limits.low, field.limits.high))
        lowest = scale.low if low is None else max(scale.low, scale.above(low))
        highest = scale.high if high is None else min(scale.high, scale.below(high))
        refused = (read_number(value, field) for value in field.limits.never)
        never = [one for value in refused if value is not None and (one := scale.exactly(value)) is not None]
        return units[(units >= lowest) & (units <= highest) & ~np.isin(units, never)]


def _known(field: Field) -> Scale:
    """How the column counts; who has none was objected to."""
    scale = scale_of(field.column)
    assert scale is not None  # noqa: S101 – as said
    return scale


@cache
def _prices(usual: float, low: float, high: float) -> Numbers:
    """Some prices in hundredths, as they are spread."""
    middles = (NormalDist().inv_cdf((at + 0.5) / _PRICES) for at in range(_PRICES))
    whole = np.array([usual * exp(_WIDE * middle) for middle in middles]).astype(np.int64) * 100
    ends = np.array(_ENDINGS)[np.arange(_PRICES) % len(_ENDINGS)]
    prices: Numbers = np.clip(whole + ends, int(np.ceil(low * 100)), int(high * 100))
    return prices
