"""COPY's text format: bytes in whole lines, columns of them, and values without and with its escapes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

_NULL = "\\N"
_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_CONTROLS = 14  # the first byte behind those that have an escape of their own
_IS_LINE, _IS_TAB, _IS_SLASH = (partial(np.equal, sign) for sign in b"\n\t\\")
_IS_CONTROL = partial(np.greater, _CONTROLS)
_LOOKED_AT = 1 << 17  # bytes at once: what is known of them stays in the processor's cache
_SPECIAL = r"[\\\x08\x0c\n\r\t\x0b]"
_ODD = re.compile(rb"\\(?:x(?P<hex>[0-9A-Fa-f]{1,2})|(?P<octal>[0-7]{1,3})|(?P<other>.))", re.DOTALL)
_LETTERS = {escape[1:].encode(): value.encode() for value, escape in _ESCAPES.items()}
_NO_NULL = re.compile(rb"\\[^N]")  # a backslash that does more than to say null
_OPEN = re.compile(rb"(?<!\\)(?:\\\\)*\\[\t\n]")  # a tab or an end of line that would belong to a value
_MARK = b"\xef\xbb\xbf"  # polars takes it for no part of the first value
_END = b"\\.\n"


class BrokenRows(ValueError):
    """What is no COPY text of these columns. Says in which line (of the block) and why, and nothing of the line."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line} {reason}")
        self.line = line
        self.reason = reason


class Signs(NamedTuple):
    """How often signs that mean something stand in a block."""

    lines: int
    tabs: int
    slashes: int
    others: int  # zero bytes, carriage returns, and what COPY would have escaped

    @classmethod
    def of(cls, block: bytes) -> Signs:
        """Those of a block."""
        lines, tabs, slashes, controls = _counts(block, _IS_LINE, _IS_TAB, _IS_SLASH, _IS_CONTROL)
        return cls(lines, tabs, slashes, controls - lines - tabs)


def rows(block: bytes, columns: Sequence[str], signs: Signs | None = None) -> pl.DataFrame:
    """The values of a block as they stand there, escapes and all; null for `\\N`. Raises BrokenRows."""
    signs = signs or Signs.of(block)
    lines = signs.lines
    if not columns:
        if len(block) != lines:
            raise BrokenRows(_first(block), "has columns where there are none")
        return pl.DataFrame(height=lines)
    strange = (signs.others or signs.slashes) and _strange(block)
    if (block and not block.endswith(b"\n")) or strange or signs.tabs != lines * (len(columns) - 1):
        raise _broken(block, len(columns))
    try:
        frame = _read(block, columns, nulls=signs.slashes > 0)
    except pl.exceptions.PolarsError:  # its message may show what it could not read
        frame = None
    if frame is None or frame.height != lines:
        raise _broken(block, len(columns))
    return frame


def text(frame: pl.DataFrame) -> bytes:
    """The COPY text of columns whose values are escaped already."""
    if not frame.width:
        return b"\n" * frame.height
    out = io.BytesIO()
    frame.write_csv(out, separator="\t", include_header=False, quote_style="never", null_value=_NULL)
    return out.getvalue()


def is_bare(signs: Signs, frame: pl.DataFrame) -> bool:
    """Whether no value of a block has an escape, nor needs one: it has no more signs than its nulls and borders do."""
    nulls = sum(column.null_count() for column in frame)
    return signs == (frame.height, frame.height * max(frame.width - 1, 0), nulls, 0)


def has_only_borders(block: bytes, frame: pl.DataFrame) -> bool:
    """The same of the text that was made of columns: `text` puts no other borders in than it should."""
    nulls = sum(column.null_count() for column in frame)
    return _counts(block, _IS_SLASH, _IS_CONTROL) == [nulls, frame.height * frame.width]


def unescaped(series: pl.Series) -> pl.Series:
    """The values that COPY text stands for. Raises BrokenRows where they are none, its line counting from the first."""
    return _unescaped(series.alias("value")).alias(series.name)  # an odd name would be a pattern to polars


def _unescaped(series: pl.Series) -> pl.Series:
    slashed = series.str.contains("\\", literal=True)
    if not slashed.any():
        return series
    known = series.str.replace_many(list(_ESCAPES.values()), [""] * len(_ESCAPES))
    odd = known.str.contains("\\", literal=True)
    done = series.str.replace_many(list(_ESCAPES.values()), list(_ESCAPES))
    if not odd.any():
        return done
    # No Postgres writes these, so that they are few: digits for bytes, and letters that stand for themselves.
    at = odd.fill_null(value=False).arg_true()
    values = [_plain(value, line + 1) for line, value in zip(at, series.gather(at), strict=True)]
    return done.scatter(at, pl.Series(values, dtype=pl.String))


def escaped(series: pl.Series) -> pl.Series:
    """The COPY text of values."""
    values = series.alias("value")  # as above
    if not values.str.contains(_SPECIAL).any():
        return series
    return values.str.replace_many(list(_ESCAPES), list(_ESCAPES.values())).alias(series.name)


def _counts(block: bytes, *what: Callable[[npt.NDArray[np.uint8]], npt.NDArray[np.bool_]]) -> list[int]:
    """How many bytes of a block are such ones. (bytes.count takes three times as long.)"""
    signs, found = np.frombuffer(block, dtype=np.uint8), [0] * len(what)
    for start in range(0, len(signs), _LOOKED_AT):
        some = signs[start : start + _LOOKED_AT]
        for at, among in enumerate(what):
            found[at] += int(np.count_nonzero(among(some)))
    return found


def _read(block: bytes, columns: Sequence[str], *, nulls: bool) -> pl.DataFrame:
    if block.startswith(_MARK):
        return _read(b"\t".join([b""] * len(columns)) + b"\n" + block, columns, nulls=nulls).slice(1)
    if not block:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return pl.read_csv(
        block,
        separator="\t",
        has_header=False,
        quote_char=None,
        null_values=[_NULL] if nulls else None,  # to look for them costs a tenth of reading
        empty_string_is_null=False,
        schema=dict.fromkeys(columns, pl.String),
    )


def _strange(block: bytes) -> bool:
    """Whether something stands there that no Postgres writes, and that is read in more than one way."""
    return (
        b"\r" in block
        or b"\0" in block
        or (
            _NO_NULL.search(block) is not None
            and (
                block.startswith(_END)
                or b"\n" + _END in block
                or ((b"\\\t" in block or b"\\\n" in block) and _OPEN.search(block) is not None)
            )
        )
    )


def _broken(block: bytes, columns: int) -> BrokenRows:
    """Which line it is, and why."""
    lines = block.split(b"\n")
    last = lines.pop()
    for number, line in enumerate(lines, 1):
        reason = _reason(line + b"\n", columns)
        if reason is not None:
            return BrokenRows(number, reason)
    return BrokenRows(len(lines) + 1, "has no end" if last else "cannot be read")


def _reason(line: bytes, columns: int) -> str | None:
    """What is wrong with a line, if anything is."""
    found = line.count(b"\t") + 1
    if line == _END:
        return "says that there are no more, and it is not the last"
    if _strange(line):
        return "holds a carriage return, a zero byte, or an escaped end of a column or line"
    if found != columns:
        return f"has {found} columns instead of {columns}"
    try:
        line.decode()
    except UnicodeDecodeError:
        return "is not UTF-8"
    return None


def _first(block: bytes) -> int:
    return next(number for number, line in enumerate(block.split(b"\n"), 1) if line)


def _plain(value: str, line: int) -> str:
    """A value with any escape, byte by byte: digits may be parts of one character."""
    try:
        found = _ODD.sub(_byte, value.encode()).decode()
    except UnicodeDecodeError:
        raise BrokenRows(line, "holds bytes that are not UTF-8, written as digits") from None
    if "\0" in found:
        raise BrokenRows(line, "holds a zero byte, written as digits")
    return found


def _byte(match: re.Match[bytes]) -> bytes:
    if match["hex"]:
        return bytes([int(match["hex"], 16)])
    if match["octal"]:
        return bytes([int(match["octal"], 8) & 0xFF])
    return _LETTERS.get(match["other"], match["other"])
