"""Texts of which some characters are replaced and the others stay where they are: done for all of one shape at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

import polars as pl

from envctl.catalogue import Column

_WORTH = 64  # rows of one kind: a pass over fewer costs more than one text after the other
_LOOKED_AT = 128  # rows that tell which shapes are the usual ones
_USUAL = 12  # of them at most, which are looked for before anything else
_AGAIN = 4  # times that a value comes on average, so that it is worth while to tell the same ones from others


@dataclass(frozen=True)
class Shaped:
    """How texts of one kind are done: those that `like` matches, others by `odd`.

    A shape is a text with each character of a class (`[0-9]`) as the class's mark (`0`). Whether a text is `like` its
    shape must tell: the pattern asks for characters of the classes alone, and else for ASCII.
    """

    like: str
    marks: Mapping[str, str]  # mark → class
    bulk: Callable[[pl.Series, str], pl.Series]  # texts of the shape
    plain: Callable[[str], str]  # the same of one
    odd: Callable[[pl.Series], pl.Series]

    def shapes(self, values: pl.Series) -> pl.Series:
        """The shape of each text."""
        for mark, chosen in self.marks.items():
            values = values.str.replace_all(chosen, mark)
        return values


def by_shape(values: pl.Series, way: Shaped) -> pl.Series:
    """Texts done by their shapes: first the usual ones, each found by a pattern, then the others. Null for null."""
    left, parts = pl.DataFrame({"value": values}).with_row_index("row").drop_nulls("value"), []
    for shape in _usual(left["value"], way):
        fits = left["value"].str.contains(_pattern(shape, way))
        if len(left) == len(values) and fits.all():
            return way.bulk(values, shape)
        part = left.filter(fits)
        parts.append(_done(part["row"], way.bulk(part["value"], shape)))
        left = left.filter(~fits)
    like = left["value"].str.contains(f"^(?:{way.like})$")
    rest, odd = left.filter(like), left.filter(~like)
    if len(rest):
        parts.append(_done(rest["row"], by_kind(rest["value"], way.shapes(rest["value"]), way.bulk, way.plain)))
    if len(odd):
        parts.append(_done(odd["row"], way.odd(odd["value"])))
    return _together(len(values), parts)


def by_kind(
    values: pl.Series, kinds: pl.Series, bulk: Callable[[pl.Series, str], pl.Series], plain: Callable[[str], str]
) -> pl.Series:
    """What `bulk` makes of all values of a kind, and `plain` of those whose kind is rare; null where the kind is."""
    if len(kinds) >= _WORTH and not kinds.null_count() and (kinds == kinds[0]).all():
        return bulk(values, kinds[0])
    frame = pl.DataFrame({"value": values, "kind": kinds}).with_row_index("row").drop_nulls("kind")
    counts = frame["kind"].value_counts().filter(pl.col("count") >= _WORTH)
    usual = sorted(counts["kind"].to_list())
    parts = []
    for kind in usual:
        part = frame.filter(pl.col("kind") == kind)
        parts.append(_done(part["row"], bulk(part["value"], kind)))
    rare = frame.filter(~pl.col("kind").is_in(usual))
    if len(rare):
        parts.append(_done(rare["row"], pl.Series([plain(value) for value in rare["value"]], dtype=pl.String)))
    return _together(len(values), parts)


def _usual(values: pl.Series, way: Shaped) -> list[str]:
    """The shapes that are frequent among some of the texts, the most frequent first."""
    some = values.gather_every(max(len(values) // _LOOKED_AT, 1))
    counts = Counter(way.shapes(some))
    usual = [shape for shape, count in counts.most_common() if count * _USUAL * 2 >= len(some) >= _WORTH]
    return [shape for shape in usual if re.fullmatch(way.like, shape)][:_USUAL]


def _pattern(shape: str, way: Shaped) -> str:
    """What matches texts of a shape."""
    parts = []
    for start, end, chosen in runs(shape, "".join(way.marks)):
        if chosen:
            parts += [f"{way.marks[mark]}{{{len(list(run))}}}" for mark, run in groupby(shape[start:end])]
        else:
            parts += [sign if sign.isalnum() else f"\\x{ord(sign):02x}" for sign in shape[start:end]]
    return f"^{''.join(parts)}$"


def _done(rows: pl.Series, masked: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"row": rows, "value": masked})


def _together(count: int, parts: list[pl.DataFrame]) -> pl.Series:
    """Parts in the order of their rows, null where none has the row."""
    if len(parts) == 1 and len(parts[0]) == count:
        return parts[0]["value"]
    rows = pl.DataFrame({"row": pl.int_range(count, eager=True, dtype=pl.UInt32)})
    found = pl.concat([pl.DataFrame(schema={"row": pl.UInt32, "value": pl.String}), *parts])
    return rows.join(found, on="row", how="left", maintain_order="left")["value"]


def taken(values: pl.Series, shape: str, marks: str) -> pl.Series:
    """The characters of each value that stand where the shape has one of `marks`, put together."""
    if shape and not shape.strip(marks):
        return values
    value = pl.col("value")
    parts = [value.str.slice(start, end - start) for start, end, chosen in runs(shape, marks) if chosen]
    found: pl.Series = pl.DataFrame({"value": values}).select(pl.concat_str(parts).alias("value"))["value"]
    return found


def put(characters: pl.Series, shape: str, marks: str) -> pl.Series:
    """The shape with characters of each value in place of its `marks`: what `taken` takes out, put back."""
    if shape and not shape.strip(marks):
        return characters
    value, at = pl.col("value"), 0
    parts: list[pl.Expr] = []
    for start, end, chosen in runs(shape, marks):
        parts.append(value.str.slice(at, end - start) if chosen else pl.lit(shape[start:end]))
        at += end - start if chosen else 0
    found: pl.Series = pl.DataFrame({"value": characters}).select(pl.concat_str(parts).alias("value"))["value"]
    return found


def put_one(characters: str, shape: str, marks: str) -> str:
    """The same of one."""
    left = iter(characters)
    return "".join(next(left) if mark in marks else mark for mark in shape)


def runs(shape: str, marks: str) -> list[tuple[int, int, bool]]:
    """Where each run of marks and of other characters starts and ends, and whether it is one of marks."""
    found = re.finditer(f"([{re.escape(marks)}]+)|[^{re.escape(marks)}]+", shape)
    return [(run.start(), run.end(), run[1] is not None) for run in found]


def by_distinct(values: pl.Series, make: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What `make` makes of each value, asked but once for each where the same ones come again and again."""
    if values.n_unique() * _AGAIN > len(values):
        return make(values)
    once = values.unique()
    return values.replace_strict(once, make(once), default=None, return_dtype=pl.String)


def bare(values: pl.Series, column: Column) -> pl.Series:
    """Texts without the blanks that `char(n)` adds."""
    return values.str.strip_chars_end(" ") if column.fixed else values


def bare_one(value: str, column: Column) -> str:
    """The same of one."""
    return value.rstrip(" ") if column.fixed else value


def cut(values: pl.Series, column: Column) -> pl.Series:
    """Texts that fit into a column: what is too much of them is left out."""
    return values if column.length is None else values.str.slice(0, column.length).str.strip_chars_end(" ")


def cut_one(value: str, column: Column) -> str:
    """The same of one."""
    return value if column.length is None else value[: column.length].rstrip(" ")


def shorter(longest: int, column: Column) -> int:
    """Characters of the longest result when it is cut to fit into a column."""
    return longest if column.length is None else min(longest, column.length)
