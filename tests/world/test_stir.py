"""Who waits for something to happen misses nothing of it."""

from __future__ import annotations

import threading

from envctl.world.parallel import apart
from envctl.world.stir import Stir

LONG = 60.0  # seconds: longer than any test may take


def test_what_happened_since_one_looked_is_not_waited_for() -> None:
    """Also where it happened between the look and the wait."""
    stir = Stir()
    seen = stir.count
    stir.happen()
    stir.wait(seen, LONG)
    assert seen != stir.count


def test_all_who_wait_are_woken() -> None:
    """By one and the same thing."""
    stir, waiting = Stir(), threading.Barrier(3, timeout=LONG)

    def wait() -> int:
        seen = stir.count
        waiting.wait()
        stir.wait(seen, LONG)
        return stir.count

    both = [apart(wait), apart(wait)]
    waiting.wait()
    stir.happen()
    assert [1, 1] == [one.result(LONG) for one in both]


def test_where_nothing_happens_the_wait_ends_all_the_same() -> None:
    """One looks now and then, should nobody tell."""
    stir = Stir()
    stir.wait(stir.count, 0.01)
    assert 0 == stir.count
