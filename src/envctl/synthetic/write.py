"""Rows as COPY writes them."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

import polars as pl

_SPECIAL = r"[\\\n\t\r]"
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def copy_text(columns: Iterable[pl.Series]) -> bytes:
    """Columns of the same rows as the text that COPY reads."""
    frame = pl.DataFrame([_readable(values).alias(str(at)) for at, values in enumerate(columns)])
    written = BytesIO()
    frame.write_csv(written, include_header=False, separator="\t", quote_style="never", null_value="\\N")
    return written.getvalue()


def _readable(values: pl.Series) -> pl.Series:
    """In a type that is written as Postgres reads it."""
    if values.dtype == pl.String:
        return _escaped(values) if values.str.contains(_SPECIAL).any() else values
    if values.dtype == pl.Null:
        return values.cast(pl.String)
    if isinstance(values.dtype, pl.Decimal):
        return values.cast(pl.String)
    return values


def _escaped(values: pl.Series) -> pl.Series:
    for sign, said in _ESCAPED.items():
        values = values.str.replace_all(sign, said, literal=True)
    return values
