"""Regular expressions read backwards: texts that match them, by choices that a keyed hash makes."""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from math import prod
from typing import Any

from envctl.masking.parts.choices import All, Either, One, Part, Times

_MOST_PARTS = 4000  # of a pattern
_MOST_CHARACTERS = 1 << 16  # of a set
_BEYOND = 8  # times that what is repeated without an end is repeated more than it must be
_PRINTABLE = frozenset(chr(code) for code in range(0x20, 0x7F))
_ALPHANUMERIC = frozenset(string.ascii_letters + string.digits)
_CATEGORIES = {
    "CATEGORY_DIGIT": frozenset(string.digits),
    "CATEGORY_WORD": _ALPHANUMERIC | {"_"},
    "CATEGORY_SPACE": frozenset(" "),
}
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT"}
_SURROGATES = range(0xD800, 0xE000)


class BadPattern(ValueError):
    """A pattern that no text can be made of; says why."""


@lru_cache(maxsize=256)
def parsed(pattern: str) -> Part:
    """What a regular expression describes. Raises BadPattern."""
    parser: Any = import_module("re._parser")  # the standard library's own, so that nothing is read in another way
    try:
        tree = parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadPattern(f"is no regular expression: {error}") from None
    if tree.state.flags & ~re.UNICODE:
        raise BadPattern("sets flags, which say nothing of the texts to make")
    items = [(str(kind), said) for kind, said in tree]
    if items[:1] and items[0] == ("AT", parser.AT_BEGINNING):
        items.pop(0)
    if items[-1:] and items[-1] == ("AT", parser.AT_END):
        items.pop()
    return _all(items, _Places())


class _Places:
    """Numbers for the choices of a pattern, as long as it has not too many parts."""

    def __init__(self) -> None:
        self._parts, self._choices = 0, 0

    def choice(self, among: int) -> int:
        """A number for one; the same for all that leave nothing to choose."""
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise BadPattern("leaves too much to choose")
        self._choices += among > 1
        return max(self._choices - 1, 0)


def _all(items: Sequence[tuple[Any, Any]], places: _Places) -> Part:
    return _joined([_part(str(kind), said, places) for kind, said in items])


def _joined(parts: Sequence[Part]) -> Part:
    """Parts in a row. Where two can be of several lengths, only what is before and behind them tells texts apart."""
    loose = [at for at, part in enumerate(parts) if not part.fixed]
    counted = parts if len(loose) < 2 else [*parts[: loose[0]], *parts[loose[-1] + 1 :]]  # noqa: PLR2004 – a pair
    chance = prod(part.chance for part in counted)
    return All(sum(part.longest for part in parts), chance, not loose, tuple(parts))


def _either(parts: Sequence[Part], place: int) -> Part:
    """Alternatives. How likely the likeliest repeats itself is a bound for all: they may share texts."""
    longest = max(part.longest for part in parts)
    fixed = all(part.fixed and part.longest == longest for part in parts)
    return Either(longest, max(part.chance for part in parts), fixed, place, tuple(parts))


def _part(kind: str, said: Any, places: _Places) -> Part:
    if kind == "SUBPATTERN":
        _, added, removed, inner = said
        if added or removed:
            raise BadPattern("sets flags, which say nothing of the texts to make")
        return _all(inner, places)
    if kind == "BRANCH":
        place = places.choice(len(said[1]))
        return _either([_all(branch, places) for branch in said[1]], place)
    if kind in _REPEATS:
        low, high, inner = said
        return _repeated(low, high, inner, places)
    characters = sorted(_characters(kind, said))
    if not characters:
        raise BadPattern("has a set that no character is in")
    return One(1, 1 / len(characters), True, places.choice(len(characters)), tuple(characters))


def _repeated(low: int, high: Any, inner: Any, places: _Places) -> Part:
    """As often as a choice says."""
    last = min(int(high), low + _BEYOND) if str(high) == "MAXREPEAT" else int(high)
    if last > _MOST_PARTS:
        raise BadPattern("leaves too much to choose")
    if low == last:
        return _joined([_all(inner, places) for _ in range(low)])
    place = places.choice(last - low + 1)
    parts = [_all(inner, places) for _ in range(last)]
    # Of one length each, the fewest are the likeliest to meet; else nothing is promised.
    chance = prod(part.chance for part in parts[:low]) if all(part.fixed for part in parts) else 1.0
    return Times(sum(part.longest for part in parts), chance, False, place, low, tuple(parts))


def _characters(kind: str, said: Any) -> frozenset[str]:
    if kind == "LITERAL":
        return frozenset(chr(said))
    if kind == "NOT_LITERAL":
        return _PRINTABLE - {chr(said)}
    if kind == "ANY":
        return _ALPHANUMERIC
    if kind == "RANGE":
        if said[1] - said[0] > _MOST_CHARACTERS:
            raise BadPattern("has a set of too many characters")
        return frozenset(chr(code) for code in range(said[0], said[1] + 1) if code and code not in _SURROGATES)
    if kind == "CATEGORY":
        named = str(said)
        there = _CATEGORIES.get(named.replace("_NOT_", "_"))
        if there is not None:
            return _PRINTABLE - there if "_NOT_" in named else there
    if kind == "IN":
        negated = bool(said) and str(said[0][0]) == "NEGATE"
        sets = [_characters(str(inner), value) for inner, value in said[negated:]]
        there = frozenset[str]().union(*sets)
        return _PRINTABLE - there if negated else there
    raise BadPattern("uses what no text can be made from: look-arounds, references, anchors inside")
