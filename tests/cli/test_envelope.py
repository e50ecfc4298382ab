"""The contract of `--json`, for every command there is."""

from __future__ import annotations

import errno
import json

import pytest

from envctl.cli.app import COMMANDS
from envctl.errors import EnvctlError, Exit
from tests.cli.made_up import ANSWERS, OPS, STATUS, WORDS, Envctl, Ops

KEYS = ["schema", "command", "ok", "data", "error"]
ERROR_KEYS = ["code", "exit", "message", "hint", "unchanged", "details"]
EVERY = list(COMMANDS)
WITH_OP = [name for name in EVERY if name in OPS]
STREAMS = {"logs", "events"}  # NDJSON, no envelope when all is well
PASSED_ON = {"exec", "run"}  # stdout is the command's own
ENVELOPED = [name for name in EVERY if name not in STREAMS | PASSED_ON]


def line(command: str, *more: str) -> list[str]:
    """A command line with `--json` that the command accepts."""
    return [*command.split(), "--json", *more, *WORDS.get(command, [])]


def test_no_command_is_forgotten() -> None:
    """Each command either has a made-up op here or is known to need none."""
    assert set(EVERY) == set(OPS) | {"version", "completion"}


@pytest.mark.parametrize("command", ENVELOPED)
def test_success_is_one_document(envctl: Envctl, command: str) -> None:
    """With --json a command that succeeds prints the envelope, one line, and says nothing else."""
    ran = envctl(*line(command))
    assert (0, "") == (ran.status, ran.err)
    assert 1 == ran.out.count("\n")
    document = ran.envelope
    assert KEYS == list(document)
    assert (1, command, True, None) == tuple(document[k] for k in ("schema", "command", "ok", "error"))
    assert document["data"] is not None


@pytest.mark.parametrize("command", WITH_OP)
def test_failure_is_one_document(envctl: Envctl, ops: Ops, command: str) -> None:
    """With --json a failure is the envelope too: what is known as data, the error with its status."""
    ops.answers[OPS[command]] = EnvctlError(
        Exit.UNHEALTHY, "db exited", hint="envctl logs db", unchanged="All is left.", details=("a", "b"), data={"k": 1}
    )
    ran = envctl(*line(command))
    assert (8, "") == (ran.status, ran.err)
    assert KEYS == list(ran.envelope)
    assert (1, command, False, {"k": 1}) == tuple(ran.envelope[k] for k in ("schema", "command", "ok", "data"))
    assert ERROR_KEYS == list(ran.envelope["error"])
    assert ["unhealthy", 8, "db exited", "envctl logs db", "All is left.", ["a", "b"]] == list(
        ran.envelope["error"].values()
    )


@pytest.mark.parametrize("command", EVERY)
def test_a_usage_error_is_one_document(envctl: Envctl, command: str) -> None:
    """An option that does not exist is reported in the envelope when --json is there."""
    ran = envctl(*line(command, "--no-such-option"))
    assert (2, "") == (ran.status, ran.err)
    assert (command, False, None) == tuple(ran.envelope[k] for k in ("command", "ok", "data"))
    assert ("usage", 2) == (ran.envelope["error"]["code"], ran.envelope["error"]["exit"])
    assert "--no-such-option" in ran.envelope["error"]["message"]


@pytest.mark.parametrize("words", [["--json"], ["no-such-command", "--json"], ["--json", "up"]])
def test_a_usage_error_without_a_command_is_one_document(envctl: Envctl, words: list[str]) -> None:
    """Where no command is known the envelope still has its shape."""
    ran = envctl(*words)
    assert 2 == ran.status
    assert KEYS == list(ran.envelope)
    assert "usage" == ran.envelope["error"]["code"]


@pytest.mark.parametrize("command", WITH_OP)
def test_a_fault_of_ours_is_one_document(envctl: Envctl, ops: Ops, command: str) -> None:
    """A fault nobody foresaw keeps the envelope, and its own words, which may hold a secret, stay out of it."""
    ops.answers[OPS[command]] = RuntimeError("postgresql://postgres:hunter2@db/shop")
    ran = envctl(*line(command))
    assert (1, "") == (ran.status, ran.err)
    assert ("our_fault", 1) == (ran.envelope["error"]["code"], ran.envelope["error"]["exit"])
    assert "RuntimeError" in ran.envelope["error"]["message"]
    assert "hunter2" not in ran.out


@pytest.mark.parametrize(("number", "expected"), [(errno.ENOSPC, 7), (errno.EDQUOT, 7), (errno.EIO, 1)])
def test_a_full_disk_is_no_fault_of_ours(envctl: Envctl, ops: Ops, number: int, expected: int) -> None:
    """Whatever was being written: what is full, and what to do about it."""
    ops.answers["up.up"] = OSError(number, "no room", "/run/user/1000/envctl/key")
    ran = envctl("up", "--json")
    assert (expected, expected) == (ran.status, ran.envelope["error"]["exit"])
    assert (expected == 7) is ("/run/user/1000/envctl/key: no room" in ran.envelope["error"]["message"])


@pytest.mark.parametrize("command", WITH_OP)
def test_an_interrupt_is_one_document(envctl: Envctl, ops: Ops, command: str) -> None:
    """Ctrl-C ends with 130 and an envelope that says so."""
    ops.answers[OPS[command]] = KeyboardInterrupt()
    ran = envctl(*line(command))
    assert (130, "") == (ran.status, ran.err)
    assert ("interrupted", 130) == (ran.envelope["error"]["code"], ran.envelope["error"]["exit"])


@pytest.mark.parametrize("command", sorted(PASSED_ON))
def test_a_command_passed_on_keeps_stdout_for_itself(envctl: Envctl, command: str) -> None:
    """`exec` and `run` add nothing to what their command prints, not even with --json."""
    ran = envctl(*line(command))
    assert (0, "", "") == (ran.status, ran.out, ran.err)


def test_logs_are_a_stream_of_objects(envctl: Envctl) -> None:
    """`logs --json` prints one object for each line and no envelope."""
    ran = envctl("logs", "--json")
    assert (0, "") == (ran.status, ran.err)
    assert [
        {"service": "api", "time": "2026-01-02T03:04:05Z", "stream": "stdout", "text": "ready"},
        {"service": "worker", "time": "2026-01-02T03:04:06Z", "stream": "stderr", "text": "oops"},
    ] == [json.loads(text) for text in ran.out.splitlines()]


def test_a_stream_that_breaks_ends_with_the_envelope(envctl: Envctl, ops: Ops) -> None:
    """When `logs --json` fails midway, its last line is the envelope with the error."""

    def breaking(*_args: object, **_named: object) -> object:
        yield from ANSWERS["logs.logs"]
        raise EnvctlError(Exit.DOCKER, "the daemon left")

    ops.answers["logs.logs"] = breaking
    ran = envctl("logs", "--json")
    assert 4 == ran.status
    *lines, last = [json.loads(text) for text in ran.out.splitlines()]
    assert ["api", "worker"] == [text["service"] for text in lines]
    assert ("logs", False, "docker") == (last["command"], last["ok"], last["error"]["code"])


def test_the_data_that_scripts_rely_on(envctl: Envctl) -> None:
    """`env` is a flat object, `urls` a list, `ls` and `status` objects with these keys."""
    assert {"DB_HOST": "127.0.0.1", "DB_PASSWORD": "it's $HOME"} == envctl("env", "--json").envelope["data"]
    assert [{"service": "web", "url": "http://127.0.0.1:41002"}] == envctl("urls", "--json").envelope["data"]
    (row,) = envctl("ls", "--json").envelope["data"]["environments"]
    assert ("main-0a", "shop", None, "partial") == tuple(row[k] for k in ("name", "project", "branch", "state"))
    status = envctl("status", "--json").envelope["data"]
    assert STATUS.name == status["name"]
    assert [("db", "running", "healthy"), ("web", "running", "healthy"), ("worker", "exited", None)] == [
        (s["name"], s["state"], s["health"]) for s in status["services"]
    ]


def test_json_is_valid_in_any_encoding(envctl: Envctl, ops: Ops) -> None:
    """The envelope is ASCII, so that no locale of a CI runner can break it."""
    ops.answers["settings.settings"] = EnvctlError(Exit.STACK_FILE, "Straße • 東京 \udcff")
    ran = envctl("env", "--json")
    assert ran.out.isascii()
    assert "Straße • 東京 \udcff" == ran.envelope["error"]["message"]


def test_a_hint_names_the_same_environment(envctl: Envctl, ops: Ops) -> None:
    """A command line in a hint carries the options that chose the environment, so that it can be pasted."""
    ops.answers["up.up"] = EnvctlError(
        Exit.UNHEALTHY, "db died", hint="See `envctl logs db`, then `envctl up`; `envctl ls`."
    )
    ran = envctl("up", "--env", "try-1", "--json")
    assert (
        "See `envctl logs --env try-1 db`, then `envctl up --env try-1`; `envctl ls`." == ran.envelope["error"]["hint"]
    )
