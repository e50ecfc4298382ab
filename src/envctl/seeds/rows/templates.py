"""`${column}` and `${column.column}` in a text: what a row puts there. Pure, and quick to load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from envctl.catalogue import written

_NAME = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^\s".{}$]+))\s*(\.|\}|$)')
_LONGEST = 8  # columns in a row, each the key of the next one's table
FORM = "write ${column}, or ${column.column} through a foreign key; $${ where the text itself is meant"


class BadTemplate(ValueError):
    """Why a text is no template."""


@dataclass(frozen=True)
class Path:
    """A column; or one of the row that a foreign key leads to, whose columns come before it."""

    columns: tuple[str, ...]

    def __str__(self) -> str:
        return f"${{{written(*self.columns)}}}"


Template = tuple[str | Path, ...]  # the pieces of a text in order; none of them is empty


def parse(text: str) -> Template:
    """The pieces of a text; `$${` is a plain `${`. Raises BadTemplate."""
    if "\0" in text:
        raise BadTemplate("holds a NUL character, which no text of a database can")
    pieces: list[str | Path] = []
    held, at = "", 0
    while (begin := text.find("${", at)) >= 0:
        if begin > at and text[begin - 1] == "$":
            held, at = f"{held}{text[at : begin - 1]}${{", begin + 2
            continue
        path, end = _path(text, begin)
        pieces += (held + text[at:begin], path)
        held, at = "", end
    pieces.append(held + text[at:])
    return tuple(piece for piece in pieces if piece != "")


def paths(value: Any) -> Iterator[Path]:
    """Every placeholder of a value, however deep in tables and lists. Raises BadTemplate."""
    if isinstance(value, str):
        yield from (piece for piece in parse(value) if isinstance(piece, Path))
    elif isinstance(value, dict):
        for each in value.values():
            yield from paths(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from paths(each)


def _path(text: str, begin: int) -> tuple[Path, int]:
    """The placeholder that begins there, and where it ends."""
    columns: list[str] = []
    at = begin + 2
    while name := _NAME.match(text, at):
        columns.append(name[1].replace('""', '"') if name[1] else _folded(name[2]))
        at = name.end()
        if name[3] == "}":
            if len(columns) > _LONGEST:
                raise BadTemplate(f"goes through more than {_LONGEST} columns at character {begin + 1}")
            return Path(tuple(columns)), at
        if not name[3]:
            break
    if "}" not in text[begin:]:
        raise BadTemplate(f"the ${{ at character {begin + 1} is not closed")
    raise BadTemplate(f"what stands in the ${{…}} at character {begin + 1} is no name of a column")


def _folded(name: str) -> str:
    """As Postgres reads a name without quotes."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)
