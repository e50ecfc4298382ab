"""Which row of another table each row references: worked out from its number alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from envctl.catalogue import ForeignKey
from envctl.synthetic.draws import Draws, Flags, Numbers
from envctl.synthetic.tables.slots import Slots


class Way(Protocol):
    """How parents are chosen."""

    def parents(self, rows: Numbers) -> Numbers:
        """The number of each row's parent."""


@dataclass(frozen=True)
class Reference:
    """A foreign key as it is filled. `nulls` is the share of rows that reference nothing. One `against` the order of
    tables, or that some rows do not have, tells nothing of what is in a parent.
    """

    key: ForeignKey
    way: Way
    draws: Draws
    nulls: float = 0.0
    against: bool = False

    def parents(self, rows: Numbers) -> Numbers:
        """The number of each row's parent, of those that reference nothing too."""
        return self.way.parents(rows)

    def missing(self, rows: Numbers) -> Flags:
        """Which of them reference nothing."""
        if isinstance(self.way, Tree):
            return self.way.roots(rows)
        if isinstance(self.way, Each):
            return self.way.left(rows) | self._null(rows)
        return self._null(rows)

    def _null(self, rows: Numbers) -> Flags:
        return np.asarray(self.draws.of("null").fractions(rows) < self.nulls)

    @property
    def sure(self) -> bool:
        """Whether each row's parent was made before it, and there is one."""
        some = isinstance(self.way, Tree) or (isinstance(self.way, Each) and self.way.total > self.way.limit)
        return not (self.against or self.nulls or some)


@dataclass(frozen=True)
class Owned(Way):
    """Each parent has its share of the rows, counted from 0 within it: `ordinals`."""

    slots: Slots
    draws: Draws

    def parents(self, rows: Numbers) -> Numbers:
        return self._scattered(self.slots.parent(self._slot(rows)))

    def ordinals(self, rows: Numbers) -> Numbers:
        """The how-manieth of its parent each row is."""
        slots = self._slot(rows)
        return slots - self.slots.before(self.slots.parent(slots))

    def children(self, parents: Numbers, draws: Numbers) -> Numbers:
        """A child of each parent: that which a number (drawn, of any size) chooses. Each must have one."""
        ranks = self.draws.of("parent").unshuffled(parents, self.slots.parents)
        first, behind = self.slots.before(ranks), self.slots.before(ranks + 1)
        return self.draws.unshuffled(first + draws % np.maximum(behind - first, 1), self.slots.children)

    def _slot(self, rows: Numbers) -> Numbers:
        return self.draws.shuffled(rows, self.slots.children)

    def _scattered(self, ranks: Numbers) -> Numbers:
        return self.draws.of("parent").shuffled(ranks, self.slots.parents)


@dataclass(frozen=True)
class Each(Way):
    """Another parent for each row: there are `limit`, for `total` rows."""

    draws: Draws
    total: int
    limit: int

    def parents(self, rows: Numbers) -> Numbers:
        return np.minimum(self._chosen(rows), max(self.limit - 1, 0))

    def left(self, rows: Numbers) -> Flags:
        """Those for whom there is none."""
        return np.asarray(self._chosen(rows) >= self.limit)

    def _chosen(self, rows: Numbers) -> Numbers:
        return self.draws.shuffled(rows, max(self.total, self.limit))


@dataclass(frozen=True)
class Some(Way):
    """Any parent, some of them often."""

    draws: Draws
    limit: int
    skew: float

    def parents(self, rows: Numbers) -> Numbers:
        ranks = np.floor(self.limit * self.draws.fractions(rows) ** self.skew).astype(np.int64)
        return self.draws.of("parent").shuffled(ranks, self.limit)


@dataclass(frozen=True)
class Tree(Way):
    """An earlier row of the same table; a few are roots: they reference nothing, or themselves."""

    draws: Draws
    share: float
    rooted: bool  # nothing may be missing: roots reference themselves
    chain: bool = False  # no two rows have the same parent

    def parents(self, rows: Numbers) -> Numbers:
        if self.chain:
            return np.maximum(rows - 1, 0) if not self.rooted else rows
        earlier = np.floor(self.draws.fractions(rows) * rows).astype(np.int64)
        return np.where(self._first(rows), rows, earlier) if self.rooted else earlier

    def roots(self, rows: Numbers) -> Flags:
        """Which of them reference nothing."""
        return np.zeros(len(rows), dtype=np.bool_) if self.rooted else self._first(rows)

    def _first(self, rows: Numbers) -> Flags:
        few = self.draws.of("root").fractions(rows) < (0.0 if self.chain else self.share)
        return np.asarray((rows == 0) | few)


@dataclass(frozen=True)
class Beside(Way):
    """Another one for each row of the same owner: no two of them meet. Also the digits of what columns choose from."""

    owned: Owned
    draws: Draws
    limit: int  # of all that there is to choose from together
    divisor: int = 1  # of what is chosen: which digit of it this is
    size: int = field(default=0)  # how many values that digit has; 0: all

    def parents(self, rows: Numbers) -> Numbers:
        owners, ordinals = self.owned.parents(rows), self.owned.ordinals(rows)
        starts = self.draws.below(owners, max(self.limit, 1))
        chosen = (starts + ordinals) % max(self.limit, 1)
        scattered = self.draws.of("parent").shuffled(chosen, max(self.limit, 1))
        return scattered // self.divisor % (self.size or max(self.limit, 1))


@dataclass(frozen=True)
class Apart(Way):
    """Another row than a first reference means: so many steps further, one at least."""

    first: Way
    steps: Way
    limit: int

    def parents(self, rows: Numbers) -> Numbers:
        return (self.first.parents(rows) + 1 + self.steps.parents(rows)) % max(self.limit, 1)


@dataclass(frozen=True)
class Digit(Way):
    """A digit of a number that each row has for itself: all its digits together are nobody else's."""

    draws: Draws
    limit: int
    divisor: int
    size: int

    def parents(self, rows: Numbers) -> Numbers:
        return self.draws.shuffled(rows, self.limit) // self.divisor % self.size


@dataclass(frozen=True)
class Relative(Way):
    """A row of the other table that belongs to the same third one: `owner` says whose each of ours is."""

    owner: Way
    siblings: Owned
    draws: Draws

    def parents(self, rows: Numbers) -> Numbers:
        return self.siblings.children(
            self.owner.parents(rows), (self.draws.bits(rows) >> np.uint64(1)).astype(np.int64)
        )


@dataclass(frozen=True)
class Through(Way):
    """The parent's parent."""

    near: Reference
    far: Reference

    def parents(self, rows: Numbers) -> Numbers:
        return self.far.parents(self.near.parents(rows))
