"""`exec` and `run`: the command line goes through as it is, and the status comes back."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

from envctl.errors import EnvctlError, Exit
from tests.cli.made_up import Envctl, Ops


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Always."""
        return True


@pytest.mark.parametrize(
    ("words", "argv"),
    [
        (["db", "psql", "-c", "select 1"], ("psql", "-c", "select 1")),
        (["db", "ls", "--json", "-T", "--env", "x", "--help"], ("ls", "--json", "-T", "--env", "x", "--help")),
        (["db", "--", "-odd"], ("-odd",)),
        (["db", "sh", "--", "x"], ("sh", "--", "x")),
        (["db", "echo", "", "*", "$X", "ü\n"], ("echo", "", "*", "$X", "ü\n")),
        (["--", "db", "psql"], ("psql",)),
    ],
)
def test_exec_changes_no_word(envctl: Envctl, ops: Ops, words: list[str], argv: tuple[str, ...]) -> None:
    """What comes after SERVICE reaches the op untouched, options and empty words included."""
    assert 0 == envctl("exec", *words).status
    assert ("HERE", "db", argv) == ops.calls["execute.execute"][0]


@pytest.mark.parametrize(
    ("words", "argv"),
    [
        (["--", "pytest", "--json", "-q"], ("pytest", "--json", "-q")),
        (["pytest", "-e", "x"], ("pytest", "-e", "x")),
        (["-e", "demo", "--", "--", "x"], ("x",)),
    ],
)
def test_run_changes_no_word(envctl: Envctl, ops: Ops, words: list[str], argv: tuple[str, ...]) -> None:
    """The command is what follows `--`, or the first word."""
    assert 0 == envctl("run", *words).status
    assert ("HERE", argv) == ops.calls["run.run"][0]


@pytest.mark.parametrize("words", [["exec", "db"], ["exec", "db", "--"], ["exec", "db", "--json", "psql"], ["run"]])
def test_a_missing_command_is_a_usage_error(envctl: Envctl, ops: Ops, words: list[str]) -> None:
    """Without a command, or with an option in its place, nothing runs."""
    assert 2 == envctl(*words).status
    assert {} == ops.calls


def test_options_before_the_service_are_ours(envctl: Envctl, ops: Ops) -> None:
    """`--env` before SERVICE chooses the environment."""
    envctl("exec", "--env", "demo", "db", "psql")
    assert "demo" == ops.here[1]


@pytest.mark.parametrize("status", [0, 1, 42, 125, 126, 127, 137])
@pytest.mark.parametrize("command", ["exec", "run"])
def test_the_status_comes_back(envctl: Envctl, ops: Ops, command: str, status: int) -> None:
    """The command's own exit status is envctl's."""
    ops.answers["execute.execute" if command == "exec" else "run.run"] = status
    assert (status, "", "") == tuple(vars(envctl(command, "sh", "sh")).values())


def test_a_failure_of_envctl_itself_is_told(envctl: Envctl, ops: Ops) -> None:
    """That a service is not there is envctl's to say, with its own status."""
    ops.answers["execute.execute"] = EnvctlError(Exit.NOT_FOUND, "no service dd", hint="there are: db")
    ran = envctl("exec", "dd", "sh")
    assert (5, "") == (ran.status, ran.out)
    assert "no service dd" in ran.err


@pytest.mark.parametrize("status", [126, 127])
def test_a_command_that_is_not_there_is_told(envctl: Envctl, ops: Ops, status: int) -> None:
    """`run` says which command could not be started, in the envelope too; one that ended so itself has its own say."""
    ops.answers["run.run"] = status
    ran = envctl("run", "no-such-command-anywhere")
    assert (status, "") == (ran.status, ran.out)
    assert "no-such-command-anywhere is not" in ran.err
    assert status == envctl("run", "--json", "no-such-command-anywhere").envelope["error"]["exit"]
    assert (status, "", "") == tuple(vars(envctl("run", "sh")).values())


def test_json_of_the_passed_command_is_not_ours(envctl: Envctl, ops: Ops) -> None:
    """A `--json` that belongs to the command does not make envctl print an envelope."""
    ops.answers["run.run"] = EnvctlError(Exit.EXEC_NOT_FOUND, "no such command: tool")
    ran = envctl("run", "--env", "x", "--", "tool", "--json")
    assert (127, "") == (ran.status, ran.out)
    assert "no such command" in ran.err


@pytest.mark.parametrize(
    ("words", "stdin", "stdout", "tty"),
    [([], True, True, True), (["-T"], True, True, False), ([], False, True, False), ([], True, False, False)],
)
def test_a_terminal_is_used_where_there_is_one(
    ops: Ops, monkeypatch: pytest.MonkeyPatch, words: list[str], stdin: bool, stdout: bool, tty: bool
) -> None:
    """A terminal inside only if stdin and stdout are terminals and -T does not say otherwise."""
    from envctl.cli.boundary import enter

    def stream(terminal: bool) -> Any:
        return Terminal() if terminal else io.StringIO()

    monkeypatch.setattr(sys, "stdin", stream(stdin))
    monkeypatch.setattr(sys, "stdout", stream(stdout))
    assert 0 == enter(["exec", *words, "db", "sh"])
    assert {"tty": tty, "stdin": True} == ops.calls["execute.execute"][1]
