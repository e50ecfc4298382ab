"""Programs are run as a shell runs them, and none outlives what started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from envctl.world.pipes import Words
from envctl.world.shell import Finished, Shell

SHELL = Shell(os.environ)
LONG = 60  # seconds: longer than any test may take


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def wait_for(path: Path) -> str:
    """What a program has written, once it has."""
    return until(lambda: path.read_text() if path.exists() else "")


def until(ask: object) -> str:
    """The answer, once there is one."""
    assert callable(ask)
    pause, end = threading.Event(), time.monotonic() + LONG
    while time.monotonic() < end:
        if answer := ask():
            return str(answer)
        pause.wait(0.01)
    raise AssertionError("nothing happened")


def is_alive(pid: int) -> bool:
    """Whether a process is there and no zombie that init has yet to bury."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_a_program_prints_and_its_status_come_back() -> None:
    """Output, errors and status are kept apart."""
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    assert Finished(3, b"out\n", b"err\n") == SHELL.run(python(code))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_that_a_signal_ended_has_the_status_of_a_shell(number: signal.Signals) -> None:
    """Ended by signal n: 128 + n."""
    assert 128 + number == SHELL.run(python(f"import os; os.kill(os.getpid(), {int(number)})")).status


def test_a_program_that_does_not_exist_has_status_127() -> None:
    """Nothing is raised: the status says it, as in a shell."""
    assert Finished(127, b"", b"no-such-program: not found") == SHELL.run(("no-such-program",))


def test_a_missing_folder_is_not_taken_for_a_missing_program(tmp_path: Path) -> None:
    """The error names what is not there."""
    finished = SHELL.run(("true",), cwd=tmp_path / "gone")
    assert Finished(127, b"", f"{tmp_path / 'gone'}: not found".encode()) == finished


@pytest.mark.parametrize(("content", "mode"), [("#!/bin/sh\n", 0o644), ("no shebang, no program", 0o755)])
def test_a_file_that_cannot_be_run_has_status_126(tmp_path: Path, content: str, mode: int) -> None:
    """Not executable, or not in a format the system knows."""
    file = tmp_path / "program"
    file.write_text(content)
    file.chmod(mode)
    assert 126 == SHELL.run((str(file),)).status
    assert 126 == SHELL.hand_over((str(file),))


def test_words_reach_a_program_as_they_are() -> None:
    """No shell reads an argument."""
    hostile = ("$HOME", "$(id)", "`id`", "a b", "*", ";", "'", '"', "\\", "\n", "")
    code = "import sys; print(ascii(sys.argv[1:]))"
    assert f"{list(hostile)!r}\n" == SHELL.run((*python(code), *hostile)).stdout.decode()


def test_of_the_callers_environment_only_what_clients_need_is_passed_on() -> None:
    """Keys, passwords and settings of other tools stay outside."""
    caller = {
        "PATH": os.environ["PATH"],
        "HOME": "/somewhere",
        "DOCKER_HOST": "unix:///x.sock",
        "AWS_SECRET_ACCESS_KEY": "leaked",
        "DATABASE_URL": "leaked",
        "COMPOSE_PROJECT_NAME": "leaked",
        "GIT_DIR": "leaked",
        "PGPASSWORD": "leaked",
    }
    got = Shell(caller).run(("env", "-0"), env={"MORE": "yes"}).stdout.decode().rstrip("\0").split("\0")
    expected = {"PATH": caller["PATH"], "HOME": "/somewhere", "DOCKER_HOST": "unix:///x.sock", "MORE": "yes"}
    assert expected == dict(line.split("=", 1) for line in got)


def test_a_program_is_fed() -> None:
    """More than a pipe holds, while it prints as much."""
    blocks = [bytes([65 + n % 26]) * 100_000 for n in range(30)]
    assert Finished(0, b"".join(blocks)) == SHELL.run(("cat",), stdin=blocks)


def test_a_program_that_is_fed_nothing_reads_nothing() -> None:
    """Our own standard input is never a program's."""
    assert Finished(0) == SHELL.run(("cat",))


@pytest.mark.parametrize("first", [b"x", b"x" * 1_000_000], ids=["a little", "much"])
def test_a_program_that_ends_before_its_input_does_is_no_error(first: bytes) -> None:
    """Its status says why it ended."""

    def endless() -> Iterator[bytes]:
        while True:
            yield first

    assert Finished(7, b"enough\n") == SHELL.run(
        ("sh", "-c", "head -c 1 >/dev/null; echo enough; exit 7"), stdin=endless()
    )


def test_what_the_input_raises_is_raised_and_the_program_is_ended(tmp_path: Path) -> None:
    """A dump that breaks off leaves no client behind."""
    pid = tmp_path / "pid"

    def broken() -> Iterator[bytes]:
        yield b"a"
        wait_for(pid)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        SHELL.run(("sh", "-c", f"echo $$ >{pid}.new; mv {pid}.new {pid}; exec cat"), stdin=broken())
    assert not is_alive(int(pid.read_text()))


def test_lines_of_standard_error_come_as_they_are_printed() -> None:
    """Each line is heard while the program still runs, without its line end, whatever bytes are in it."""
    heard: list[str] = []
    waiting = threading.Event()

    def line(text: str) -> None:
        heard.append(text)
        waiting.set()

    def once_heard() -> Iterator[bytes]:
        assert waiting.wait(LONG)
        heard.append("(input)")
        yield b"last"

    finished = SHELL.run(
        ("sh", "-c", r"printf 'one\r\n' >&2; cat >&2; printf '\377' >&2"), stdin=once_heard(), line=line
    )
    assert ["one", "(input)", "last\ufffd"] == heard
    assert b"one\r\nlast\xff" == finished.stderr


def test_a_listener_that_fails_does_not_stop_the_program() -> None:
    """The program is not left with a full pipe, and the failure is heard once it has ended."""

    def line(_: str) -> None:
        raise BrokenPipeError("nobody listens")

    with pytest.raises(BrokenPipeError, match="nobody listens"):
        SHELL.run(("sh", "-c", "yes | head -c 500000 >&2"), line=line)


def test_what_a_program_leaves_in_the_background_is_not_waited_for(tmp_path: Path) -> None:
    """A daemon that keeps a program's pipes open does not hold us up, and what was printed is there."""
    pid = tmp_path / "pid"
    finished = SHELL.run(("sh", "-c", f"echo done; sleep {LONG} & echo $! >{pid}"))
    left = int(pid.read_text())
    try:
        assert Finished(0, b"done\n") == finished
        assert is_alive(left)
    finally:
        os.kill(left, signal.SIGKILL)


def interrupted(shell: Shell, program: str, ready: Path) -> Finished:
    """Run a program in a thread, and end all once it is ready."""
    results: list[Finished] = []
    runner = threading.Thread(target=lambda: results.append(shell.run(("sh", "-c", program))))
    runner.start()
    wait_for(ready)
    shell.end_all()
    runner.join(LONG)
    assert not runner.is_alive()
    return results[0]


def test_an_interrupt_ends_a_program_the_polite_way(tmp_path: Path) -> None:
    """It gets SIGINT, as from a terminal, and may tidy up."""
    ready = tmp_path / "ready"
    program = f"trap 'echo tidy; exit 130' INT; echo >{ready}; while :; do sleep 0.01; done"
    assert Finished(130, b"tidy\n") == interrupted(Shell(os.environ), program, ready)


def test_an_interrupt_ends_all_that_a_program_started(tmp_path: Path) -> None:
    """Its children too, whether or not they heed SIGINT."""
    ready = tmp_path / "ready"
    stubborn = f"trap '' INT; sh -c 'sleep {LONG}; :' & echo $! >{ready}.new"
    program = f"({stubborn}); mv {ready}.new {ready}; exec sleep {LONG}"
    assert 128 + signal.SIGINT == interrupted(Shell(os.environ), program, ready).status
    grandchild = int(ready.read_text())
    until(lambda: not is_alive(grandchild))


def test_a_program_that_does_not_heed_an_interrupt_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while of patience."""
    monkeypatch.setattr("envctl.world.pipes.PATIENCE", 0.2)
    ready = tmp_path / "ready"
    program = f"trap '' INT; echo >{ready}; while :; do sleep 0.01; done"
    assert 128 + signal.SIGKILL == interrupted(Shell(os.environ), program, ready).status


def test_after_an_interrupt_nothing_new_is_started(tmp_path: Path) -> None:
    """A thread that goes on a moment too long starts no program."""
    shell = Shell(os.environ)
    shell.end_all()
    with pytest.raises(KeyboardInterrupt):
        shell.run(("touch", str(tmp_path / "started")))
    assert [] == list(tmp_path.iterdir())


HANDED_OVER = """
import sys, os
from envctl.world.shell import Shell
sys.exit(Shell(os.environ).hand_over(tuple(sys.argv[1:])))
"""


def test_a_program_on_our_own_pipes_reads_and_prints_for_itself() -> None:
    """Input, output and status are the program's own."""
    argv = (*python(HANDED_OVER), "sh", "-c", "cat; echo err >&2; exit 4")
    done = subprocess.run(argv, input=b"in", capture_output=True, check=False)
    assert (4, b"in", b"err\n") == (done.returncode, done.stdout, done.stderr)


def test_a_program_that_is_not_there_has_status_127_when_handed_over() -> None:
    """As env(1) says it."""
    assert 127 == SHELL.hand_over(("no-such-program",))


def test_an_interrupt_is_left_to_the_program_that_was_handed_over(tmp_path: Path) -> None:
    """Ctrl-C goes to both; the program decides, and its status is ours."""
    ready = tmp_path / "ready"
    program = f"trap 'exit 9' INT; echo >{ready}; while :; do sleep 0.01; done"
    process = subprocess.Popen((*python(HANDED_OVER), "sh", "-c", program), start_new_session=True)
    wait_for(ready)
    os.killpg(process.pid, signal.SIGINT)
    assert 9 == process.wait(LONG)


def test_what_stops_us_stops_the_program_that_was_handed_over(tmp_path: Path) -> None:
    """Asked to stop by SIGTERM, we leave no program behind."""
    ready = tmp_path / "pid"
    stoppable = "import signal; signal.signal(signal.SIGTERM, signal.default_int_handler)" + HANDED_OVER
    program = f"echo $$ >{ready}.new; mv {ready}.new {ready}; exec sleep {LONG}"
    process = subprocess.Popen((*python(stoppable), "sh", "-c", program), stderr=subprocess.DEVNULL)
    left = int(wait_for(ready))
    process.terminate()
    process.wait(LONG)
    assert not is_alive(left)


def test_a_program_that_takes_too_long_is_killed_with_all_it_started(tmp_path: Path) -> None:
    """Status 124, as of timeout(1), with what it has printed so far; it cannot refuse."""
    pid = tmp_path / "pid"
    code = f"trap '' INT TERM; sleep {LONG} & echo $! >{pid}; echo so far; wait; wait"
    finished = SHELL.run(("sh", "-c", code), timeout=1.0)
    assert (124, b"so far\n") == (finished.status, finished.stdout)
    assert "gone" == until(lambda: "" if is_alive(int(pid.read_text())) else "gone")


def test_a_program_that_is_quick_enough_is_none_the_wiser() -> None:
    """Its status and output are its own."""
    assert Finished(3, b"out\n") == SHELL.run(("sh", "-c", "echo out; exit 3"), timeout=float(LONG))


def test_a_program_is_told_word_by_word_and_answers() -> None:
    """What is said reaches it at once; when it is stopped, nobody waits for it to hear more."""
    words = Words(b"first\n")
    with SHELL.reading(("cat",), stdin=words) as reading:
        blocks = iter(reading)
        assert b"first\n" == next(blocks)
        words.say(b"second\n")
        assert b"second\n" == next(blocks)
        words.close()
        assert (0, b"") == reading.ended()
    with SHELL.reading(("sleep", str(LONG)), stdin=Words()) as reading:
        reading.stop()
        assert 130 == reading.ended()[0]
