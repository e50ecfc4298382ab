"""The texts that match regular expressions, numbered: shorter ones first."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from envctl.synthetic.draws import MOST, Draws, Numbers
from envctl.synthetic.patterns.automaton import Automaton, automaton, demands
from envctl.synthetic.patterns.nodes import Chars, Node, walk
from envctl.synthetic.patterns.searched import found
from envctl.synthetic.patterns.syntax import parse

_BEYOND = 8  # characters above the shortest that a text may have, where nothing makes it longer
_PLENTY = 1000  # different texts: with fewer, longer or stranger ones are taken too
_FURTHER = 64  # the same, where there are not plenty of shorter ones
_LONGEST = 1000  # characters of any text
_OF_A_RANGE = 128  # letters beyond ASCII that are taken of one
_ASCII = 128
_PLAIN = frozenset(string.ascii_letters + string.digits)
_PRINTED = frozenset(map(chr, range(0x20, 0x7F)))
_TRIMMED = r"^\S(.*\S)?$"


class _Step(NamedTuple):
    """What may follow in a state with so many characters to come: groups of letters, by the numbers of their texts.

    Where a single letter is followed by as many texts as are told apart at all it is `free`: chance chooses.
    """

    free: bool
    ends: Numbers  # of each group: the numbers below it are its texts' and those of the groups before
    each: Numbers  # how many texts each letter of the group begins
    to: Numbers
    firsts: Numbers  # where the group's letters begin
    letters: Numbers


class Pattern:
    """Texts in which each of some regular expressions (as Postgres' `~` reads them) is found.

    `nth` tells all numbers below `space` (at most 2**62) apart. Where nothing else is said texts are hardly longer than
    they must be, without blanks at their ends and, as far as that leaves many, of letters and digits and what the
    expressions name. Raises Unreadable.
    """

    def __init__(self, *regexes: str, shortest: int = 0, longest: int | None = None) -> None:
        self._regexes, self._lengths = regexes, (shortest, MOST if longest is None else longest)
        self._counted = _best(regexes, shortest, min(self._lengths[1], _LONGEST))
        lengths = self._counted.lengths
        self.space = min(sum(lengths.values()), MOST)
        self.shortest, self.longest = min(lengths, default=0), max(lengths, default=0)

    def nth(self, numbers: Numbers) -> pl.Series:
        """The text of each number, 0 ≤ n < space: others for others."""
        return self._counted.spelled(numbers, self.longest)

    def accepts(self, values: pl.Series) -> pl.Series:
        """For each text, whoever made it, whether it is one that matches; null for null."""
        lengths = values.str.len_chars().cast(pl.Int64)
        return found(self._regexes, values) & (lengths >= self._lengths[0]) & (lengths <= self._lengths[1])


class _Counted:
    """The texts of an automaton, counted by their lengths."""

    def __init__(self, ways: Automaton, shortest: int, longest: int) -> None:
        self._automaton = ways
        self._letters = sorted({letter for steps in ways.steps for letters, _ in steps for letter in letters})
        self._places = {letter: at for at, letter in enumerate(self._letters)}
        self._counts = [[int(end) for end in ways.ends]]  # by characters to come and by state
        self._steps: dict[tuple[int, int], _Step] = {}
        self.lengths = dict(self._measured(shortest, longest))

    @property
    def space(self) -> int:
        return sum(self.lengths.values())

    def _measured(self, shortest: int, longest: int) -> Iterator[tuple[int, int]]:
        """How many texts there are of each length, as far as they are needed."""
        total, least, counts = 0, None, self._counts[0]
        for length in range(longest + 1):
            if length >= max(shortest, 1) and counts[0]:
                least = length if least is None else least
                yield length, counts[0]
                total += counts[0]
            beyond = length - (length if least is None else least)
            enough = beyond >= (_BEYOND if total >= _PLENTY else _FURTHER)
            if enough or total >= MOST or not any(counts):
                break
            counts = self._further(length + 1)
        if not total and not shortest and self._counts[0][0]:
            yield 0, 1  # nothing but the empty one

    def _further(self, length: int) -> list[int]:
        before = self._counts[length - 1]
        counted = [
            min(sum(len(letters) * before[to] for letters, to in steps), MOST) for steps in self._automaton.steps
        ]
        self._counts.append(counted)
        return counted

    def spelled(self, numbers: Numbers, longest: int) -> pl.Series:
        """The texts of these numbers."""
        if not longest:
            return pl.repeat("", len(numbers), dtype=pl.String, eager=True)
        letters = np.full((longest, len(numbers)), len(self._letters), dtype=np.int32)
        first = 0
        for length, count in self.lengths.items():
            rows = np.flatnonzero((numbers >= first) & (numbers < min(first + count, MOST)))
            if rows.size:
                self._spell(length, numbers[rows] - first, letters, rows)
            first = min(first + count, MOST)
        alphabet = pl.Series([*self._letters, ""], dtype=pl.String)
        whole: pl.Series = pl.select(pl.concat_str([pl.lit(alphabet.gather(row)) for row in letters])).to_series()
        return whole

    def _spell(self, length: int, rest: Numbers, letters: NDArray[np.int32], rows: NDArray[np.intp]) -> None:
        states = np.zeros(len(rows), dtype=np.int64)
        for at in range(length):
            here, states = states, states.copy()
            for state in np.flatnonzero(np.bincount(here)):
                those = np.flatnonzero(here == state)
                step = self._step(int(state), length - at - 1)
                left = rest[those]
                if step.free:
                    chosen = Draws(at, "letter").below(left, len(step.letters))
                    letters[at, rows[those]] = step.letters[chosen]
                    states[those] = step.to[np.searchsorted(step.firsts, chosen, side="right") - 1]
                    continue
                group = np.searchsorted(step.ends, left, side="right")
                left = left - np.where(group > 0, step.ends[group - 1], 0)
                letter, rest[those] = np.divmod(left, step.each[group])
                letters[at, rows[those]] = step.letters[step.firsts[group] + letter]
                states[those] = step.to[group]

    def _step(self, state: int, left: int) -> _Step:
        if (state, left) not in self._steps:
            counts = self._counts[left]
            ways = [(letters, to) for letters, to in self._automaton.steps[state] if counts[to]]
            if free := any(counts[to] >= MOST for _, to in ways):
                ways = [(letters, to) for letters, to in ways if counts[to] >= MOST]
            ends, firsts, before, first = [], [], 0, 0
            for letters, to in ways:
                before = min(before + len(letters) * counts[to], MOST)
                ends.append(before)
                firsts.append(first)
                first += len(letters)
            each = [counts[to] for _, to in ways]
            places = [self._places[letter] for letters, _ in ways for letter in letters]
            self._steps[state, left] = _Step(
                free, *(np.array(of, dtype=np.int64) for of in (ends, each, [to for _, to in ways], firsts, places))
            )
        return self._steps[state, left]


@lru_cache(maxsize=256)
def _best(regexes: tuple[str, ...], shortest: int, longest: int) -> _Counted:
    """The plainest texts of which there are plenty; else the most."""
    nodes = [parse(regex) for regex in regexes]
    best: _Counted | None = None
    for whole, letters, trimmed in _ways(nodes):
        if best is not None and best.space and not trimmed:
            break
        wanted = [demand for node in nodes for demand in demands(node, whole=whole)]
        wanted += demands(parse(_TRIMMED), whole=True) if trimmed else ()
        counted = _Counted(automaton(wanted, sorted(letters)), shortest, longest)
        if best is None or counted.space > best.space:
            best = counted
        if best.space >= _PLENTY:
            break
    assert best is not None  # noqa: S101 – there is always a way
    return best


def _ways(nodes: Sequence[Node]) -> Iterator[tuple[bool, AbstractSet[str], bool]]:
    """Ways to make texts, the plainest first: what is found is the whole of it, its letters, no blanks at its ends."""
    sets = [part for node in nodes for part in walk(node) if isinstance(part, Chars)]
    needed = {letter for one in sets if not one.negated for letter in _needed(one)}
    named = {letter for one in sets for letter in _named(one)}
    if any("space" in one.classes or "blank" in one.classes for one in sets):
        named.add(" ")
    if any(one.local for one in sets):  # which of the others count as letters is the server's to say
        needed, named = ({letter for letter in those if letter.isascii()} for those in (needed, named))
    if len(nodes) == 1:  # of several none is the whole
        yield True, _PLAIN | needed, True
        yield True, _PLAIN | named, True
    yield False, _PLAIN | named, True
    yield False, _PRINTED | named, True
    yield False, _PRINTED | named, False


def _needed(one: Chars) -> set[str]:
    """Of what a set names letters and digits; all if it has none."""
    named = _named(one)
    plain = {letter for letter in named if letter.isalnum()}
    return plain if plain or one.classes or one.outside else named


def _named(one: Chars) -> set[str]:
    return {letter for first, last in one.ranges for letter in _range(first, last)}


def _range(first: str, last: str) -> Iterator[str]:
    """The letters between two, of those beyond ASCII some."""
    yield from map(chr, range(ord(first), min(ord(last) + 1, _ASCII)))
    beyond = (chr(code) for code in range(max(ord(first), _ASCII), ord(last) + 1))
    letters = (letter for letter in beyond if letter.isprintable() and not letter.isspace())
    yield from (letter for _, letter in zip(range(_OF_A_RANGE), letters, strict=False))
