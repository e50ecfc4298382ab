"""One command at a time per environment, and no lock outlives its holder."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from envctl.events import Event
from envctl.world.locks import Locks

LONG = 60.0  # seconds: longer than any test may take

HOLD = """
import sys
from pathlib import Path
from envctl.world.locks import Locks
with Locks(Path(sys.argv[1]), lambda event: print(event.what, flush=True)).hold(sys.argv[2]):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runtime" / "locks"


class Holder:
    """Another process that takes a lock and keeps it until it is told to let go."""

    def __init__(self, folder: Path, name: str) -> None:
        self.process = subprocess.Popen(
            (sys.executable, "-c", HOLD, str(folder), name), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def let_go(self) -> None:
        self.process.communicate(timeout=LONG)


@pytest.fixture
def holder(folder: Path) -> Iterator[Holder]:
    """Somebody who holds the lock `shop_main`."""
    other = Holder(folder, "shop_main")
    assert "held" == other.says()
    yield other
    other.process.kill()
    other.let_go()


def taken(folder: Path, name: str, told: list[Event], heard: threading.Event) -> threading.Thread:
    """A thread that takes the lock and says so."""

    def tell(event: Event) -> None:
        told.append(event)
        heard.set()

    def take() -> None:
        with Locks(folder, tell).hold(name):
            told.append(Event("lock", "held"))

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    return thread


def test_a_waiter_says_who_holds_the_lock_and_gets_it_after_them(folder: Path, holder: Holder) -> None:
    """It waits until the other has let go, and says so."""
    told: list[Event] = []
    heard = threading.Event()
    waiter = taken(folder, "shop_main", told, heard)
    assert heard.wait(LONG)
    assert [Event("lock", f"waiting for process {holder.process.pid}", "waiting")] == told
    holder.let_go()
    waiter.join(LONG)
    assert ["free", "held"] == [event.what for event in told[1:]]


def test_a_killed_holder_frees_its_lock(folder: Path, holder: Holder) -> None:
    """SIGKILL leaves nothing that would have to be tidied up."""
    told: list[Event] = []
    heard = threading.Event()
    waiter = taken(folder, "shop_main", told, heard)
    assert heard.wait(LONG)
    holder.process.kill()
    waiter.join(LONG)
    assert "held" == told[-1].what


def test_environments_do_not_wait_for_each_other(folder: Path, holder: Holder) -> None:
    """Another name is another lock, taken without a word."""
    told: list[Event] = []
    taken(folder, "shop_other", told, threading.Event()).join(LONG)
    assert ["held"] == [event.what for event in told]


def test_of_several_waiters_one_at_a_time_gets_the_lock(folder: Path, holder: Holder) -> None:
    """They find no gap in which two of them hold it."""
    together, most = 0, 0
    guard = threading.Lock()

    def use() -> None:
        nonlocal together, most
        for _ in range(20):
            with Locks(folder, lambda event: None).hold("shop_main"):
                with guard:
                    together += 1
                    most = max(most, together)
                with guard:
                    together -= 1

    threads = [threading.Thread(target=use, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    holder.let_go()
    for thread in threads:
        thread.join(LONG)
    assert 1 == most


def test_the_lock_is_held_by_whoever_came_last(folder: Path, holder: Holder) -> None:
    """The name of an earlier holder is not shown in place of the present one's."""
    holder.let_go()
    other = Holder(folder, "shop_main")
    assert "held" == other.says()
    assert f"process {other.process.pid}" == (folder / "shop_main.lock").read_text()
    other.let_go()


def test_the_folder_of_locks_is_closed_to_others(folder: Path) -> None:
    """Nobody else can hold up our commands."""
    with Locks(folder, lambda event: None).hold("shop_main"):
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in (folder, folder.parent)}
    assert {"locks": "0o700", "runtime": "0o700"} == modes


def test_a_lock_is_not_handed_on_to_programs(folder: Path) -> None:
    """A program that lives longer than its command keeps no environment locked."""
    with Locks(folder, lambda event: None).hold("shop_main"):
        open_files = subprocess.run(
            ("sh", "-c", "ls -l /proc/self/fd"), capture_output=True, text=True, check=True, close_fds=False
        )
    assert "shop_main.lock" not in open_files.stdout
