"""reflink: the copy shares the blocks of the original until one of them is written to (XFS, btrfs, bcachefs).

Without `always` `cp` would fall back to a full copy without a word.
"""

from __future__ import annotations

from envctl.pool import CLONES
from envctl.snapshot import Held
from envctl.snapshots.base import Layout, copied, place


class Reflink:
    """Where the daemon's own disk can, and in a pool."""

    name = "reflink"

    def layout(self, source: Held, clone: str, number: int) -> Layout:
        """In the pool where the original lies in it."""
        return copied(self.name, source, place(clone, CLONES, source.pool), "data", number)
