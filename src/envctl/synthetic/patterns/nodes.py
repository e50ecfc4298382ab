"""What regular expressions consist of."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_ALPHA, _DIGIT = frozenset(string.ascii_letters), frozenset(string.digits)
_BLANK = frozenset(" \t")
# Of other letters the server's locale decides, so that they are in no text where one of these is asked for.
CLASSES: Mapping[str, frozenset[str]] = {
    "alpha": _ALPHA,
    "digit": _DIGIT,
    "alnum": _ALPHA | _DIGIT,
    "word": _ALPHA | _DIGIT | {"_"},
    "upper": frozenset(string.ascii_uppercase),
    "lower": frozenset(string.ascii_lowercase),
    "space": frozenset(" \t\n\r\f\v"),
    "blank": _BLANK,
    "punct": frozenset(string.punctuation),
    "xdigit": frozenset(string.hexdigits),
    "graph": _ALPHA | _DIGIT | frozenset(string.punctuation),
    "print": _ALPHA | _DIGIT | frozenset(string.punctuation + " "),
}


@dataclass(frozen=True)
class Chars:
    """One character: of a range (first and last), of a class, or of what is not in another; `negated`: of none."""

    ranges: tuple[tuple[str, str], ...] = ()
    classes: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()  # classes
    negated: bool = False
    caseless: bool = False

    def __contains__(self, letter: str) -> bool:
        forms = {letter, letter.lower(), letter.upper()} if self.caseless and letter.isascii() else {letter}
        return any(self._has(form) for form in forms) != self.negated

    def _has(self, letter: str) -> bool:
        return (
            any(first <= letter <= last for first, last in self.ranges)
            or any(letter in CLASSES[name] for name in self.classes)
            or any(letter not in CLASSES[name] for name in self.outside)
        )

    @property
    def local(self) -> bool:
        """Whether a locale decides which letters beyond ASCII are meant."""
        return bool(self.classes or self.outside or self.caseless)


ANY = Chars(negated=True)


@dataclass(frozen=True)
class Row:
    """One after the other; nothing where there are none."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Either:
    """One of several."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Times:
    """The same several times; without an end where `most` is None."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True)
class Edge:
    """Where the text begins or, at its `end`, where that is."""

    end: bool


@dataclass(frozen=True)
class Look:
    """What must follow, or must not; it takes no characters."""

    part: Node
    negated: bool


Node = Chars | Row | Either | Times | Edge | Look


def walk(node: Node) -> Iterator[Node]:
    """It and all that it consists of."""
    yield node
    if isinstance(node, Row | Either):
        for part in node.parts:
            yield from walk(part)
    elif isinstance(node, Times | Look):
        yield from walk(node.part)
