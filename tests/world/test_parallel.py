"""Independent work is done at the same time, and none is left half-known."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from envctl.world.parallel import apart, together
from envctl.world.shell import Shell

LONG = 60.0  # seconds: longer than any test may take


@pytest.fixture
def shell() -> Shell:
    return Shell(os.environ)


def number(value: int) -> Callable[[], int]:
    return lambda: value


def test_results_come_in_the_order_of_the_works(shell: Shell) -> None:
    """However many there are, and however few run at a time."""
    assert list(range(50)) == together(shell, [number(n) for n in range(50)], at_most=3)


def test_no_work_has_no_results(shell: Shell) -> None:
    """Nothing to do is no error."""
    assert [] == together(shell, [])


def test_works_run_at_the_same_time(shell: Shell) -> None:
    """Each of them waits for the other."""
    both = threading.Barrier(2, timeout=LONG)
    assert {0, 1} == set(together(shell, [both.wait, both.wait]))


def test_no_more_run_than_allowed(shell: Shell) -> None:
    """With room for one, they come one after the other."""
    running = threading.Lock()

    def alone() -> bool:
        with_room = running.acquire(blocking=False)
        running.release()
        return with_room

    assert [True] * 20 == together(shell, [alone] * 20, at_most=1)


def test_a_failure_is_raised_once_those_under_way_have_ended(shell: Shell) -> None:
    """What runs beside the failing one is not torn off."""
    done: list[str] = []
    started, failing = threading.Event(), threading.Event()

    def fail() -> None:
        assert started.wait(LONG)
        failing.set()
        raise ValueError("first")

    def finish() -> None:
        started.set()
        assert failing.wait(LONG)
        done.append("finished")

    with pytest.raises(ValueError, match="first"):
        together(shell, [finish, fail])
    assert ["finished"] == done


def test_after_a_failure_nothing_new_begins(shell: Shell) -> None:
    """Those that still wait for their turn never get it."""
    done: list[str] = []

    def fail() -> None:
        raise ValueError("first")

    with pytest.raises(ValueError, match="first"):
        together(shell, [lambda: done.append("before"), fail, lambda: done.append("after")], at_most=1)
    assert ["before"] == done


def test_of_several_failures_the_first_in_order_is_raised(shell: Shell) -> None:
    """Not the one that happened to be quickest, so that the same fault gives the same message."""
    second_failed = threading.Event()

    def first() -> None:
        assert second_failed.wait(LONG)
        raise ValueError("first")

    def second() -> None:
        second_failed.set()
        raise ValueError("second")

    with pytest.raises(ValueError, match="first"):
        together(shell, [first, second])


def test_an_interrupt_waits_for_nobody(shell: Shell) -> None:
    """A work that hangs, such as a pull from a registry that does not answer, keeps no Ctrl-C waiting."""
    hanging, released = threading.Event(), threading.Event()

    def hang() -> None:
        hanging.set()
        released.wait(LONG)

    def interrupt() -> None:
        assert hanging.wait(LONG)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        together(shell, [hang, interrupt])
    assert not released.is_set()
    released.set()


def test_an_interrupt_ends_the_programs_of_all_works(shell: Shell) -> None:
    """None runs on, and none is started any more."""
    started, ended = threading.Event(), threading.Event()

    def program() -> None:
        shell.run(("sh", "-c", "echo started >&2; exec sleep 60"), line=lambda _: started.set())
        ended.set()

    def interrupt() -> None:
        assert started.wait(LONG)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        together(shell, [program, interrupt])
    assert ended.wait(LONG)
    with pytest.raises(KeyboardInterrupt):
        shell.run(("true",))


def test_what_is_begun_apart_goes_on_by_itself() -> None:
    """Who began it goes on too, and hears of its result when it is there."""
    begun, released = threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        assert released.wait(LONG)
        return 7

    future = apart(work)
    assert begun.wait(LONG)
    assert not future.done()
    released.set()
    assert 7 == future.result(LONG)


def test_what_fails_apart_is_known_to_who_asks() -> None:
    """It is raised there and nowhere else, whatever it is."""

    def fail() -> None:
        raise KeyboardInterrupt("first")

    future = apart(fail)
    assert isinstance(future.exception(LONG), KeyboardInterrupt)
    assert 8 == apart(number(8)).result(LONG)


def test_nobody_waits_at_the_end_for_what_was_begun_apart() -> None:
    """A program that ends leaves it, as a kill would."""
    lines = (
        "import threading",
        "from envctl.world.parallel import apart",
        "begun = threading.Event()",
        "apart(lambda: (begun.set(), threading.Event().wait()))",
        "begun.wait()",
    )
    subprocess.run([sys.executable, "-c", "\n".join(lines)], check=True, timeout=LONG)
