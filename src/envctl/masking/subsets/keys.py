"""Keys of rows as hashes: 8 bytes each, and nothing of what they were made of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from envctl.masking.subsets.forms import Form, formed

_SEED = 7
_SCANS = 16  # so many times all rows are looked at; who asks more often gets them sorted, for 12 bytes more of each
_MANY = 64  # rows for each key that is asked for: with fewer, looking at all of them is no more work
_FEW = 16  # so few are looked at one by one: of a long chain of rows each step brings one, and polars takes its time


@dataclass(frozen=True)
class Key:
    """Columns whose values together are a row's key, and the form that they are compared in."""

    columns: tuple[str, ...]
    forms: tuple[Form, ...]


def hashes(rows: pl.DataFrame, key: Key) -> pl.Series:
    """Of each row the hash of its key; null where a part of it is null, which references nothing and is never found.

    Two keys with one hash (of 64 bits) bring a row too many, never one too few.
    """
    parts = [formed(rows[name].alias("value"), form) for name, form in zip(key.columns, key.forms, strict=True)]
    frame = pl.DataFrame([part.alias(f"c{at}") for at, part in enumerate(parts)])
    found = frame.hash_rows(seed=_SEED)
    null = frame.select(pl.any_horizontal(pl.all().is_null())).to_series()
    return found.zip_with(~null, pl.Series([None], dtype=pl.UInt64)) if null.any() else found


@dataclass
class Keys:
    """All keys of a table's rows, by the rows' numbers."""

    hashes: pl.Series
    _asked: int = 0
    _sorted: tuple[pl.Series, pl.Series] | None = field(default=None, repr=False)  # hashes, and whose they are

    def of(self, rows: pl.Series) -> pl.Series:
        """The different keys of some rows, but for those that reference nothing."""
        if len(rows) <= _FEW:
            found = {self.hashes[row] for row in rows} - {None}
            return pl.Series(list(found), dtype=pl.UInt64)
        return self.hashes.gather(rows).drop_nulls().unique()

    def rows(self, keys: pl.Series) -> pl.Series:
        """The numbers of the rows with such a key."""
        self._asked += 1
        if not len(keys):
            return keys.cast(pl.UInt32)
        if self._asked <= _SCANS or len(keys) * _MANY > len(self.hashes):
            return self.hashes.is_in(keys.implode()).fill_null(value=False).arg_true()
        hashes, rows = self._in_order()
        if len(keys) <= _FEW:
            return pl.Series([rows[at] for key in keys for at in _equal(hashes, key)], dtype=pl.UInt32)
        first, behind = hashes.search_sorted(keys, "left"), hashes.search_sorted(keys, "right")
        return rows.gather(_ranges(first, behind))

    def _in_order(self) -> tuple[pl.Series, pl.Series]:
        if self._sorted is None:
            order = self.hashes.arg_sort().slice(self.hashes.null_count())  # nulls come first
            self._sorted = self.hashes.gather(order), order
        return self._sorted


def _equal(ordered: pl.Series, value: int) -> Iterator[int]:
    """Where a value stands in a series in order."""
    at = bisect_left(ordered, value)
    while at < len(ordered) and ordered[at] == value:
        yield at
        at += 1


def without(rows: pl.Series, marked: pl.Series) -> pl.Series:
    """Those rows that are not marked yet."""
    if len(rows) <= _FEW:
        return pl.Series([row for row in rows if not marked[row]], dtype=pl.UInt32)
    return rows.filter(~marked.gather(rows))


def _ranges(first: pl.Series, behind: pl.Series) -> pl.Series:
    """All numbers from each first one to before its last."""
    frame = pl.DataFrame({"first": first, "behind": behind}).filter(pl.col("first") < pl.col("behind"))
    return frame.select(pl.int_ranges("first", "behind", dtype=pl.UInt32).explode()).to_series()


def joined(parts: Sequence[pl.Series], dtype: type[pl.DataType]) -> pl.Series:
    """Blocks of a table in order."""
    return pl.concat(parts, rechunk=True) if parts else pl.Series([], dtype=dtype)
