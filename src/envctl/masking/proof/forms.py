"""In what forms a value may stand in a file: as its text, in pieces, or as the bytes that Postgres stores."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from envctl.catalogue import Column, Family

# Their bytes are few and common, so that finding them would say nothing.
UNSOUGHT: frozenset[Family] = frozenset({"integer", "number", "date", "timestamp", "time", "boolean", "enum"})
_NONE = pl.Series([], dtype=pl.Binary)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_KEY = r"\s*(?::|=>)"
_NAME = rf'^"[A-Za-z_][A-Za-z0-9_-]*"{_KEY}$'  # a key that a programmer thought of
_PIECES: Mapping[Family, str] = dict.fromkeys(("json", "hstore"), rf"{_QUOTED}(?:{_KEY})?")
_ELEMENTS = rf'{_QUOTED}|[^{{}}(),"\\]+'  # of arrays and of what nobody knows, composites among them


@dataclass(frozen=True)
class Forms:
    """Binary, and none null: what to look for, whether it stayed the `same`, and what masking wrote instead."""

    sought: pl.Series
    same: pl.Series
    written: pl.Series


def forms(column: Column, values: pl.Series, made: pl.Series | None = None) -> Forms:
    """The forms of raw values, and of what became of them.

    Text as it is, a uuid also as 16 bytes, bytes also as themselves; of json and hstore every text within but keys that
    are names, of arrays and composites every element; of numbers, dates, times, booleans and enums nothing. (Addresses
    are looked for as text only: as they are stored they are as short as numbers.)
    """
    if column.family in UNSOUGHT:
        return Forms(_NONE, pl.Series([], dtype=pl.Boolean), _NONE)
    if column.family == "text" and made is None and not (column.array or column.fixed):
        return Forms(values.cast(pl.Binary), pl.repeat(value=False, n=len(values), dtype=pl.Boolean, eager=True), _NONE)
    frame = pl.DataFrame([values.cast(pl.String).alias("raw"), _or_null(made, len(values)).alias("made")])
    if column.array or column.family in _PIECES:
        return _pieces(frame, _PIECES.get(column.family, _ELEMENTS))
    if column.family == "other":
        whole, parts = _of(frame.select(pl.all().cast(pl.Binary))), _pieces(frame, _ELEMENTS)
        return Forms(
            *(pl.concat([getattr(form, name) for form in (whole, parts)]) for name in ("sought", "same", "written"))
        )
    if column.fixed:
        frame = frame.select(pl.all().str.strip_chars_end(" "))
    stored = _STORED.get(column.family)
    frames = [frame.select(pl.all().cast(pl.Binary)), *([stored(frame)] if stored else [])]
    return _of(pl.concat(frames))


def _of(frame: pl.DataFrame) -> Forms:
    if frame["raw"].null_count():
        frame = frame.filter(pl.col("raw").is_not_null())
    raw, made = frame["raw"], frame["made"]
    same = raw.eq_missing(made)
    return Forms(raw, same, (made.filter(~same) if same.any() else made).drop_nulls())


def _or_null(made: pl.Series | None, rows: int) -> pl.Series:
    return made.cast(pl.String) if made is not None else pl.repeat(None, rows, dtype=pl.String, eager=True)


def _uuid(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.all().str.replace_all("-", "", literal=True).str.decode("hex", strict=False))


def _bytes(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(pl.all().str.strip_prefix("\\x").str.decode("hex", strict=False))


_STORED: Mapping[Family, Callable[[pl.DataFrame], pl.DataFrame]] = {"uuid": _uuid, "bytes": _bytes}


def _pieces(frame: pl.DataFrame, pattern: str) -> Forms:
    """The texts within values. Those that are in the masked value of the same row too were left there on purpose."""
    rows = frame.with_row_index("row")
    raw, made = (_within(rows, name, pattern) for name in ("raw", "made"))
    changed = raw.join(made, on=["row", "piece"], how="anti")["piece"]
    written = made.join(raw, on=["row", "piece"], how="anti")["piece"]
    binary = changed.cast(pl.Binary)
    return Forms(binary, pl.repeat(value=False, n=len(binary), dtype=pl.Boolean, eager=True), written.cast(pl.Binary))


def _within(rows: pl.DataFrame, name: str, pattern: str) -> pl.DataFrame:
    found = rows.select("row", piece=pl.col(name).str.extract_all(pattern)).explode("piece").drop_nulls()
    found = found.filter(~pl.col("piece").str.contains(_NAME))
    bare = found["piece"].str.replace(rf'"{_KEY}$', '"').str.strip_prefix('"').str.strip_suffix('"')
    escaped = bare.str.contains("\\", literal=True).fill_null(value=False)
    found = found.with_columns(bare.alias("piece"))
    if escaped.any():  # jsonb, arrays and others are stored without escapes, json as it was written
        odd = found.filter(escaped)
        known = {piece: _unescaped(piece) for piece in odd["piece"].unique()}
        found = pl.concat([found, odd.with_columns(pl.col("piece").replace_strict(known, return_dtype=pl.String))])
    return found.filter(pl.col("piece") != "")


def _unescaped(piece: str) -> str:
    """A text as Postgres stores it; as it is written where it cannot be read."""
    try:
        return str(json.loads(f'"{piece}"', strict=False))
    except ValueError:
        return piece.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
