"""envctl as a process: what it loads, how it dies, what it leaves behind."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HEAVY = {"docker", "pydantic", "psycopg", "faker", "confluent_kafka", "rich", "zstandard", "isal"}
# A process whose `up` prints an event and then waits for a signal, and whose `logs` never end.
MADE_UP = """
import sys, signal, itertools
from types import ModuleType, SimpleNamespace
from envctl.events import Event
from envctl.reports.logs import LogLine

def here(_file, _env, tell):
    return tell

def up(tell, **_named):
    tell(Event("db", "starting"))
    print("ready", file=sys.stderr, flush=True)
    while True:
        signal.pause()

def target(*_words, **_named):
    return SimpleNamespace(words=())

def logs(_here, _services, **_named):
    return (LogLine("api", "2026-01-02T03:04:05Z", "stdout", f"line {n}") for n in itertools.count())

for name, value in {"setting": here, "target": target, "up": up, "plan": up, "logs": logs}.items():
    module = ModuleType(f"envctl.ops.{name}")
    setattr(module, "here" if name == "setting" else name, value)
    sys.modules[module.__name__] = module

from envctl.cli import main
main()
"""


def started(*words: str, **streams: Any) -> subprocess.Popen[bytes]:
    """envctl with made-up ops in a process of its own."""
    environ = {"PATH": os.environ["PATH"], "TERM": "xterm"}
    return subprocess.Popen([sys.executable, "-c", MADE_UP, *words], env=environ, **streams)


@pytest.mark.parametrize("words", [["--help"], ["up", "--help"], ["version"], ["exec"], ["nonsense"]])
def test_heavy_libraries_stay_out(words: list[str]) -> None:
    """Help, version and mistakes load neither Docker nor pydantic nor rich, and `envctl --help` not even Typer."""
    script = (
        "import sys\nfrom envctl.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    said = subprocess.run([sys.executable, "-c", script, *words], capture_output=True, text=True, check=True)
    loaded = set(said.stderr.split())
    assert set() == HEAVY & loaded
    assert (words != ["--help"]) == ("typer" in loaded)


def test_who_only_looks_loads_no_client_library() -> None:
    """`envctl ls` asks the daemon itself and reads no stack file: neither Docker's library nor pydantic is loaded."""
    script = (
        "import sys\nfrom envctl.cli import main\ntry:\n    main()\nexcept SystemExit as end:\n    status = end.code\n"
        "print(status, *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    environ = {**os.environ, "DOCKER_HOST": "unix:///nowhere.sock"}
    said = subprocess.run([sys.executable, "-c", script, "ls"], capture_output=True, text=True, check=True, env=environ)
    status, *loaded = said.stdout.split()
    assert "4" == status
    assert set() == HEAVY & set(loaded)


def test_help_starts_fast() -> None:
    """`envctl --help` takes at most four times the processor time of Python alone; the best of several runs counts."""

    def cost(code: str) -> float:
        process = subprocess.Popen([sys.executable, "-c", code, "--help"], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = status
        assert 0 == status
        return used.ru_utime + used.ru_stime

    runs = [(cost("from envctl.cli import main; main()"), cost("pass")) for _ in range(7)]
    help_cost, bare_cost = (min(column) for column in zip(*runs, strict=True))
    assert help_cost <= 4 * bare_cost


def test_python_m_envctl_is_envctl() -> None:
    """The package can be run as a module."""
    said = subprocess.run([sys.executable, "-m", "envctl", "version", "--json"], capture_output=True, check=True)
    assert "version" == json.loads(said.stdout)["command"]


def test_a_reader_who_leaves_ends_it_quietly() -> None:
    """`envctl logs | head` dies of SIGPIPE and says nothing, as other tools do."""
    process = started("logs", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    assert b"api | line 0\n" == process.stdout.readline()
    process.stdout.close()
    assert -signal.SIGPIPE == process.wait(timeout=30)
    assert b"" == process.stderr.read()
    process.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("words", [["version"], ["version", "--json"]])
def test_a_full_disk_is_no_success(words: list[str]) -> None:
    """A result that could not be written is a failure, and says so."""
    with Path("/dev/full").open("wb") as full:
        process = started(*words, stdout=full.fileno(), stderr=subprocess.PIPE)
        _, said = process.communicate(timeout=30)
    assert 1 == process.returncode
    assert b"the result cannot be written" in said
    assert b"Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_interrupts(number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end with 130, a word about it, and no traceback."""
    process = started("up", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    assert b"ready\n" == process.stderr.readlines(14)[-1]
    process.send_signal(number)
    out, said = process.communicate(timeout=30)
    assert (130, b"") == (process.returncode, out)
    assert b"interrupted" in said
    assert b"Traceback" not in said


def test_an_interrupt_with_json_is_an_envelope() -> None:
    """A script that interrupts envctl still gets its document."""
    process = started("up", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr
    assert b"ready\n" == process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=30)
    assert (130, "interrupted") == (process.returncode, json.loads(out)["error"]["code"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_the_terminal_clean(number: signal.Signals) -> None:
    """On a real terminal the cursor is visible again after an interrupt, and the last line is complete."""
    ours, theirs = pty.openpty()
    try:
        process = started("up", stdin=theirs, stdout=theirs, stderr=theirs)
        said = read_until(ours, b"ready")
        process.send_signal(number)
        said += read_until(ours, b"goes on from here.\r\n")
        assert 130 == process.wait(timeout=30)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"\x1b[?25l" in said
    assert said.rindex(b"\x1b[?25h") > said.rindex(b"\x1b[?25l")
    assert b"\n" in said[said.rindex(b"starting") : said.rindex(b"interrupted")]
    assert b"\r\x1b[K\x1b[31merror:\x1b[0m interrupted" in said


def read_until(terminal: int, wanted: bytes) -> bytes:
    """What arrives at the terminal, up to and including the wanted words."""
    said = b""
    while wanted not in said:
        assert select.select([terminal], [], [], 30)[0], said
        said += os.read(terminal, 4096)
    return said
