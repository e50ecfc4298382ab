"""How fast rows get in, and how long that will go on, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

_PAUSE = 1.0  # seconds between two words
_SURE = 0.02  # of all of it: before so much was read nobody knows how long the rest takes


@dataclass
class Pace:
    """Tells of the rows of tables as they pass, now and then, and what is done with them.

    `read` says how much of the source was, from 0 to 1.
    """

    say: Callable[[str], None]
    read: Callable[[], float | None]
    clock: Callable[[], float] = monotonic
    doing: str = "masking"
    _rows: dict[str, int] = field(default_factory=dict)
    _began: float | None = None
    _said: float = 0.0

    def __call__(self, table: str, rows: int) -> None:
        """So many rows of a table have passed."""
        now = self.clock()
        if self._began is None:
            self._began = self._said = now
        self._rows[table] = rows
        if now - self._said < _PAUSE:
            return
        self._said, taken = now, now - self._began
        rate = sum(self._rows.values()) / taken
        self.say(
            f"{self.doing} {table.removeprefix('public.')}: {rows:,} rows, {rate:,.0f} a second{self._left(taken)}"
        )

    def _left(self, taken: float) -> str:
        share = self.read()
        if share is None or share < _SURE:
            return ""
        return f", {share:.0%}, {taken / share - taken:.0f} s left"
