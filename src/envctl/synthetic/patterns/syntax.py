"""How regular expressions are written: what Postgres (as advanced ones) and Python read alike, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

from envctl.synthetic.patterns.nodes import ANY, CLASSES, Chars, Edge, Either, Look, Node, Row, Times

_MOST_TIMES = 255  # Postgres' own limit
_DEEP = 40  # groups within each other
_LONG = 2000  # characters of an expression
_COUNT = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}")
_OPTIONS = re.compile(r"\(\?([is]+)\)")  # `s`: what Postgres does anyway
_CLASS = re.compile(r"\[:(\w+):\]")
_SHORT = {"d": "digit", "w": "word", "s": "space"}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_EDGES = {"A": False, "Z": True}
_UNICODE = re.compile(r"u([0-9A-Fa-f]{4})")
_NOT_LETTERS = frozenset({"\0", *map(chr, range(0xD800, 0xE000))})
_OPENINGS = {"(?:": None, "(?=": False, "(?!": True}


class Unreadable(ValueError):
    """What is written is not understood; says which part, and holds no value of a row."""


def parse(regex: str) -> Node:
    """What a regular expression consists of. Raises Unreadable."""
    if len(regex) > _LONG:
        raise Unreadable(f"a regular expression of more than {_LONG} characters")
    options = _OPTIONS.match(regex)
    reader = _Reader(regex, options.end() if options else 0, caseless=options is not None and "i" in options[1])
    found = reader.either()
    if not reader.done:
        raise reader.odd()
    return found


class _Reader:
    def __init__(self, regex: str, at: int, *, caseless: bool) -> None:
        self._regex, self._at, self._caseless = regex, at, caseless
        self._depth = 0

    @property
    def done(self) -> bool:
        return self._at >= len(self._regex)

    def odd(self) -> Unreadable:
        """That what comes next is not understood."""
        return Unreadable(f"a regular expression from its character {self._at + 1} on")

    def either(self) -> Node:
        """Alternatives, up to the end or a closing bracket."""
        parts = [self._row()]
        while self._taken("|"):
            parts.append(self._row())
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def _row(self) -> Node:
        parts: list[Node] = []
        while not self.done and self._next not in "|)":
            parts.append(self._times(self._one()))
        return parts[0] if len(parts) == 1 else Row(tuple(parts))

    @property
    def _next(self) -> str:
        return self._regex[self._at]

    def _taken(self, text: str) -> bool:
        if self._regex.startswith(text, self._at):
            self._at += len(text)
            return True
        return False

    def _times(self, part: Node) -> Node:
        counted = _COUNT.match(self._regex, self._at)
        if counted:
            least = int(counted[1])
            most = int(counted[3]) if counted[3] else None if counted[2] else least
            self._at = counted.end()
        elif self._taken("*"):
            least, most = 0, None
        elif self._taken("+"):
            least, most = 1, None
        elif self._taken("?"):
            least, most = 0, 1
        else:
            return part
        self._taken("?")  # the same texts, whichever is looked for first
        again = not self.done and (self._next in "*+?" or _COUNT.match(self._regex, self._at))
        if again or isinstance(part, Edge | Look) or max(least, most or 0) > _MOST_TIMES or least > (most or least):
            raise self.odd()
        return Times(part, least, most)

    def _one(self) -> Node:
        letter = self._next
        if letter in "*+?" or _COUNT.match(self._regex, self._at) or self._regex.startswith("{,", self._at):
            raise self.odd()
        if letter == "(":
            return self._group()
        if letter == "[":
            return self._set()
        self._at += 1
        if letter in "^$":
            return Edge(letter == "$")
        if letter == ".":
            return ANY
        return self._escaped() if letter == "\\" else self._literal(letter)

    def _literal(self, letter: str) -> Chars:
        if letter in _NOT_LETTERS:
            raise self.odd()
        return Chars(ranges=((letter, letter),), caseless=self._caseless)

    def _group(self) -> Node:
        start = self._at
        opening = next((text for text in _OPENINGS if self._taken(text)), None)
        if opening is None:
            self._at += 1
            if not self.done and self._next in "?*":
                self._at = start
                raise self.odd()
        self._depth += 1
        if self._depth > _DEEP:
            raise Unreadable("a regular expression with too many groups within each other")
        inner = self.either()
        self._depth -= 1
        if not self._taken(")"):
            raise self.odd()
        negated = _OPENINGS[opening] if opening else None
        return inner if negated is None else Look(inner, negated)

    def _escaped(self) -> Node:
        """What stands behind a backslash."""
        if self.done:
            raise self.odd()
        letter = self._next
        if letter in _EDGES:
            self._at += 1
            return Edge(_EDGES[letter])
        if letter.lower() in _SHORT:
            self._at += 1
            name = (_SHORT[letter.lower()],)
            return Chars(classes=name) if letter.islower() else Chars(outside=name)
        return self._literal(self._meant())

    def _meant(self) -> str:
        """The character that an escape stands for."""
        if unicode := _UNICODE.match(self._regex, self._at):
            self._at = unicode.end()
            return chr(int(unicode[1], 16))
        letter = self._next
        if letter in _CONTROLS:
            letter = _CONTROLS[letter]
        elif not letter.isascii() or letter.isalnum():  # a reference, or another thing to each who reads it
            raise self.odd()
        self._at += 1
        return letter

    def _set(self) -> Chars:
        self._at += 1
        negated = self._taken("^")
        found, first = Chars(negated=negated, caseless=self._caseless), True
        while first or not self._taken("]"):
            if self.done:
                raise self.odd()
            found, first = self._added(found), False
        return found

    def _added(self, found: Chars) -> Chars:
        """A set with the next that is in it."""
        if named := _CLASS.match(self._regex, self._at):
            if named[1] not in CLASSES:
                raise self.odd()
            self._at = named.end()
            return replace(found, classes=(*found.classes, named[1]))
        if self._next == "[" and self._regex[self._at + 1 : self._at + 2] in {":", ".", "="}:
            raise self.odd()
        if self._next == "\\" and (short := self._regex[self._at + 1 : self._at + 2]) and short.lower() in _SHORT:
            self._at += 2
            name = _SHORT[short.lower()]
            if short.islower():
                return replace(found, classes=(*found.classes, name))
            return replace(found, outside=(*found.outside, name))
        low = high = self._single()
        if self._regex.startswith("-", self._at) and self._regex[self._at + 1 : self._at + 2] not in {"]", ""}:
            self._at += 1
            high = self._single()
        if low > high:
            raise self.odd()
        return replace(found, ranges=(*found.ranges, (low, high)))

    def _single(self) -> str:
        letter = self._next
        if letter == "[" and self._regex[self._at + 1 : self._at + 2] in {":", ".", "="}:
            raise self.odd()
        self._at += 1
        if letter == "\\":
            if self.done:
                raise self.odd()
            letter = self._meant()
        if letter in _NOT_LETTERS:
            raise self.odd()
        return letter
