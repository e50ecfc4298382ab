"""What completion answers, without a shell: which words can stand where."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from envctl import labels
from envctl.cli import COMPLETION
from envctl.cli.app import first_words
from envctl.planning.names import environment_name
from tests.scenarios.stage import git

STACK = """
[project]
name = "shop"
[services.api]
build = "api"
[services.db]
kind = "postgres"
"""
HOSTILE = ("a b", "$(touch pwned)", "`touch pwned`", "'; touch pwned; '", 'a"b', "x\ny", "-rf", "é", "")


def container(environment: str, service: str = "db", project: str = "shop", branch: str = "") -> dict[str, object]:
    """One as the daemon lists it."""
    own = {labels.PROJECT: project, labels.ENVIRONMENT: environment, labels.SERVICE: service, labels.BRANCH: branch}
    return {"Id": "x", "Labels": own}


@contextmanager
def daemon(path: Path, *containers: dict[str, object], answers: bool = True) -> Iterator[str]:
    """Something on a socket that answers as the daemon would; returns its DOCKER_HOST."""
    body = json.dumps(containers).encode()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()

        def serve() -> None:
            while True:
                try:
                    asking, _ = listening.accept()
                except OSError:
                    return
                if answers:
                    asking.recv(65536)
                    asking.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n" + body)
                    asking.close()

        threading.Thread(target=serve, daemon=True).start()
        yield f"unix://{path}"
        listening.shutdown(socket.SHUT_RDWR)


Complete = Callable[..., list[str]]


@pytest.fixture
def complete(tmp_path: Path) -> Complete:
    """The answer for a command line whose last word is at the cursor, in a folder with a stack file."""
    (tmp_path / "envctl.toml").write_text(STACK)

    def ask(*words: str, shell: str = "fish", host: str = "unix:///nowhere") -> list[str]:
        environ = {**os.environ, COMPLETION: shell, "DOCKER_HOST": host}
        argv = [sys.executable, "-m", "envctl", str(len(words)), "envctl", *words]
        done = subprocess.run(argv, capture_output=True, env=environ, cwd=tmp_path, text=True, timeout=60, check=True)
        assert "" == done.stderr
        return done.stdout.splitlines()

    return ask


def words(lines: list[str]) -> list[str]:
    """The candidates without what they mean."""
    return [line.partition("\t")[0] for line in lines[1:]]


def test_commands_come_with_what_they_do(complete: Complete) -> None:
    """All of them, or those that begin so."""
    assert first_words() == words(complete(""))
    assert ["values", "down\tRemove this branch's environment, data included"] == complete("dow")
    assert [] == words(complete("nosuch"))


def test_options_are_the_command_s_own(complete: Complete) -> None:
    """One that is there already is not offered again; an unknown command has none."""
    found = words(complete("logs", "--f"))
    assert ["--follow", "--file"] == found
    assert ["--file"] == words(complete("logs", "--follow", "--f"))
    assert [] == words(complete("nosuch", "--"))
    assert ["--version", "--help"] == words(complete("-"))[:2]


def test_a_group_offers_its_commands(complete: Complete) -> None:
    """After its name come the second words, then what that command takes."""
    assert ["values", "ci\tTell a pull request about its environment"] == complete("ci")
    assert ["values", "comment\tWrite the URLs on the pull request"] == complete("ci", "")
    assert [] == words(complete("ci", "nosuch"))
    assert ["--help"] == words(complete("ci", "-"))
    assert ["--pull"] == words(complete("ci", "comment", "--pu"))
    assert ["files"] == complete("ci", "comment", "--file", "")
    assert [] == words(complete("ci", "nosuch", "--"))
    assert [] == words(complete("ci", "--json", "--"))


def test_values_are_what_the_option_takes(complete: Complete) -> None:
    """Choices, files, and nothing where only people know."""
    assert ["shell", "dotenv", "json"] == words(complete("env", "--format", ""))
    assert ["--format=dotenv"] == words(complete("env", "--format=d"))
    assert ["bash", "zsh", "fish"] == words(complete("completion", ""))
    assert ["files"] == complete("status", "--file", "")
    assert ["folders"] == complete("init", "")
    assert ["values"] == complete("logs", "--tail", "")
    assert ["files"] == complete("exec", "db", "psql", "--")


def test_services_are_the_stack_file_s_and_what_runs(complete: Complete, tmp_path: Path) -> None:
    """Each once, none that was given already; another stack file is read where one is named."""
    with daemon(tmp_path / "d", container("main", "old"), container("main", "other", project="blog")) as host:
        assert ["api", "db", "old"] == words(complete("logs", "", host=host))
    assert ["values", "db\tpostgres"] == complete("restart", "api", "")
    assert [] == words(complete("exec", "db", ""))
    (tmp_path / "other.toml").write_text(STACK.replace("api", "page"))
    assert ["page"] == words(complete("logs", "--file", "other.toml", "p"))


def test_cp_completes_services_and_files(complete: Complete) -> None:
    """`SERVICE:` or a path here; nobody knows what is in a container."""
    assert ["places", "api:\tapp", "db:\tpostgres"] == complete("cp", "")
    assert ["values"] == complete("cp", "db:/e")
    assert ["values"] == complete("cp", "a", "b", "")


def test_environments_are_the_daemon_s_and_the_branches(complete: Complete, tmp_path: Path) -> None:
    """A branch's environment is found by its own name and by the branch's; other projects' are left out."""
    git(tmp_path, "init", "--quiet", "--initial-branch=Feature/Login")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=x")
    mine = environment_name("refs/heads/Feature/Login")
    with daemon(tmp_path / "d", container("demo"), container("blogs", project="blog")) as host:
        assert ["values", "demo", f"{mine}\tFeature/Login"] == complete("logs", "--env", "", host=host)
        assert [mine] == words(complete("logs", "--env", "Feature/L", host=host))
        assert [f"--env={mine}"] == words(complete("logs", f"--env={mine[:4]}", host=host))
        assert ["blog", "shop"] == words(complete("ls", "--project", "", host=host))


def test_a_name_that_a_shell_could_read_is_not_offered(complete: Complete, tmp_path: Path) -> None:
    """Neither from the daemon nor from the stack file: envctl gives no such names, so they are not ours."""
    tables = "".join(f"[services.{json.dumps(name)}]\n" for name in HOSTILE)
    (tmp_path / "envctl.toml").write_text('[project]\nname = "shop"\n[services.web]\n' + tables)
    held = [container(name, service=name) for name in HOSTILE]
    with daemon(tmp_path / "d", *held, container("demo", "db")) as host:
        assert ["demo"] == words(complete("logs", "--env", "", host=host))
        assert ["db", "web"] == words(complete("logs", "", host=host))


def test_a_hostile_branch_is_a_description_on_one_line(complete: Complete, tmp_path: Path) -> None:
    """What a branch is called is shown, never run, and moves no cursor."""
    evil = "refs/heads/\x1b[2J$(touch\tpwned)"
    with daemon(tmp_path / "d", container("demo", branch=evil)) as host:
        assert ["values", "demo\t�[2J$(touch�pwned)"] == complete("logs", "--env", "", host=host)


@pytest.mark.parametrize(
    "stack",
    ["", "not toml", "services = 3", "[services]\nx = 1", f"{'a.' * 20_000}b = 1", "x = " + "[" * 5_000, "project = 1"],
)
def test_a_stack_file_that_cannot_be_read_has_no_services(complete: Complete, tmp_path: Path, stack: str) -> None:
    """And no error on the shell's line."""
    (tmp_path / "envctl.toml").write_text(stack)
    assert ["values"] == complete("logs", "")
    assert ["values"] == complete("logs", "--env", "")


def test_bash_replaces_only_what_is_after_its_own_cuts(complete: Complete) -> None:
    """bash takes `--format=d` for three words, and puts the answer in the place of the last."""
    assert ["values", "dotenv"] == complete("env", "--format", "=", "d", shell="bash")
    assert ["values", "shell", "dotenv", "json"] == complete("env", "--format", "=", shell="bash")
    assert ["values", "down"] == complete("dow", shell="bash")


def test_zsh_gets_colons_escaped(complete: Complete) -> None:
    """There a colon parts a word from what it means."""
    assert ["places", "db\\::postgres"] == complete("cp", "d", shell="zsh")


@pytest.mark.parametrize("argv", [[], ["x"], ["99"], ["1", "envctl", "a", "b"], ["-1", "envctl"]])
def test_nonsense_is_answered_with_nothing(argv: list[str]) -> None:
    """A shell's line is no place for errors."""
    environ = {**os.environ, COMPLETION: "bash"}
    done = subprocess.run([sys.executable, "-m", "envctl", *argv], env=environ, capture_output=True, check=False)
    assert (True, b"") == (done.returncode in (0, 1), done.stderr)


def test_a_daemon_that_does_not_answer_is_not_waited_for(complete: Complete, tmp_path: Path) -> None:
    """The services of the stack file are there all the same, and soon."""
    with daemon(tmp_path / "d", container("demo", "old"), answers=False) as host:
        assert ["api", "db"] == words(complete("logs", "", host=host))


def spent(argv: list[str], folder: Path, **environ: str) -> float:
    """Processor seconds of a process and its children: a busy machine makes them wait, not work."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(argv, env={**os.environ, **environ}, cwd=folder, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_completion_is_cheap(complete: Complete, tmp_path: Path) -> None:
    """Asking stack file, git and the daemon: eight times a bare interpreter at most, of which git is two."""
    git(tmp_path, "init", "--quiet")
    ask = [sys.executable, "-m", "envctl", "3", "envctl", "logs", "--env", ""]
    ours = min(spent(ask, tmp_path, **{COMPLETION: "bash"}) for _ in range(5))
    assert ours < 8 * min(spent([sys.executable, "-c", "pass"], tmp_path) for _ in range(5))


def test_completion_loads_nothing_heavy(complete: Complete, tmp_path: Path) -> None:
    """Neither Typer nor Docker's library nor pydantic."""
    environ = {**os.environ, COMPLETION: "bash"}
    argv = [sys.executable, "-X", "importtime", "-m", "envctl", "3", "envctl", "logs", "--env", ""]
    said = subprocess.run(argv, env=environ, cwd=tmp_path, capture_output=True, text=True, check=True).stderr
    loaded = {line.rpartition("|")[2].strip().partition(".")[0] for line in said.splitlines()}
    assert {"json", "tomllib", "envctl"} <= loaded
    assert not {"typer", "click", "rich", "docker", "requests", "pydantic", "http"} & loaded
