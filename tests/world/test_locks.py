"""One command at a time per environment, and no lock outlives its holder and what it started."""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from signal import SIGKILL

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.world.locks import Locks
from envctl.world.shell import Shell

LONG = 60.0  # seconds: longer than any test may take
NOBODY = 65534
SHELL = Shell(os.environ)
ME = pwd.getpwuid(os.getuid()).pw_name

# Takes a lock, as another user if one is given, runs a program if one is given, and holds it until its input ends.
HOLD = """
import os, sys, threading
from pathlib import Path
from envctl.world.locks import Locks
from envctl.world.shell import Shell
folder, name, user, *program = sys.argv[1:]
import encodings.idna, pwd
if int(user):
    os.setgroups([]); os.setgid(int(user)); os.setuid(int(user))
shell = Shell(os.environ)
with Locks(Path(folder), shell, lambda event: print(event.what, flush=True)).hold(name, "seed"):
    print("held", flush=True)
    if program:
        shell.run(program)
    sys.stdin.read()
"""

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user, or mount something")


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where every user may go."""
    with tempfile.TemporaryDirectory(prefix="envctl-test-", dir="/tmp") as above:
        Path(above).chmod(0o755)
        yield Path(above) / "locks"


class Holder:
    """Another process that takes the lock `shop_main` and keeps it until it is told to let go."""

    def __init__(self, folder: Path, *program: str, user: int = 0, umask: int = -1) -> None:
        self.process = subprocess.Popen(
            (sys.executable, "-c", HOLD, str(folder), "shop_main", str(user), *program),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            umask=umask,
        )

    def says(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def let_go(self) -> None:
        self.process.communicate(timeout=LONG)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(LONG)


@pytest.fixture
def holder(folder: Path) -> Iterator[Holder]:
    """Somebody who holds the lock."""
    other = Holder(folder)
    assert "held" == other.says()
    yield other
    other.process.kill()
    other.let_go()


class Waiter:
    """A thread that takes the lock `shop_main`."""

    def __init__(self, folder: Path, name: str = "shop_main") -> None:
        self.told: list[str] = []
        self._news = threading.Condition()
        self._locks = Locks(folder, SHELL, lambda event: self._say(event.what))
        self._thread = threading.Thread(target=self._take, args=(name,), daemon=True)
        self._thread.start()

    def _take(self, name: str) -> None:
        with self._locks.hold(name, "up"):
            self._say("held")

    def _say(self, what: str) -> None:
        with self._news:
            self.told.append(what)
            self._news.notify_all()

    def hears(self, part: str) -> str:
        """What it was told, once that holds these words."""
        with self._news:
            assert self._news.wait_for(lambda: any(part in what for what in self.told), LONG), self.told
            return next(what for what in self.told if part in what)

    def ended(self) -> list[str]:
        """All it was told, once it had the lock."""
        self._thread.join(LONG)
        return self.told


def unheard(event: Event) -> None:
    """For those who have nothing to wait for."""
    pytest.fail(event.what)


def locked(folder: Path) -> EnvctlError:
    """Try to take the lock without waiting, which must fail."""
    with pytest.raises(EnvctlError) as caught, Locks(folder, SHELL, unheard).hold("shop_main", "up", wait=False):
        pytest.fail("it was free")
    return caught.value


def test_a_waiter_says_who_holds_the_lock_and_gets_it_after_them(folder: Path, holder: Holder) -> None:
    """It waits until the other has let go, and says which command of whom it waits for, and since when that works."""
    waiter = Waiter(folder)
    said = waiter.hears("waiting")
    assert said.startswith(f'waiting for "envctl seed" of {ME} (process {holder.process.pid}), since ')
    begun = datetime.strptime(said[-8:], "%H:%M:%S").time()
    now = datetime.now().astimezone()
    assert (now - timedelta(seconds=LONG)).time() <= begun <= now.time() or now.time().hour == 0
    holder.let_go()
    assert [said, "free", "held"] == waiter.ended()


def test_who_does_not_wait_is_told_the_same(folder: Path, holder: Holder) -> None:
    """Status 6, and the holder in the message and in the data."""
    error = locked(folder)
    assert Exit.LOCKED == error.code
    told = f'shop_main is locked by "envctl seed" of {ME} (process {holder.process.pid}), since '
    assert error.message.startswith(told)
    assert error.data is not None
    found = error.data["holder"]
    assert isinstance(found, dict)
    assert (holder.process.pid, "seed", ME) == (found["pid"], found["command"], found["user"])
    assert datetime.now(UTC) - datetime.fromisoformat(found["since"]) < timedelta(seconds=LONG)
    json.dumps(error.data)


def test_a_lock_that_is_free_is_taken_without_waiting(folder: Path) -> None:
    """Whoever held it before."""
    for _ in range(2):
        with Locks(folder, SHELL, unheard).hold("shop_main", "up", wait=False):
            assert "up" == json.loads((folder / "shop_main.lock").read_text())["command"]
    assert [] == list(folder.iterdir())


def test_a_killed_holder_frees_its_lock(folder: Path, holder: Holder) -> None:
    """SIGKILL leaves nothing that would have to be tidied up."""
    waiter = Waiter(folder)
    waiter.hears("waiting")
    holder.kill()
    assert "held" == waiter.ended()[-1]


def test_what_a_killed_holder_has_started_holds_the_lock(folder: Path, tmp_path: Path) -> None:
    """The next one waits until it has ended, and says for what."""
    holder = Holder(folder, "sh", "-c", f"read line <{tmp_path}/end")
    os.mkfifo(tmp_path / "end")
    assert "held" == holder.says()
    with (tmp_path / "end").open("w") as end:  # opens once the program reads
        holder.kill()
        waiter = Waiter(folder)
        said = waiter.hears("still ending")
        assert f'what "envctl seed" of {ME} (process {holder.process.pid}) started before it was killed' in said
        assert "still ending" in locked(folder).message
        end.write("\n")
    assert [said, "free", "held"] == waiter.ended()


def test_what_goes_on_in_the_background_holds_no_lock(folder: Path, tmp_path: Path) -> None:
    """A holder that ends well frees its lock, though a program of its left another running."""
    holder = Holder(folder, "sh", "-c", f"sleep {LONG} >/dev/null 2>&1 & echo $! >{tmp_path}/pid")
    assert "held" == holder.says()
    holder.let_go()
    try:
        assert ["held"] == Waiter(folder).ended()
    finally:
        os.kill(int((tmp_path / "pid").read_text()), SIGKILL)


def test_a_program_on_our_own_terminal_holds_no_lock(folder: Path) -> None:
    """What is handed over is the user's own, and may run for days."""
    with Locks(folder, SHELL, unheard).hold("shop_main", "up"):
        assert 1 == SHELL.hand_over(("sh", "-c", "ls -l /proc/self/fd | grep -q shop_main"))
        assert 0 == SHELL.run(("sh", "-c", "ls -l /proc/self/fd | grep -q shop_main")).status
    assert 1 == SHELL.run(("sh", "-c", "ls -l /proc/self/fd | grep -q shop_main")).status


def test_environments_do_not_wait_for_each_other(folder: Path, holder: Holder) -> None:
    """Another name is another lock, taken without a word."""
    assert ["held"] == Waiter(folder, "shop_other").ended()


def test_of_several_waiters_one_at_a_time_gets_the_lock(folder: Path, holder: Holder) -> None:
    """They find no gap in which two of them hold it, though each removes its file at the end."""
    together, most = 0, 0
    guard = threading.Lock()

    def use() -> None:
        nonlocal together, most
        for _ in range(20):
            with Locks(folder, SHELL, lambda event: None).hold("shop_main", "up"):
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


@as_root
def test_two_users_exclude_each_other(folder: Path, tmp_path: Path) -> None:
    """Whichever of them comes first, and whatever they shield their files from."""
    for first, second in ((0, NOBODY), (NOBODY, 0)):
        holder = Holder(folder, user=first, umask=0o077)
        assert "held" == holder.says()
        waiter = Holder(folder, user=second, umask=0o077)
        assert f'waiting for "envctl seed" of {"nobody" if first else "root"} ' in waiter.says()
        holder.let_go()
        assert ["free", "held"] == [waiter.says(), waiter.says()]
        waiter.let_go()


def test_all_users_may_add_locks_and_remove_only_their_own(folder: Path) -> None:
    """Whatever the umask of who came first."""
    holder = Holder(folder, umask=0o077)
    assert "held" == holder.says()
    modes = [oct(path.stat().st_mode & 0o7777) for path in (folder, folder / "shop_main.lock")]
    holder.let_go()
    assert ["0o1777", "0o666"] == modes


@pytest.mark.parametrize("content", ["", "process 12", '{"pid": 1}', "\x1b[2J", "[" * 10_000])
def test_what_others_wrote_is_not_repeated(folder: Path, holder: Holder, content: str) -> None:
    """A file that does not say properly who holds it says nothing."""
    (folder / "shop_main.lock").write_text(content)
    assert "shop_main is locked by another envctl" == locked(folder).message


def refused(folder: Path) -> str:
    """Try to take the lock, which must fail; what is said."""
    with pytest.raises(EnvctlError) as caught, Locks(folder, SHELL, unheard).hold("shop_main", "up"):
        pytest.fail("it was taken")
    assert Exit.NOT_OURS == caught.value.code
    assert str(folder) in caught.value.message
    assert "ENVCTL_LOCK_DIR" in caught.value.hint
    return caught.value.message


def test_a_folder_that_cannot_be_trusted_is_refused(folder: Path, tmp_path: Path) -> None:
    """One that anybody may remove locks from, a link, a file; nothing about it is changed."""
    folder.mkdir()
    folder.chmod(0o777)
    assert "chmod +t" in refused(folder)
    assert 0o777 == folder.stat().st_mode & 0o7777
    (tmp_path / "link").symlink_to(tmp_path)
    assert "no folder" in refused(tmp_path / "link")
    (tmp_path / "file").write_text("precious")
    assert "no folder" in refused(tmp_path / "file")
    assert "Not a directory" in refused(tmp_path / "file" / "locks")
    assert "No such file" in refused(tmp_path / "gone" / "locks")
    assert "must begin with /" in refused(Path("locks"))
    assert {"link", "file"} == {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("planted", ["link", "hard link", "pipe", "folder"])
def test_a_planted_lock_is_refused(folder: Path, planted: str) -> None:
    """Nothing is written where another user wants it to be, and nobody waits for a pipe."""
    folder.mkdir()
    lock, precious = folder / "shop_main.lock", folder / "precious"
    precious.write_text("precious")
    match planted:
        case "link":
            lock.symlink_to(precious)
        case "hard link":
            lock.hardlink_to(precious)
        case "pipe":
            os.mkfifo(lock)
        case "folder":
            lock.mkdir()
    refused(folder)
    assert "precious" == precious.read_text()


MOUNTED = """
set -e
mount -t tmpfs -o {options} tmpfs {folder}
{before}
exec {python} -c {hold} {folder} shop_main 0 </dev/null 2>&1
"""


def on_a_mount(folder: Path, options: str, before: str = "") -> str:
    """Take the lock in a folder where something is mounted, which only that process sees; what it says."""
    from shlex import quote

    folder.mkdir()
    script = MOUNTED.format(options=options, folder=folder, before=before, python=sys.executable, hold=quote(HOLD))
    done = subprocess.run(("unshare", "--mount", "sh", "-c", script), capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[-1] if done.stdout else done.stderr


@as_root
def test_a_folder_that_cannot_be_written_to_is_said(folder: Path) -> None:
    """Nothing is taken for a lock that is none."""
    assert "cannot be had: Read-only file system" in on_a_mount(folder, "ro")


@as_root
def test_no_room_for_a_lock_is_said(folder: Path) -> None:
    """A memory file system that has no file left."""
    assert "cannot be had: No space left on device" in on_a_mount(folder, "nr_inodes=1,mode=1777")


@as_root
def test_a_lock_holds_where_there_is_no_room_for_its_holders_name(folder: Path) -> None:
    """A memory file system that is full to the last byte."""
    fill = f"cat /dev/zero >{folder}/much 2>/dev/null || true"
    assert "held" == on_a_mount(folder, "size=64k,mode=1777", fill)
