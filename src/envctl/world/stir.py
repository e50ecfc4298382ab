"""Hears that something happens, so that nobody has to look all the time."""

from __future__ import annotations

import threading


class Stir:
    """Counts what happens. Who waits says what it had counted before it looked: so nothing is missed in between."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    @property
    def count(self) -> int:
        """How much happened so far."""
        return self._count

    def happen(self) -> None:
        """Something did."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, seen: int, at_most: float) -> None:
        """Wait until more than `seen` happened, `at_most` so many seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen, at_most)
