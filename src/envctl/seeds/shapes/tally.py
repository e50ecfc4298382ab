"""What is counted of a column while its rows pass. Pure.

Numbers and moments are rounded before they are counted: nothing finer is held, and however many rows there are, the
different ones stay few. Blocks may be counted anywhere, and taken together in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Literal

import polars as pl

from envctl.seeds.shapes.limits import added, limits, rounded, written
from envctl.seeds.shapes.sketch import NONE, Sketch, sketch
from envctl.seeds.shapes.wanted import Wanted
from envctl.shape import COMMON, DIGITS, GROUP, ColumnShape

_MONTH = r"^(\d{4}-\d\d)"
_BEFORE = "BC"  # behind years that are counted backwards
_FIRST = "-01"  # day of a month
_HARDLY_ANY = 0.95  # of the rows have a value of their own, where all do but for the error of a sketch
_SHARE = 4  # decimals of shares


@dataclass(frozen=True)
class Tally:
    """Of one column. `common` are its values, None once they are too many."""

    rows: int = 0
    nulls: int = 0
    values: Sketch = NONE
    spread: Mapping[Any, float] = field(default_factory=dict)
    common: Counter[str] | None = field(default_factory=Counter, repr=False)

    def __add__(self, other: Tally) -> Tally:
        """Of both taken together."""
        common = None if self.common is None or other.common is None else _few(self.common + other.common)
        return Tally(
            self.rows + other.rows,
            self.nulls + other.nulls,
            self.values + other.values,
            added(chain(self.spread.items(), other.spread.items())),
            common,
        )


def tally(values: pl.Series, wanted: Wanted) -> Tally:
    """Of the texts of a block, as Postgres wrote them."""
    there = values.drop_nulls().alias("value")
    common = _few(_counted(there)) if wanted.common else None
    spread: Mapping[Any, float] = _counted(_spread(there, wanted)) if wanted.spread != "none" else {}
    if wanted.spread == "numbers":  # polars is off by the last bit
        spread = added((rounded(number), count) for number, count in spread.items())
    return Tally(len(values), len(values) - len(there), sketch(there), spread, common)


def _counted(values: pl.Series) -> Counter[Any]:
    counts = values.drop_nulls().value_counts(name="count")
    return Counter(dict(counts.iter_rows()))


def _few(values: Counter[str]) -> Counter[str] | None:
    return values if len(values) <= COMMON else None


def _spread(values: pl.Series, wanted: Wanted) -> pl.Series:
    """What is counted in place of the values."""
    frame, value = values.to_frame(), pl.col("value")
    if wanted.spread == "moments":
        return frame.filter(~value.str.ends_with(_BEFORE)).select(value.str.extract(_MONTH)).to_series()
    if wanted.spread == "numbers":
        number = value.cast(pl.Float64, strict=False)
        return frame.select(number.round_sig_figs(DIGITS)).filter(value.is_finite()).to_series()
    return frame.select(value.str.len_chars().cast(pl.Float64).round_sig_figs(DIGITS).cast(pl.Int64)).to_series()


def shape_of(found: Tally, wanted: Wanted) -> ColumnShape:
    """What is told of it."""
    there = found.rows - found.nulls
    distinct = found.values.distinct
    common: Mapping[str, int] = found.common or {}
    return ColumnShape(
        nulls=round(found.nulls / found.rows, _SHARE) if found.rows else 0.0,
        distinct=different(distinct, there),
        bounds=bounds(found.spread, wanted) if wanted.spread in {"numbers", "moments"} else (),
        lengths=limits(found.spread) if wanted.spread == "lengths" else (),
        repeats=repeats(Counter(found.values.counts.tolist()), distinct, there),
        common=shares({value: count / there for value, count in common.items()}, there),
    )


def different(distinct: int, there: int) -> int | Literal["all"] | None:
    """How many different values there are among so many."""
    if not there:
        return None
    return "all" if distinct >= _HARDLY_ANY * there else distinct


def bounds(weights: Mapping[Any, float], wanted: Wanted, total: float | None = None) -> tuple[str, ...]:
    """Limits of a histogram: of numbers, or of months."""
    found = limits(weights, total)
    return tuple(f"{month}{_FIRST}" for month in found) if wanted.spread == "moments" else tuple(map(written, found))


def repeats(counts: Mapping[int, float], distinct: int, there: int) -> tuple[int, ...]:
    """In how many rows the same value is: so many values are in so many. Nothing where hardly any comes twice."""
    if different(distinct, there) == "all":
        return ()
    return limits(added((int(rounded(count)), many) for count, many in counts.items()), distinct)


def shares(values: Mapping[str, float], there: float) -> tuple[tuple[str, float], ...]:
    """Those that many rows have, the most frequent first; nothing where there are more than what anybody lists."""
    if len(values) > COMMON:
        return ()
    frequent = [(value, round(share, _SHARE)) for value, share in values.items() if share * there >= GROUP]
    return tuple(sorted(frequent, key=lambda one: (-one[1], one[0])))
