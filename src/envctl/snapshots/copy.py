"""copy: every byte. It works everywhere, and takes as long as the data is large; nobody gets it without being told."""

from __future__ import annotations

from envctl.snapshot import Held
from envctl.snapshots.base import Layout, copied


class Copy:
    """The last resort."""

    name = "copy"

    def layout(self, source: Held, clone: str, number: int) -> Layout:
        """On the daemon's own disk."""
        return copied(self.name, source, Held(clone), "data", number)
