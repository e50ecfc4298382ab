"""How rows come to differ where they must: by what they are numbered, whom they belong to, and what they choose from.

Nothing is tried and thrown away. What a unique constraint compares is either different for every row by itself, or
the digits of one number that is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod

from envctl.catalogue import ForeignKey, Unique
from envctl.synthetic.draws import MOST
from envctl.synthetic.generators.people import together
from envctl.synthetic.tables.columns import Work
from envctl.synthetic.tables.partial import settle_some
from envctl.synthetic.tables.references import Apart, Beside, Digit, Each, Owned, Tree
from envctl.synthetic.tables.rows import Chosen, Ordinal
from envctl.synthetic.tables.slots import SKEWS, Slots


class TooFew(Exception):
    """There are fewer different rows than are asked for: `most`."""

    def __init__(self, unique: Unique, most: int) -> None:
        super().__init__(unique.name)
        self.unique, self.most = unique, most


@dataclass(frozen=True)
class Choice:
    """Something of a unique constraint that rows may differ in, and how many ways there are."""

    size: int
    key: ForeignKey | None = None
    column: str = ""


def settle(work: Work, unique: Unique) -> None:
    """See that a constraint holds. Raises TooFew."""
    if work.differs(unique.columns) or (unique.condition and settle_some(work, unique, _owner)):
        return
    free = [name for name in unique.columns if work.is_free(name)]
    keys = [key for key in work.keys if set(key.columns) <= set(unique.columns) and work.is_open(key)]
    for way in (_counted, _numbered_within, _pairs, _people, _wide, _one_each, _digits):
        if way(work, unique, keys, free):
            work.distinct.append(frozenset(unique.columns))
            return
    raise TooFew(unique, _most(work, keys, free))


def _counted(work: Work, _unique: Unique, _keys: Sequence[ForeignKey], free: list[str]) -> bool:
    """By what a sequence numbers."""
    name = next((name for name in free if work.counts(name)), None)
    if name is None:
        return False
    work.number(name)
    return True


def _numbered_within(work: Work, _unique: Unique, keys: Sequence[ForeignKey], free: list[str]) -> bool:
    """By their place among those of one parent."""
    whole = [name for name in free if work.is_whole(name)]
    if len(keys) != 1 or keys[0].table == work.full or len(free) != 1 or whole != free:
        return False
    field = work.field(free[0])
    start = max(1, int(field.limits.low or 1))
    high = field.limits.high if field.limits.high is not None else field.column.high
    owned = _owner(work, keys[0], int(high) - start + 1 if high is not None else work.rows)
    if owned is None:
        return False
    work.fill(free[0], Ordinal(owned, start))
    return True


def _pairs(work: Work, _unique: Unique, keys: Sequence[ForeignKey], _free: list[str]) -> bool:
    """By which rows of several tables they join."""
    others = [key for key in keys if key.table != work.full]
    if len(others) < 2:  # noqa: PLR2004 – a pair
        return False
    return _beside(work, others, [Choice(work.parents(key), key) for key in others])


def _people(work: Work, unique: Unique, _keys: Sequence[ForeignKey], free: list[str]) -> bool:
    """By the first and the last name of somebody: there are many, and none comes twice."""
    for piece in work.known:
        if together([piece.generators[name] for name in free], [piece.fields[name] for name in free]) < work.rows:
            return False
    if not unique.nulls and any(work.field(name).column.nullable for name in free):
        return False
    for name in free:
        work.generate(name)
    return True


def _wide(work: Work, _unique: Unique, _keys: Sequence[ForeignKey], free: list[str]) -> bool:
    """By one column alone that has room for all."""
    for name in sorted(free, key=lambda name: work.field(name).column.family not in {"text", "uuid"}):
        if work.make_unique(name):
            return True
    return False


def _one_each(work: Work, unique: Unique, keys: Sequence[ForeignKey], _free: list[str]) -> bool:
    """By another parent for each."""
    for key in keys:
        if key.table == work.full:
            rooted = not work.nullable(key)
            work.refer(key, Tree(work.draws.of("tree", key.name), 0.0, rooted, chain=True))
            work.distinct.append(frozenset(key.columns))
            return True
        if work.parents(key) >= work.rows or (work.nullable(key) and unique.nulls):
            work.refer(key, Each(work.draws.of("each", key.name), work.rows, work.parents(key)))
            work.distinct.append(frozenset(key.columns))
            return True
    return False


def _digits(work: Work, unique: Unique, keys: Sequence[ForeignKey], free: list[str]) -> bool:
    """By all of it together."""
    choices = [Choice(work.parents(key), key) for key in keys if key.table != work.full]
    choices += [Choice(size, column=name) for name in free if (size := work.space(name))]
    if choices and choices[0].key is not None and _beside(work, [c.key for c in choices if c.key], choices):
        return True
    room = prod(choice.size for choice in choices)
    if not choices or room < work.rows:
        return False
    draws, divisor = work.draws.of("digits", unique.name), 1
    for choice in choices:
        _choose(work, choice, Digit(draws, min(room, MOST), divisor, choice.size))
        divisor *= choice.size
    return True


def _beside(work: Work, keys: Sequence[ForeignKey], choices: Sequence[Choice]) -> bool:
    """One of the tables owns the rows; those of one owner differ in the rest."""
    owner = next((k for k in keys if isinstance(work.way(k), Owned)), None) or next(
        (k for k in keys if work.owner is not None and k.name == work.owner.name), keys[0]
    )
    rest = [_but_the_owner(work, owner, choice) for choice in choices if choice.key != owner]
    room = prod(choice.size for choice in rest)
    if not rest or room > MOST or (owned := _owner(work, owner, room)) is None:
        return False
    draws, divisor = work.draws.of("beside", owner.name, *(c.column or (c.key.name if c.key else "") for c in rest)), 1
    for choice in rest:
        _choose(work, choice, Beside(owned, draws, room, divisor, choice.size))
        divisor *= choice.size
    return True


def _but_the_owner(work: Work, owner: ForeignKey, choice: Choice) -> Choice:
    """One fewer, where it must not mean the row that owns."""
    key = choice.key
    if key is None or key.table != owner.table or frozenset((*key.columns, *owner.columns)) not in work.apart:
        return choice
    return replace(choice, size=choice.size - 1)


def _choose(work: Work, choice: Choice, way: Beside | Digit) -> None:
    if choice.key is not None:
        first = work.avoids(choice.key)
        work.refer(choice.key, way if first is None else Apart(first.way, way, work.parents(choice.key)))
    else:
        generator, field = work.generator(choice.column), work.field(choice.column)
        work.fill(choice.column, Chosen(generator, field, way))


def _owner(work: Work, key: ForeignKey, most: int) -> Owned | None:
    """What shares out the rows among the parents, so that none has more than so many."""
    known = work.way(key)
    if isinstance(known, Owned):
        return known if known.slots.most <= most else None
    if known is not None or work.parents(key) == 0:
        return None
    slots = Slots(work.rows, work.parents(key), SKEWS[work.skew(key)]).within(most)
    if slots is None:
        return None
    owned = Owned(slots, work.draws.of("owned", key.name))
    work.refer(key, owned)
    return owned


def _most(work: Work, keys: Sequence[ForeignKey], free: Sequence[str]) -> int:
    """How many different rows there are at most."""
    sizes = [work.parents(key) for key in keys] + [work.space(name) or 1 for name in free]
    return prod(sizes) if sizes else 1
