"""A condition as Postgres writes it, taken apart: what is called, compared and combined, not what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal


@dataclass(frozen=True)
class Const:
    """A literal, None for NULL. `type` is as Postgres writes it: `integer` or `numeric` of bare numbers."""

    text: str | None
    type: str


@dataclass(frozen=True)
class Col:
    """A column."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function by its name, or what has a syntax of its own by the function that does it."""

    name: str
    args: tuple[Tree, ...]


@dataclass(frozen=True)
class Op:
    """An operator; of one argument, or of two."""

    sign: str
    args: tuple[Tree, ...]


@dataclass(frozen=True)
class Cast:
    """A value of another type."""

    inner: Tree
    type: str


@dataclass(frozen=True)
class Every:
    """A comparison with each item of an array: of `all` of them, or with any."""

    sign: str
    left: Tree
    right: Tree
    all: bool


@dataclass(frozen=True)
class Items:
    """An array."""

    args: tuple[Tree, ...]


@dataclass(frozen=True)
class Logic:
    """AND, OR, NOT."""

    word: Literal["and", "or", "not"]
    args: tuple[Tree, ...]


@dataclass(frozen=True)
class Is:
    """IS NULL, TRUE, FALSE or UNKNOWN, or not."""

    inner: Tree
    what: Literal["null", "true", "false", "unknown"]
    negated: bool = False


@dataclass(frozen=True)
class Distinct:
    """IS DISTINCT FROM."""

    left: Tree
    right: Tree


@dataclass(frozen=True)
class Case:
    """Conditions, what holds where each is the first that is true, and what holds elsewhere."""

    whens: tuple[tuple[Tree, Tree], ...]
    otherwise: Tree


Tree = Const | Col | Call | Op | Cast | Every | Items | Logic | Is | Distinct | Case
TRUE, FALSE, NULL = Const("true", "boolean"), Const("false", "boolean"), Const(None, "unknown")


def parts(tree: Tree) -> Iterator[Tree]:
    """What it consists of directly."""
    if isinstance(tree, Case):
        for when, then in tree.whens:
            yield from (when, then)
        yield tree.otherwise
        return
    for field in fields(tree):
        value = getattr(tree, field.name)
        if isinstance(value, tuple):
            yield from value
        elif not isinstance(value, str | bool | None):
            yield value


def walk(tree: Tree) -> Iterator[Tree]:
    """It and all that it consists of."""
    yield tree
    for part in parts(tree):
        yield from walk(part)


def columns(*trees: Tree) -> tuple[str, ...]:
    """The columns that they read."""
    return tuple(dict.fromkeys(part.name for tree in trees for part in walk(tree) if isinstance(part, Col)))


def changed(tree: Tree, change: Callable[[Tree], Tree]) -> Tree:
    """It with all its parts, then itself, put through a change."""
    if isinstance(tree, Case):
        whens = tuple((changed(when, change), changed(then, change)) for when, then in tree.whens)
        return change(Case(whens, changed(tree.otherwise, change)))
    new: dict[str, Tree | tuple[Tree, ...]] = {}
    for field in fields(tree):
        value = getattr(tree, field.name)
        if isinstance(value, tuple):
            new[field.name] = tuple(changed(part, change) for part in value)
        elif not isinstance(value, str | bool | None):
            new[field.name] = changed(value, change)
    return change(replace(tree, **new) if new else tree)  # type: ignore[arg-type]


def replaced(tree: Tree, old: Tree, new: Tree) -> Tree:
    """It with another part in place of one, wherever that stands."""
    return changed(tree, lambda part: new if part == old else part)
