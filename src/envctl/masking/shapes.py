"""Texts of which some characters are replaced and the others stay where they are: done for all of one shape at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import polars as pl

from envctl.catalogue import Column

_HEAD = 1000  # rows that tell whether values come again
_WORTH = 64  # rows of one shape: a pass over fewer costs more than one text after the other


def by_shape(
    values: pl.Series, shapes: pl.Series, bulk: Callable[[pl.Series, str], pl.Series], plain: Callable[[str], str]
) -> pl.Series:
    """What `bulk` makes of all values of a shape, and `plain` of those whose shape is rare; null where the shape is."""
    frame = pl.DataFrame({"value": values, "shape": shapes}).with_row_index("row").drop_nulls("shape")
    counts = frame["shape"].value_counts().filter(pl.col("count") >= _WORTH)
    usual = sorted(counts["shape"].to_list())
    parts = [_done(part, bulk(part["value"], shape)) for shape, part in _parts(frame, usual)]
    rare = frame.filter(~pl.col("shape").is_in(usual))
    parts.append(_done(rare, pl.Series([plain(value) for value in rare["value"]], dtype=pl.String)))
    rows = pl.DataFrame({"row": pl.int_range(len(values), eager=True, dtype=pl.UInt32)})
    return rows.join(pl.concat(parts), on="row", how="left", maintain_order="left")["value"]


def _parts(frame: pl.DataFrame, shapes: list[str]) -> Iterator[tuple[str, pl.DataFrame]]:
    for shape in shapes:
        yield shape, frame.filter(pl.col("shape") == shape)


def _done(part: pl.DataFrame, masked: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"row": part["row"].cast(pl.UInt32), "value": masked.cast(pl.String)})


def taken(values: pl.Series, shape: str, marks: str) -> pl.Series:
    """The characters of each value that stand where the shape has one of `marks`, put together."""
    value = pl.col(values.name)
    parts = [value.str.slice(start, end - start) for start, end, chosen in runs(shape, marks) if chosen]
    found: pl.Series = values.to_frame().select(pl.concat_str(parts).alias(values.name))[values.name]
    return found


def put(characters: pl.Series, shape: str, marks: str) -> pl.Series:
    """The shape with characters of each value in place of its `marks`: what `taken` takes out, put back."""
    value, at = pl.col(characters.name), 0
    parts: list[pl.Expr] = []
    for start, end, chosen in runs(shape, marks):
        parts.append(value.str.slice(at, end - start) if chosen else pl.lit(shape[start:end]))
        at += end - start if chosen else 0
    found: pl.Series = characters.to_frame().select(pl.concat_str(parts).alias(characters.name))[characters.name]
    return found


def put_one(characters: str, shape: str, marks: str) -> str:
    """The same of one."""
    left = iter(characters)
    return "".join(next(left) if mark in marks else mark for mark in shape)


def runs(shape: str, marks: str) -> list[tuple[int, int, bool]]:
    """Where each run of marks and of other characters starts and ends, and whether it is one of marks."""
    found = re.finditer(f"([{re.escape(marks)}]+)|[^{re.escape(marks)}]+", shape)
    return [(run.start(), run.end(), run[1] is not None) for run in found]


def digits_as_marks(values: pl.Series) -> pl.Series:
    """The shape of texts of which digits are replaced: each is written as a 0."""
    return values.str.replace_all("[0-9]", "0")


def by_distinct(values: pl.Series, make: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """What `make` makes of each value, asked but once for each where the same ones come again and again."""
    head = values.head(_HEAD)
    if head.n_unique() * 2 > len(head):
        return make(values)
    once = values.unique()
    return values.replace_strict(once, make(once), default=None, return_dtype=pl.String)


def cut(values: pl.Series, column: Column) -> pl.Series:
    """Texts that fit into a column: what is too much of them is left out."""
    return values if column.length is None else values.str.slice(0, column.length).str.strip_chars_end(" ")


def cut_one(value: str, column: Column) -> str:
    """The same of one."""
    return value if column.length is None else value[: column.length].rstrip(" ")


def shorter(longest: int, column: Column) -> int:
    """Characters of the longest result when it is cut to fit into a column."""
    return longest if column.length is None else min(longest, column.length)
