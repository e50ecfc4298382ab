"""How the rows of a table are shared out among those of another: some get many, and most get few."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil

import numpy as np

from envctl.synthetic.draws import Numbers

# The share of all children that the first share of parents has is that share to the power of 1 / skew.
SKEWS = {"none": 1.0, "low": 1.25, "high": 2.0}


@dataclass(frozen=True)
class Slots:
    """Children in the order of their parents. No row is kept for it: who is whose is worked out from either side."""

    children: int
    parents: int
    skew: float = 1.0

    def before(self, parents: Numbers) -> Numbers:
        """How many children all earlier parents have."""
        share = parents / max(self.parents, 1)
        return np.floor(self.children * share ** (1 / self.skew)).astype(np.int64)

    def parent(self, slots: Numbers) -> Numbers:
        """Whose child each is."""
        guess = np.floor(self.parents * ((slots + 0.5) / max(self.children, 1)) ** self.skew).astype(np.int64)
        found = guess.clip(0, max(self.parents - 1, 0))
        while (high := self.before(found) > slots).any():  # a double is not exact at the borders
            found[high] -= 1
        while (low := self.before(found + 1) <= slots).any():
            found[low] += 1
        return found

    @cached_property
    def most(self) -> int:
        """No parent has more children."""
        first = np.arange(min(self.parents, 1000) + 1, dtype=np.int64)
        if self.parents == 0:
            return 0
        return int(max(np.diff(self.before(first)).max(initial=0), ceil(self.children / self.parents)))

    @cached_property
    def least(self) -> int:
        """No parent has fewer."""
        last = np.arange(max(self.parents - 1000, 0), self.parents + 1, dtype=np.int64)
        return int(np.diff(self.before(last)).min(initial=self.children))

    def within(self, most: int) -> Slots | None:
        """The same with less skew, so that no parent has more than so many; None where that cannot be."""
        for skew in (self.skew, *(s for s in (1.5, 1.25, 1.1, 1.0) if s < self.skew)):
            slots = Slots(self.children, self.parents, skew)
            if slots.most <= most:
                return slots
        return None
