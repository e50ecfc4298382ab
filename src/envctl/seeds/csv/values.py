"""Values of Parquet's types as the texts that Postgres reads. Pure."""

from __future__ import annotations

import polars as pl

from envctl.catalogue import Column

_MOMENT = "%Y-%m-%d %H:%M:%S%.6f"
_WHOLE = 2.0**53  # beyond it a double says nothing exact


class Unwritable(ValueError):
    """Values that cannot be written for a column: `message` continues "its column NAME …"."""


def written(series: pl.Series, column: Column) -> pl.Series:
    """The values, without COPY's escapes. Raises Unwritable."""
    if column.family == "json" and not column.array and series.dtype != pl.String:
        return _json(series)
    if column.array and isinstance(series.dtype, pl.List | pl.Array):
        return _array(series, column)
    made = _scalar(series, column)
    if made.dtype == pl.String and made.str.contains("\0", literal=True).any():
        raise Unwritable("holds a zero byte, which no text of Postgres does")
    return made


def _scalar(series: pl.Series, column: Column) -> pl.Series:
    kind = series.dtype
    if isinstance(kind, pl.Datetime):
        return _moment(series)
    if kind == pl.Time:
        return series.dt.strftime("%H:%M:%S%.6f")
    if isinstance(kind, pl.Duration):
        return pl.select(pl.format("{} microseconds", series.dt.total_microseconds())).to_series()
    if kind == pl.Binary:
        return _bytes(series, column)
    if kind.is_float() and column.family == "integer":
        return _whole(series)
    if kind.is_nested() or kind == pl.Object:
        raise Unwritable(f"holds {kind.base_type()}, which is no {column.type}")
    return series.cast(pl.String)


def _moment(series: pl.Series) -> pl.Series:
    if getattr(series.dtype, "time_zone", None) is None:
        return series.dt.strftime(_MOMENT)
    return series.dt.convert_time_zone("UTC").dt.strftime(f"{_MOMENT}+00")


def _bytes(series: pl.Series, column: Column) -> pl.Series:
    if column.family in {"bytes", "uuid"}:
        digits = series.bin.encode("hex")
        return digits if column.family == "uuid" else "\\x" + digits
    try:
        return series.cast(pl.String)
    except pl.exceptions.PolarsError:
        raise Unwritable(f"holds bytes that are no text, and {column.type} takes none") from None


def _whole(series: pl.Series) -> pl.Series:
    """Whole numbers that were written as others, as programs do that have no null among whole numbers."""
    there = series.fill_nan(None)
    if not ((there.round() == there) & (there.abs() < _WHOLE)).all():
        raise Unwritable("holds numbers that are not whole")
    return there.cast(pl.Int64).cast(pl.String)


def _json(series: pl.Series) -> pl.Series:
    encoded = pl.select(pl.struct(series.alias("v")).struct.json_encode()).to_series()
    inner = encoded.str.slice(len('{"v":')).str.strip_suffix("}")
    return pl.select(pl.when(series.is_not_null()).then(inner)).to_series()


def _array(series: pl.Series, column: Column) -> pl.Series:
    """As Postgres writes arrays: each element in quotes, so that none is taken for more than it is."""
    lists = series if isinstance(series.dtype, pl.List) else series.arr.to_list()
    elements = lists.explode(empty_as_null=False, keep_nulls=False)
    if isinstance(elements.dtype, pl.List | pl.Array):
        made = _array(elements, column)
        quoted = made
    else:
        made = _scalar(elements, column)
        quoted = '"' + made.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True) + '"'
    parts = quoted.fill_null("NULL")
    lengths = lists.list.len().fill_null(0)
    rows = pl.Series(range(len(lists)), dtype=pl.Int64)
    frame = pl.DataFrame({"row": rows.repeat_by(lengths).explode(empty_as_null=False, keep_nulls=False), "part": parts})
    joined = frame.group_by("row").agg(pl.col("part").str.join(",")).sort("row")
    found = pl.DataFrame({"row": rows}).join(joined, on="row", how="left", maintain_order="left")
    return pl.select(pl.when(lists.is_not_null()).then("{" + found["part"].fill_null("") + "}")).to_series()
