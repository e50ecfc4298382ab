"""Numbers a little larger or smaller."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import ClassVar, Self, TypeVar

import polars as pl
from pydantic import Field, model_validator

from envctl.catalogue import Column, Family
from envctl.masking.key import number, numbers
from envctl.masking.parts.pieces import patched
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable

_NUMBER = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:([eE][-+]?)([0-9]+))?")
_USUAL = r"^(-?)([0-9]+)(?:\.([0-9]+))?$"
_NO_NUMBERS = frozenset({"NaN", "Infinity", "-Infinity"})
_USUAL_DIGITS = 18  # more of them go aside: products with them must fit into 127 bits
_MOST = 10**_USUAL_DIGITS  # of an amount of so many digits nothing beyond it matters
_PERCENT = 10
_WHOLE = 1_000_000  # parts of it that a percentage is counted in
_FINE = 40  # bits of a digest that say where between its limits a number goes
_EXTRA = "0" * 6  # digits that 1e+20 has beside those it shows: it would hardly move otherwise
_SAFE_EXPONENT = 37  # beyond it a `real` may hold nothing larger, and below its negative nothing smaller
_READABLE = 4300  # digits that Python makes a number of
_LONGEST = 131072 + 16383 + len("-.")  # of a numeric

Known = TypeVar("Known", str, int)


class Noise(Transform):
    """A number not far from what it was and never the same, with as many digits after the point and the same sign.

    It gains no digit before the point, so that it fits wherever the value did. NaN and the infinities stay; zero stays
    where the noise is in percent, and becomes a little more where it is `within` a distance.
    """

    name: ClassVar[str] = "noise"
    takes: ClassVar[frozenset[Family]] = frozenset({"integer", "number"})

    percent: float | None = Field(
        default=None, gt=0, le=100, description="How far at most, of the value; 10 if neither is said.", examples=[25]
    )
    within: float | None = Field(
        default=None, gt=0, lt=1e15, description="How far at most, whatever the value.", examples=[5, 0.5]
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.percent is not None and self.within is not None:
            raise ValueError("`percent` and `within` are two ways to say the same: use one")
        return self

    def longest(self, column: Column) -> int | None:
        """As long as it was, but that a number with an exponent gains digits."""
        return None if column.family == "integer" else _LONGEST

    def bulk(self, values: pl.Series, block: Block) -> pl.Series:
        """Exact, in whole numbers of the last digit; unusual ones one by one."""
        parts = values.str.extract_groups(_USUAL).struct.rename_fields(["sign", "whole", "rest"]).struct.unnest()
        rest, column = pl.col("rest").fill_null(""), block.column
        frame = parts.select(
            "sign",
            (pl.col("whole").str.strip_chars_start("0") + rest).alias("digits"),
            rest.str.len_chars().alias("scale"),
            numbers(block.seed.digests(values), 1 << _FINE).cast(pl.Int128).alias("drawn"),
        ).with_columns(pl.col("digits").str.len_chars().alias("count"))
        few = pl.when(pl.col("count") <= _USUAL_DIGITS)
        frame = frame.with_columns(few.then("0" + pl.col("digits")).cast(pl.Int128).alias("amount")).with_columns(
            self._away(frame["scale"]).alias("away"),
            _most(pl.col("count").clip(1, _USUAL_DIGITS), range(1, _USUAL_DIGITS + 1), _nines).alias("nines"),
            _most(pl.col("sign"), ("", "-"), lambda sign: _limit(sign, column)).alias("limit"),
        )
        done = frame.with_columns(_moved()).select(_written()).to_series()
        row = Row(block.seed, column)
        return patched(values, done.alias(values.name), lambda _, value: self.plain(value, row))

    def plain(self, value: str, row: Row) -> str:
        """The same."""
        if value in _NO_NUMBERS:
            return value
        found = _NUMBER.fullmatch(value)
        if found is None or len(value) > _READABLE:
            raise Unmaskable("a value is no number as Postgres writes it, or one of thousands of digits")
        sign, whole, rest, e, exponent = (part or "" for part in found.groups())
        rest += _EXTRA if e else ""
        amount, scale, power = int(whole + rest), len(rest), int(f"{e[1:]}{exponent}" if e else "0")
        away = (
            max(amount * self._millionths // _WHOLE, min(amount, 1))
            if self.within is None
            else self._units(scale - power)
        )
        high = min(amount + away, _nines(max(len(whole.lstrip("0")) + scale, 1)), _limit(sign, row.column))
        low = max(amount - away, min(amount, 1))
        if abs(power) > _SAFE_EXPONENT:
            low, high = (amount, high) if power < 0 else (low, amount)
        moved = _between(amount, low, high, number(row.seed.digest(value), 1 << _FINE))
        digits = str(moved).zfill(scale + 1)
        point = f"{digits[: len(digits) - scale]}.{digits[len(digits) - scale :]}" if scale else digits
        return f"{sign}{point}{e}{exponent}"

    @property
    def _millionths(self) -> int:
        return round((_PERCENT if self.percent is None else self.percent) * _WHOLE / 100)

    def _units(self, scale: int) -> int:
        """`within` in units of the last of so many digits after the point."""
        return max(int(Decimal(str(self.within)).scaleb(scale)), 1)

    def _away(self, scales: pl.Series) -> pl.Expr:
        """How far at most, in units of the last digit."""
        if self.within is not None:
            return _most(pl.col("scale"), scales.unique().drop_nulls().to_list(), self._units)
        part = pl.col("amount") * pl.lit(self._millionths, dtype=pl.Int128) // pl.lit(_WHOLE, dtype=pl.Int128)
        return pl.max_horizontal(part, _clipped("amount"))


def _between(amount: int, low: int, high: int, drawn: int) -> int:
    """A number between limits that is not the one that is there, if there is another."""
    moved = low + (drawn * (high - low) >> _FINE)
    return moved + (moved >= amount and high > low)


def _moved() -> pl.Expr:
    """The same in bulk."""
    amount, away = pl.col("amount"), pl.col("away")
    low = pl.max_horizontal(amount - away, _clipped("amount"))
    high = pl.min_horizontal(amount + away, "nines", "limit")
    moved = low + pl.col("drawn") * (high - low) // pl.lit(1 << _FINE, dtype=pl.Int128)
    return (moved + ((moved >= amount) & (high > low)).cast(pl.Int128)).alias("moved")


def _written() -> pl.Expr:
    """Texts with the point where it was."""
    scale = pl.col("scale").cast(pl.Int64)
    digits = pl.col("moved").cast(pl.String).str.zfill(scale + 1)
    front = digits.str.len_chars().cast(pl.Int64) - scale
    point = pl.when(scale > 0).then(pl.lit(".")).otherwise(pl.lit(""))
    return pl.col("sign") + digits.str.slice(0, front) + point + digits.str.slice(front)


def _clipped(name: str) -> pl.Expr:
    """1, or 0 where it is 0: what a number may not fall below without losing its sign."""
    return pl.min_horizontal(name, pl.lit(1, dtype=pl.Int128))


def _nines(count: int) -> int:
    return int(10**count) - 1


def _limit(sign: str, column: Column) -> int:
    """The largest amount that the type holds, as far as it matters."""
    end = column.low if sign else column.high
    return _MOST if end is None else abs(end)


def _most(of: pl.Expr, known: Iterable[Known], made: Callable[[Known], int]) -> pl.Expr:
    """What is made of each of a few values, in bulk; more than _MOST is as good as that."""
    values = list(known)
    whole = pl.Series([min(made(value), _MOST) for value in values], dtype=pl.Int128)
    return of.replace_strict(values, whole, default=None, return_dtype=pl.Int128)
