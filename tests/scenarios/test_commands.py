"""The commands that look at what runs, or run something in it: what they print, and the status they end with."""

from __future__ import annotations

import copy
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen
from threading import Timer
from typing import Any

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

SAYS = "for n in 1 2 3; do echo line $n; done; echo oops >&2; trap exit TERM; sleep infinity & wait"
STACK = f"""
[services.app]
image = "python:3.13-slim"
command = ["sh", "-c", "{SAYS}"]
port = 8000
public = true
[services.quiet-one]
image = "python:3.13-slim"
command = ["sh", "-c", "echo here; trap exit TERM; sleep infinity & wait"]
[services.db]
kind = "postgres"
"""
PATIENCE = 60  # seconds that a line may take to come


@pytest.fixture(scope="module")
def stage(shared_stage: Stage) -> Stage:
    """An app that says a few lines, another, and a database: up."""
    shared_stage.write(STACK)
    shared_stage.up()
    return shared_stage


def say(stage: Stage, line: str) -> None:
    """Let the app print a line now."""
    assert (0, "") == stage.inside("app", "sh", "-c", f"echo {line} > /proc/1/fd/1")


def entries(stage: Stage, *words: str) -> list[dict[str, Any]]:
    """What `logs --json` prints: an object a line."""
    return [json.loads(line) for line in stage.did("logs", "--json", *words).stdout.splitlines()]


def texts(stage: Stage, *words: str) -> list[str]:
    """The lines of the app's stdout."""
    return [entry["text"] for entry in entries(stage, *words, "app") if entry["stream"] == "stdout"]


def test_logs_must_say_whose_line_it_is(stage: Stage) -> None:
    """Each line on stdout begins with its service, the container's stderr included, in columns."""
    lines = stage.did("logs", "app", "quiet-one").stdout.splitlines()
    assert {"app       | line 1", "app       | oops", "quiet-one | here"} <= set(lines)


def test_logs_of_one_service_must_hold_no_other(stage: Stage) -> None:
    """Named services only; without a name all of them."""
    assert {"quiet-one"} == {entry["service"] for entry in entries(stage, "quiet-one")}
    assert {"app", "quiet-one", "db"} == {entry["service"] for entry in entries(stage)}


def test_logs_as_json_must_be_an_object_a_line(stage: Stage) -> None:
    """NDJSON with service, time, stream and text, in the order of time."""
    found = entries(stage, "app")
    assert {"service", "time", "stream", "text"} == {key for entry in found for key in entry}
    assert ["line 1", "line 2", "line 3"] == [e["text"] for e in found if e["stream"] == "stdout"][:3]
    assert ["oops"] == [entry["text"] for entry in found if entry["stream"] == "stderr"]
    assert sorted(entry["time"] for entry in found) == [entry["time"] for entry in found]


def test_tail_must_give_the_last_lines(stage: Stage) -> None:
    """`--tail 1` is one line of each service: the last."""
    say(stage, "the last")
    found = {entry["service"]: entry["text"] for entry in entries(stage, "--tail", "1", "app", "quiet-one")}
    assert {"app": "the last", "quiet-one": "here"} == found
    assert [] == entries(stage, "--tail", "0", "app")


def test_since_must_leave_out_what_is_older(stage: Stage) -> None:
    """`--since` a line's own time begins with that line; a time gone by long gives all, one to come nothing."""
    say(stage, "now")
    (*_, last) = entries(stage, "app")
    assert ("app", "now") == (last["service"], last["text"])
    assert ["now"] == texts(stage, "--since", last["time"])
    assert texts(stage) == texts(stage, "--since", "24h")
    assert [] == texts(stage, "--since", "2999-01-01T00:00:00Z")


def test_logs_of_an_unknown_service_must_be_refused(stage: Stage) -> None:
    """Status 5, and the hint lists the services there are."""
    hint = stage.refused(5, "logs", "nosuch")["error"]["hint"]
    assert all(service in hint for service in ("app", "quiet-one", "db"))


@contextmanager
def following(stage: Stage, *words: str) -> Iterator[Popen[str]]:
    """`logs -f` as a process; one that says nothing is killed after a while, which ends its stdout."""
    with stage.running("logs", "-f", *words) as process:
        timer = Timer(PATIENCE, process.kill)
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_followed_logs_must_end_when_interrupted(stage: Stage, how: signal.Signals) -> None:
    """`-f` prints lines as they come; Ctrl-C ends it with 130 and without a word."""
    with following(stage, "--tail", "1", "app") as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().startswith("app | ")
        for line in ("first", "second"):
            say(stage, line)
            assert f"app | {line}\n" == process.stdout.readline()
        process.send_signal(how)
        assert ("", "") == (process.stdout.read(), process.stderr.read())
        assert 130 == process.wait(PATIENCE)


def test_followed_logs_as_json_must_come_at_once(stage: Stage) -> None:
    """`-f --json` gives each line as an object when it is printed, and the envelope when it is interrupted."""
    with following(stage, "--json", "--tail", "0", "app", "quiet-one") as process:
        assert process.stdout
        # Tail 0 prints nothing to wait for, and who follows may come late: say it until it is heard.
        talker = Timer(0, _say_until, (stage, process))
        talker.start()
        entry = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        talker.join()
        assert ("app", "again", "stdout") == (entry["service"], entry["text"], entry["stream"])
        *_, envelope = process.stdout.read().splitlines()
        assert (False, 130) == (json.loads(envelope)["ok"], json.loads(envelope)["error"]["exit"])
        assert 130 == process.wait(PATIENCE)


def _say_until(stage: Stage, process: Popen[str]) -> None:
    """Say it over and over until the listener has gone."""
    while process.poll() is None:
        say(stage, "again")


def test_exec_must_pass_the_command_s_status_and_streams(stage: Stage) -> None:
    """The status is the command's; its stdout and stderr stay apart."""
    ran = stage.envctl("exec", "app", "sh", "-c", "echo out; echo err >&2; exit 42")
    assert (42, "out\n", "err\n") == (ran.status, ran.stdout, ran.stderr)


def test_exec_must_pipe_stdin_in(stage: Stage) -> None:
    """What comes on stdin reaches the command byte for byte, to its end."""
    text = "".join(f"line {n} with 'quotes' and ünïcode\r\n" for n in range(5_000))
    assert text == stage.did("exec", "app", "cat", stdin=text).stdout
    assert "2\n" == stage.did("exec", "db", "psql", "-U", "postgres", "-At", stdin="SELECT 1 + 1;\n").stdout


def test_exec_must_change_no_word(stage: Stage) -> None:
    """Blanks, dollars, quotes and what looks like an option of ours arrive as they are."""
    words = ["a b", "$HOME", "'", '"', "", "--json", "--env", "-T", "*"]
    assert words == stage.did("exec", "app", "printf", "%s\\n", *words).stdout.split("\n")[:-1]


@pytest.mark.parametrize(
    ("program", "status"), [("no-such-program", 127), ("/nowhere/prog", 127), ("/etc/passwd", 126)]
)
def test_exec_of_no_program_must_end_as_env_does(stage: Stage, program: str, status: int) -> None:
    """127 when there is no such command, 126 when it is not executable, as in env(1); it is named."""
    ran = stage.envctl("exec", "app", program)
    assert (status, True) == (ran.status, program in ran.stdout + ran.stderr)


def test_exec_in_an_unknown_service_must_be_refused(stage: Stage) -> None:
    """125, and the hint lists what runs."""
    error = stage.refused(125, "exec", "nosuch", "true")["error"]
    assert "nosuch" in error["message"]
    assert all(service in error["hint"] for service in ("app", "quiet-one", "db"))


def test_run_must_pass_the_command_s_status_and_streams(stage: Stage) -> None:
    """A command of the host gets stdin, and its status and its streams come back."""
    ran = stage.envctl("run", "sh", "-c", "cat; echo err >&2; exit 42", stdin="in\n")
    assert (42, "in\n", "err\n") == (ran.status, ran.stdout, ran.stderr)


def test_run_must_give_the_settings_beside_the_caller_s_own(stage: Stage) -> None:
    """The command's variables are those of `env`, the caller's other ones too; where both say one, `env` counts."""
    ran = stage.did("run", "--", "env", "-0", env={"MINE": "kept", "DB_PORT": "1"})
    given = dict(entry.partition("=")[::2] for entry in ran.stdout.split("\0"))
    assert {**stage.data("env"), "MINE": "kept"}.items() <= given.items()


def test_run_must_reach_the_database(stage: Stage) -> None:
    """DB_URL is all that a program on this machine needs."""
    script = "import os, psycopg; print(psycopg.connect(os.environ['DB_URL']).execute('SELECT 6 * 7').fetchone()[0])"
    assert "42\n" == stage.did("run", "--", sys.executable, "-c", script).stdout


@pytest.mark.parametrize(("program", "status"), [("no-such-program", 127), ("/etc/passwd", 126)])
def test_run_of_no_program_must_end_as_env_does(stage: Stage, program: str, status: int) -> None:
    """127 when there is no such command, 126 when it is not executable; it is named."""
    ran = stage.envctl("run", program)
    assert (status, "") == (ran.status, ran.stdout)
    assert f"error: {program} is not" in ran.stderr


def test_status_must_have_its_shape(stage: Stage) -> None:
    """Name, project, branch, state, and for every service the same keys, in the order of the stack file."""
    status = stage.data("status")
    services = {service.pop("name"): service for service in status.pop("services")}
    assert {"name": stage.name, "project": stage.project, "branch": None, "state": "running"} == status
    assert ["app", "quiet-one", "db"] == list(services)
    keys = {"kind", "state", "health", "address", "url", "image", "exit_code", "started_at"}
    assert [keys] * 3 == [set(service) for service in services.values()]
    settings = stage.data("env")
    assert ["app", "running", None] == [services["app"][key] for key in ("kind", "state", "health")]
    assert settings["APP_URL"] == services["app"]["url"]
    database = f"127.0.0.1:{settings['DB_PORT']}"
    assert ["postgres", "healthy", database, None] == [
        services["db"][key] for key in ("kind", "health", "address", "url")
    ]
    assert (None, None) == (services["quiet-one"]["address"], services["quiet-one"]["url"])


def test_urls_must_be_a_list(stage: Stage) -> None:
    """Only public services, each with its URL; for people one a line."""
    url = f"http://127.0.0.1:{stage.data('env')['APP_PORT']}"
    assert [{"service": "app", "url": url}] == stage.data("urls")
    assert f"app   {url}\n" == stage.did("urls").stdout


def test_env_must_be_a_flat_object(stage: Stage) -> None:
    """NAME_URL, NAME_HOST, NAME_PORT for what is published, user, password and database where it has them."""
    settings = stage.data("env")
    parts = {"APP": ("URL", "HOST", "PORT"), "DB": ("URL", "HOST", "PORT", "USER", "PASSWORD", "DATABASE")}
    assert {f"{name}_{part}" for name, having in parts.items() for part in having} == set(settings)
    assert {str} == {type(value) for value in settings.values()}


def test_env_must_say_the_same_in_every_format(stage: Stage) -> None:
    """`--format json` is that object alone, dotenv and shell are a line for each."""
    settings = stage.data("env")
    assert settings == json.loads(stage.did("env", "--format", "json").stdout)
    dotenv = stage.did("env", "--format", "dotenv").stdout
    assert settings == dict(line.partition("=")[::2] for line in dotenv.splitlines())
    shell = stage.did("env").stdout.splitlines()
    assert [f"export {name}" for name in settings] == [line.partition("=")[0] for line in shell]


def test_ls_must_show_the_environment(stage: Stage) -> None:
    """One row with its name, project, branch and state; another project's name shows none."""
    (row,) = stage.data("ls", "--project", stage.project)["environments"]
    assert row in stage.data("ls")["environments"]
    assert all(row.pop(moment) for moment in ("created", "expires", "used"))
    expected = {"name": stage.name, "project": stage.project, "branch": None, "state": "running"}
    assert {**expected, "services": 3, "running": 3, "pinned": None} == row
    assert {"environments": []} == stage.data("ls", "--project", f"{stage.project}-other")


@pytest.mark.parametrize("command", [["logs"], ["env"], ["urls"], ["run", "true"], ["exec", "app", "true"]])
def test_what_is_absent_must_be_said(stage: Stage, command: list[str]) -> None:
    """Status 5 for an environment that is not there, where that matters; `status` just says so."""
    absent = copy.copy(stage)
    absent.name = "elsewhere"
    word, *rest = command
    assert "elsewhere" in absent.refused(5, word, *rest)["error"]["message"]
    assert "absent" == absent.data("status")["state"]
