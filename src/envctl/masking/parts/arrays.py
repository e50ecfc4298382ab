"""Arrays as Postgres writes them, `{1,NULL,"a b"}`, `{{1,2},{3,4}}`, `[0:1]={a,b}`: each element masked by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from envctl.masking.parts.pieces import replaced
from envctl.masking.transforms.base import Block, Row, Transform, Unmaskable

_BOUNDS = r"^(?:\[-?[0-9]+:-?[0-9]+\])+="
_ELEMENT = r'"(?:[^"\\]|\\(?s:.))*"|[^{},"\\]+'
_TOKEN = re.compile(rf"{_ELEMENT}|[{{}},]")
_NULL = "NULL"
_BROKEN = "a value is no array as Postgres writes it"

Items = list["str | Items | None"]


@dataclass(frozen=True)
class Array:
    """An array: lists in lists, and where its indexes begin if that is not 1 (`[0:1]=`)."""

    items: Items
    bounds: str = ""


def masked_array(transform: Transform, values: pl.Series, block: Block) -> pl.Series:
    """Arrays with every element masked; nulls in them stay nulls, and their shape stays. Raises Unmaskable."""
    if transform.gives_null:
        return transform.bulk(values, block)

    def made(pieces: pl.Series, rows: pl.Series) -> pl.Series:
        return _quoted(transform.bulk(_unquoted(pieces), block.beside(rows, transform)))

    bounds = values.str.extract(f"({_BOUNDS})").fill_null("")
    try:
        bodies = replaced(values.str.replace(_BOUNDS, ""), _ELEMENT, made, between="{},")
    except ValueError as error:
        raise error if isinstance(error, Unmaskable) else Unmaskable(_BROKEN) from None
    return (bounds + bodies).alias(values.name)


def masked_array_plain(transform: Transform, value: str, row: Row) -> str | None:
    """The same of one value, in plain Python."""
    if transform.gives_null:
        return None
    array = parse(value)
    return literal(Array(_each(array.items, lambda item: transform.plain(item, row)), array.bounds))


def parse(text: str) -> Array:
    """An array that Postgres wrote. Raises Unmaskable."""
    found = re.match(_BOUNDS, text)
    bounds = found[0] if found else ""
    pieces = _TOKEN.findall(text, len(bounds))
    if "".join(pieces) != text[len(bounds) :] or pieces[:1] != ["{"]:
        raise Unmaskable(_BROKEN)
    open_lists: list[Items] = [[]]
    for piece in pieces:
        if piece == "{":
            open_lists.append([])
        elif piece == "}" and len(open_lists) > 1:
            closed = open_lists.pop()
            open_lists[-1].append(closed)
        elif piece != ",":
            open_lists[-1].append(_item(piece))
    top = open_lists[0]
    if len(open_lists) != 1 or len(top) != 1 or not isinstance(top[0], list):
        raise Unmaskable(_BROKEN)
    return Array(top[0], bounds)


def literal(array: Array) -> str:
    """An array for Postgres to read."""
    return array.bounds + _written(array.items)


def _written(item: str | Items | None) -> str:
    if item is None:
        return _NULL
    if isinstance(item, str):
        return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "{" + ",".join(map(_written, item)) + "}"


def _item(piece: str) -> str | None:
    if piece.startswith('"'):
        return re.sub(r"(?s)\\(.)", r"\1", piece[1:-1])
    return None if piece.upper() == _NULL else piece


def _each(items: Items, made: Callable[[str], str | None]) -> Items:
    return [_each(item, made) if isinstance(item, list) else None if item is None else made(item) for item in items]


def _unquoted(pieces: pl.Series) -> pl.Series:
    """Elements as they are; null for those that are."""
    inner = pl.col("piece").str.head(-1).str.slice(1).str.replace_all(r"(?s)\\(.)", "${1}")
    nothing = pl.col("piece").str.to_uppercase() == _NULL
    bare = pl.when(~nothing).then(pl.col("piece"))
    texts: pl.Series = (
        pieces.to_frame("piece")
        .select(pl.when(pl.col("piece").str.starts_with('"')).then(inner).otherwise(bare))
        .to_series()
    )
    return texts


def _quoted(texts: pl.Series) -> pl.Series:
    """Elements for an array, all of them in quotes: whatever is in them, they are no NULL and no brace."""
    quoted: pl.Series = '"' + texts.str.replace_all(r'(["\\])', r"\${1}") + '"'
    return quoted.fill_null(_NULL)
