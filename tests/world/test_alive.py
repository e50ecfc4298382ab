"""Whether who left a mark has ended."""

from __future__ import annotations

import subprocess
import sys

import pytest

from envctl.world.alive import has_ended, myself

ASKED = (sys.executable, "-c", "from envctl.world.alive import myself; print(myself(), flush=True); input()")


def test_who_asks_has_not_ended() -> None:
    """Its mark is the same each time."""
    assert myself() == myself()
    assert not has_ended(myself())


def test_another_process_has_ended_when_it_has() -> None:
    """It is told by its number, and that by when it began."""
    with subprocess.Popen(ASKED, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        mark = process.stdout.readline().strip()
        assert not has_ended(mark)
    assert has_ended(mark)


def test_a_number_that_was_given_again_is_another_process() -> None:
    """It began at another time."""
    assert has_ended(f"{myself().rpartition(' ')[0]} 1")


@pytest.mark.parametrize("place", [0, 1])
def test_of_other_machines_nothing_is_known(place: int) -> None:
    """Nor of the same machine before it was started again, nor of another container's processes."""
    words = myself().split(" ")
    words[place] = "elsewhere"
    words[2:] = ["999999999", "1"]
    assert not has_ended(" ".join(words))


@pytest.mark.parametrize("process", ["", "c", "-1 1", "99999999999999999999 1", "1.5 1"])
def test_what_is_no_mark_proves_nothing(process: str) -> None:
    """Whoever wrote it."""
    assert not has_ended(process)
    assert not has_ended(" ".join([*myself().split(" ")[:2], process]))
