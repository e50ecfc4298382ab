"""Regular expressions as an automaton that meets several of them at once, read letter by letter.

It is deterministic: every text has one way through it, so that ways can be counted and numbered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from envctl.synthetic.patterns.nodes import ANY, Chars, Edge, Either, Look, Node, Row, Times, walk
from envctl.synthetic.patterns.syntax import Unreadable

_MOST_STATES = 10_000
_TOO_MUCH = "a regular expression with too many ways through it"
_Places = frozenset[int]


@dataclass(frozen=True)
class Demand:
    """What a text must match, or must not; anywhere in it, or as a `whole`."""

    node: Node
    negated: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Automaton:
    """States by number, the first one 0. `steps` of each: groups of letters, and the state that each leads to."""

    steps: tuple[tuple[tuple[tuple[str, ...], int], ...], ...]
    ends: tuple[bool, ...]  # whether a text may end there


def demands(node: Node, *, whole: bool) -> Iterator[Demand]:
    """What an expression demands: what it looks ahead at its beginning is a demand of its own. Raises Unreadable."""
    parts = node.parts if isinstance(node, Row) else (node,)
    start = 1 if parts[:1] == (Edge(end=False),) else 0
    last = start
    while last < len(parts) and isinstance(look := parts[last], Look):
        if not start:
            raise Unreadable("a regular expression that looks ahead from anywhere")
        yield Demand(Row((Edge(end=False), look.part)), negated=look.negated)
        last += 1
    rest = Row((*parts[:start], *parts[last:]))
    if any(isinstance(part, Look) for one in (rest, *(p.part for p in parts[start:last])) for part in walk(one)):  # type: ignore[union-attr]
        raise Unreadable("a regular expression that looks ahead from within")
    if last == start or len(parts) > last:
        yield Demand(rest, whole=whole)


def automaton(wanted: Sequence[Demand], letters: Iterable[str]) -> Automaton:
    """One that takes the texts of these letters which meet all that is wanted. Raises Unreadable."""
    nets = [_Net.of(demand) for demand in wanted]
    groups = _groups(letters, {part for demand in wanted for part in walk(demand.node) if isinstance(part, Chars)})
    start = tuple(net.closed({net.start}, begins=True) for net in nets)
    numbers = {start: 0}
    ends = [all(net.ends(places, begins=True) for net, places in zip(nets, start, strict=True))]
    steps: list[tuple[tuple[tuple[str, ...], int], ...]] = []
    waiting = [start]
    for places in waiting:  # grows meanwhile
        leads: dict[int, list[str]] = defaultdict(list)
        for group in groups:
            state = tuple(net.after(at, group[0]) for net, at in zip(nets, places, strict=True))
            if any(not net.hopeful(at) for net, at in zip(nets, state, strict=True)):
                continue
            if state not in numbers:
                if len(numbers) >= _MOST_STATES:
                    raise Unreadable(_TOO_MUCH)
                numbers[state] = len(numbers)
                waiting.append(state)
                ends.append(all(net.ends(at, begins=False) for net, at in zip(nets, state, strict=True)))
            leads[numbers[state]].extend(group)
        steps.append(tuple((tuple(sorted(found)), to) for to, found in leads.items()))
    return Automaton(tuple(steps), tuple(ends))


def _groups(letters: Iterable[str], sets: Iterable[Chars]) -> list[list[str]]:
    """Letters that no set tells apart, together."""
    known, found = list(sets), defaultdict(list)
    for letter in letters:
        found[tuple(letter in one for one in known)].append(letter)
    return list(found.values())


@dataclass
class _Net:
    """An automaton that may be in several places at once, as an expression is written."""

    negated: bool
    start: int = 0
    end: int = 0
    moves: dict[int, list[tuple[Chars, int]]] = field(default_factory=lambda: defaultdict(list))
    free: dict[int, list[tuple[Edge | None, int]]] = field(default_factory=lambda: defaultdict(list))
    size: int = 0

    @classmethod
    def of(cls, demand: Demand) -> _Net:
        net = cls(demand.negated)
        net.start = net._place()
        net.end = net._add(demand.node, net.start)
        if not demand.whole:  # anything before and behind it
            first = net._place()
            net.moves[first].append((ANY, first))
            net.free[first].append((None, net.start))
            net.start = first
            net.moves[net.end].append((ANY, net.end))
            behind = net._place()
            net.free[net.end].append((None, behind))
        return net

    def _place(self) -> int:
        self.size += 1
        if self.size > _MOST_STATES:
            raise Unreadable(_TOO_MUCH)
        return self.size - 1

    def _add(self, node: Node, at: int) -> int:
        """Ways through a part from a place on; where they end."""
        if isinstance(node, Row):
            for part in node.parts:
                at = self._add(part, at)
            return at
        if isinstance(node, Times):
            return self._repeated(node, at)
        end = self._place()
        if isinstance(node, Chars):
            self.moves[at].append((node, end))
        elif isinstance(node, Edge):
            self.free[at].append((node, end))
        elif isinstance(node, Either):
            for part in node.parts:
                first = self._place()
                self.free[at].append((None, first))
                self.free[self._add(part, first)].append((None, end))
        return end

    def _repeated(self, node: Times, at: int) -> int:
        for _ in range(node.least):
            at = self._add(node.part, at)
        end = self._place()
        self.free[at].append((None, end))
        if node.most is None:
            first = self._place()  # of a turn: nothing else begins there, so that nothing gets in from behind
            self.free[at].append((None, first))
            last = self._add(node.part, first)
            self.free[last] += [(None, first), (None, end)]
            return end
        for _ in range(node.least, node.most):
            first = self._place()
            self.free[at].append((None, first))
            at = self._add(node.part, first)
            self.free[at].append((None, end))
        return end

    def closed(self, places: set[int], *, begins: bool = False, finishes: bool = False) -> _Places:
        """The same places and those that are reached from them without a letter."""
        found, waiting = set(places), list(places)
        while waiting:
            for edge, to in self.free.get(waiting.pop(), ()):
                allowed = edge is None or (finishes if edge.end else begins)
                if allowed and to not in found:
                    found.add(to)
                    waiting.append(to)
        return frozenset(found)

    def after(self, places: _Places, letter: str) -> _Places:
        """Where a letter leads."""
        return self.closed({to for at in places for letters, to in self.moves.get(at, ()) if letter in letters})

    def ends(self, places: _Places, *, begins: bool) -> bool:
        """Whether a text may end there."""
        return (self.end in self.closed(set(places), begins=begins, finishes=True)) != self.negated

    def hopeful(self, places: _Places) -> bool:
        """Whether anything that follows may still do."""
        return bool(places) or self.negated
