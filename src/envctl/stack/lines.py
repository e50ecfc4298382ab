"""At which line of a TOML text a key stands. Best effort: it never fails, at worst it does not know."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

Key = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
_SPACE = re.compile(r"[ \t]*+")
_BARE = re.compile(r"[A-Za-z0-9_-]++")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+"')
_LITERAL = re.compile(r"'[^'\n]*+'")
_LONG = re.compile(r'"""(?:[^"\\]|\\.|""?(?!"))*+"{3,5}|' + r"'''(?:[^']|''?(?!'))*+'{3,5}", re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]++")
_SEPARATOR = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*+")
_DEEPEST = 40


@dataclass(frozen=True)
class Lines:
    """Key → line number, counted from 1."""

    at: Mapping[Key, int] = field(default_factory=dict)

    def find(self, key: Key) -> int | None:
        """The line of the key, or of the nearest table around it."""
        while key and key not in self.at:
            key = key[:-1]
        return self.at.get(key)


class _Lost(Exception):
    """The text is not what it should be here."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self.breaks = [found.start() for found in re.finditer("\n", text)]
        self.at: dict[Key, int] = {}
        self.counts: dict[Key, int] = {}

    def record(self, key: Key, start: int) -> None:
        line = bisect_right(self.breaks, start - 1) + 1
        for length in range(len(key), 0, -1):
            self.at.setdefault(key[:length], line)

    def skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self.text, self.pos)
        self.pos = found.end() if found else self.pos

    def take(self, *patterns: re.Pattern[str]) -> str:
        for pattern in patterns:
            found = pattern.match(self.text, self.pos)
            if found:
                self.pos = found.end()
                return found[0]
        raise _Lost

    def expect(self, token: str) -> None:
        if not self.text.startswith(token, self.pos):
            raise _Lost
        self.pos += len(token)

    def key(self) -> tuple[str, ...]:
        parts: list[str] = []
        while True:
            self.skip(_SPACE)
            parts.append(_plain(self.take(_BARE, _BASIC, _LITERAL)))
            self.skip(_SPACE)
            if not self.text.startswith(".", self.pos):
                return tuple(parts)
            if len(parts) > _DEEPEST:
                raise _Lost
            self.pos += 1

    def run(self) -> dict[Key, int]:
        table: Key = ()
        while True:
            self.skip(_BLANK)
            if self.pos >= len(self.text):
                return self.at
            start = self.pos
            try:
                if self.text.startswith("[", start):
                    table = self.header()
                else:
                    self.pair(table, 0)
            except _Lost:
                pass
            end = self.text.find("\n", max(self.pos, start))
            self.pos = len(self.text) if end < 0 else end + 1

    def header(self) -> Key:
        start, array = self.pos, self.text.startswith("[[", self.pos)
        self.pos += 2 if array else 1
        key = self.inside_arrays(self.key(), array)
        self.record(key, start)
        self.expect("]]" if array else "]")
        return key

    def inside_arrays(self, parts: tuple[str, ...], array: bool) -> Key:
        key: Key = ()
        for part in parts:
            key = (*key, part)
            last = len(key) - sum(isinstance(step, int) for step in key) == len(parts)
            if array and last:
                self.counts[key] = self.counts.get(key, -1) + 1
            if key in self.counts:
                key = (*key, self.counts[key])
        return key

    def pair(self, table: Key, depth: int) -> None:
        self.skip(_SPACE)
        start = self.pos
        key = (*table, *self.key())
        self.record(key, start)
        self.expect("=")
        self.skip(_SPACE)
        self.value(key, depth)

    def value(self, key: Key, depth: int) -> None:
        if depth > _DEEPEST:
            raise _Lost
        opening = self.text[self.pos : self.pos + 1]
        if opening == "[":
            self.array(key, depth)
        elif opening == "{":
            self.table(key, depth)
        else:
            self.take(_LONG, _BASIC, _LITERAL, _SCALAR)

    def array(self, key: Key, depth: int) -> None:
        self.pos += 1
        index = 0
        while True:
            self.skip(_SEPARATOR)
            if self.text.startswith("]", self.pos):
                self.pos += 1
                return
            self.record((*key, index), self.pos)
            self.value((*key, index), depth + 1)
            index += 1

    def table(self, key: Key, depth: int) -> None:
        self.pos += 1
        while True:
            self.skip(_SEPARATOR)
            if self.text.startswith("}", self.pos):
                self.pos += 1
                return
            self.pair(key, depth + 1)


def _plain(part: str) -> str:
    """A key's part without its quotes."""
    if part[0] == "'":
        return part[1:-1]
    if part[0] != '"':
        return part
    if "\\" not in part:
        return part[1:-1]
    try:
        return str(tomllib.loads(f"x={part}")["x"])
    except ValueError:
        raise _Lost from None


def scan(text: str) -> Lines:
    """The line of every key of the text."""
    return Lines(_Scanner(text).run())
