"""Alternatives, each some facts that hold together: how they are combined."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from envctl.synthetic.checks.facts import Alternative, Fact, Filled, Kind, Null, OneOf, about
from envctl.synthetic.patterns import Unreadable

Alternatives = tuple[Alternative, ...]  # none of them: nothing can hold

_MOST = 200
ALWAYS: Alternatives = ((),)
NEVER: Alternatives = ()


def one(*facts: Fact) -> Alternatives:
    """These facts, and no other way."""
    return (tuple(dict.fromkeys(facts)),)


def filled(columns: Iterable[str]) -> Alternatives:
    """None of them is null."""
    return one(*(Filled(column) for column in columns))


def either(*parts: Alternatives) -> Alternatives:
    """One of them or another; values of one column become one list. Raises Unreadable for too many."""
    found: list[Alternative] = []
    for alternative in (alternative for part in parts for alternative in part):
        merged = next((at for at, other in enumerate(found) if _mergeable(other, alternative)), None)
        if merged is not None:
            found[merged] = _merged(found[merged], alternative)
        elif alternative not in found:
            found.append(alternative)
    if () in found:
        return ALWAYS
    return _few(found)


def both(*parts: Alternatives) -> Alternatives:
    """All of them. Raises Unreadable for too many ways."""
    found: Alternatives = ALWAYS
    for part in parts:
        found = _few([tuple(dict.fromkeys((*left, *right))) for left in found for right in part])
    return found


def widest(found: Alternatives) -> Alternatives:
    """Without those that another one lets in anyway: facts about values let nulls in."""
    kept: list[Alternative] = []
    for at, alternative in enumerate(found):
        others = (*kept, *found[at + 1 :])
        if not any(_lets_in(other, alternative) for other in others):
            kept.append(alternative)
    return tuple(kept)


def _lets_in(wide: Alternative, narrow: Alternative) -> bool:
    """Whether whatever fits one fits the other."""
    empty = {fact.column for fact in narrow if isinstance(fact, Null)}
    return all(
        fact in narrow or (not isinstance(fact, Null | Filled) and not empty.isdisjoint(about(fact))) for fact in wide
    )


def _few(found: Sequence[Alternative]) -> Alternatives:
    if len(found) > _MOST:
        raise Unreadable(f"a condition with more than {_MOST} ways to meet it")
    return tuple(found)


def _mergeable(left: Alternative, right: Alternative) -> bool:
    """Whether both say alike what a column's values are, and all else alike."""
    unlike = [pair for pair in zip(left, right, strict=False) if pair[0] != pair[1]]
    if len(left) != len(right) or len(unlike) != 1:
        return False
    this, that = unlike[0]
    return type(this) is type(that) and isinstance(this, OneOf | Kind) and this.column == _column(that)


def _column(fact: Fact) -> str:
    return getattr(fact, "column", "")


def _merged(left: Alternative, right: Alternative) -> Alternative:
    return tuple(_union(this, that) for this, that in zip(left, right, strict=True))


def _union(this: Fact, that: Fact) -> Fact:
    if isinstance(this, OneOf) and isinstance(that, OneOf):
        return replace(this, values=tuple(dict.fromkeys((*this.values, *that.values))))
    if isinstance(this, Kind) and isinstance(that, Kind):
        return replace(this, kinds=tuple(dict.fromkeys((*this.kinds, *that.kinds))))
    return this
