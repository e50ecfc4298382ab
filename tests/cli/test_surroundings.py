"""envctl as a process in odd surroundings: closed streams, a tiny terminal, no home, another encoding."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

ENVCTL = (sys.executable, "-m", "envctl")
STACK = '[project]\nname = "shop"\n[services.wëb]\nimage = "none"\n'
GOOD = STACK.replace("wëb", "web")
COMMANDS = [["version"], ["version", "--json"], ["schema"], ["config"], ["config", "--json"]]
NARROW = 20
READABLE = 50  # below which Typer does not wrap


def shell(script: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which `"$@"` is envctl."""
    (folder / "envctl.toml").write_text(GOOD, encoding="utf-8")
    return subprocess.run(
        ["sh", "-c", script, "sh", *ENVCTL],
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_closed_stdout_is_a_failure(tmp_path: Path, words: list[str]) -> None:
    """What nobody can have got is no success; nothing but the reason is printed."""
    ran = shell(f'"$@" {" ".join(words)} >&-', tmp_path)
    assert 1 == ran.returncode
    assert "stdout is closed" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-"])
def test_other_closed_streams_do_not_matter(tmp_path: Path, words: list[str], closed: str) -> None:
    """stdout has the whole result, and nothing that was meant for another stream."""
    whole = shell(f'"$@" {" ".join(words)}', tmp_path)
    ran = shell(f'"$@" {" ".join(words)} {closed}', tmp_path)
    assert (0, whole.stdout) == (ran.returncode, ran.stdout)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_reader_who_wants_but_a_line_hears_no_complaint(tmp_path: Path, words: list[str]) -> None:
    """`envctl … | head -1` prints that line and nothing on stderr."""
    ran = shell(f'"$@" {" ".join(words)} | head -n 1', tmp_path)
    assert (1, "") == (len(ran.stdout.splitlines()), ran.stderr)


@pytest.mark.docker
def test_a_list_into_a_closed_pipe(tmp_path: Path) -> None:
    """The same where a daemon was asked."""
    ran = shell('"$@" ls --quiet | true; "$@" ls --quiet | head -1', tmp_path)
    assert (0, "") == (ran.returncode, ran.stderr)


def in_a_terminal(words: list[str], folder: Path, columns: int) -> tuple[int, list[str]]:
    """Run envctl on a terminal of that width: its status and lines."""
    (folder / "envctl.toml").write_text(GOOD, encoding="utf-8")
    child, descriptor = pty.fork()
    if child == 0:
        os.chdir(folder)
        environ = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execve(sys.executable, [*ENVCTL, *words], {**environ, "TERM": "xterm"})
    said = b""
    with suppress(OSError):  # the terminal ends with its process
        while block := os.read(descriptor, 65536):
            said += block
    os.close(descriptor)
    _, status = os.waitpid(child, 0)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", said.decode("utf-8", "replace"))
    return os.waitstatus_to_exitcode(status), text.replace("\r", "").splitlines()


@pytest.mark.parametrize("columns", [1, NARROW, 500])
@pytest.mark.parametrize(
    ("words", "status"),
    [(["--help"], 0), (["up", "--help"], 0), (["config"], 0), (["nonsense"], 2), (["up", "--env", "x" * 90], 2)],
)
def test_any_width_of_a_terminal_will_do(tmp_path: Path, words: list[str], status: int, columns: int) -> None:
    """Help, results and errors come out whole, with the same status."""
    left, lines = in_a_terminal(words, tmp_path, columns)
    assert status == left
    assert "Traceback" not in "\n".join(lines)
    assert any(lines)


def test_help_fits_a_narrow_terminal(tmp_path: Path) -> None:
    """Prose is wrapped down to what can still be read; only examples, which are there to be copied, are longer."""
    _, lines = in_a_terminal(["up", "--help"], tmp_path, NARROW)
    prose = [line for line in lines if not line.strip().startswith("envctl ")]
    assert READABLE >= max(map(len, prose))


@pytest.mark.docker
def test_a_list_on_a_narrow_terminal(tmp_path: Path) -> None:
    """A table is not wrapped into nonsense, and nothing breaks."""
    status, lines = in_a_terminal(["ls"], tmp_path, NARROW)
    assert 0 == status
    assert "Traceback" not in "\n".join(lines)


@pytest.mark.parametrize(
    "environ",
    [
        {"HOME": "/nonexistent"},
        {"HOME": ""},
        {"HOME": "relative"},
        {"HOME": "/dev/null", "XDG_CONFIG_HOME": "/dev/null"},
        {"XDG_CONFIG_HOME": "/nonexistent/\n", "XDG_RUNTIME_DIR": "/nonexistent"},
        {"XDG_CONFIG_HOME": "\x01", "XDG_RUNTIME_DIR": "relative"},
    ],
    ids=str,
)
def test_a_home_is_not_needed(tmp_path: Path, environ: dict[str, str]) -> None:
    """Where there is none, or the variables are nonsense, there is merely no configuration of the user's."""
    ran = shell('"$@" config --json', tmp_path, **environ)
    assert 0 == ran.returncode, ran.stderr
    assert "shop" == json.loads(ran.stdout)["data"]["project"]


def test_without_the_variable_home_there_is_none(tmp_path: Path) -> None:
    """As in a service or a bare container."""
    ran = shell('unset HOME; "$@" config --json', tmp_path)
    assert 0 == ran.returncode, ran.stderr


@pytest.mark.parametrize("locale", ["C", "POSIX", "en_US.ISO-8859-1", "nonsense"])
def test_any_encoding_of_the_terminal_will_do(tmp_path: Path, locale: str) -> None:
    """A character that the encoding lacks is shown by its number, and nothing fails."""
    (tmp_path / "bad.toml").write_text(STACK, encoding="utf-8")
    ran = shell('"$@" config --file bad.toml', tmp_path, LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert 3 == ran.returncode
    assert "Traceback" not in ran.stderr
