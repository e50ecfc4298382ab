"""Commands of one environment go one after the other, whoever gives them; those of two go on together."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import copy
from pathlib import Path
from signal import SIGKILL
from threading import Timer
from typing import Any

import psycopg
import pytest

from tests.scenarios.stacks import IDLE, TOOLS
from tests.scenarios.stage import LONGEST, Stage

pytestmark = pytest.mark.docker

# Gets healthy only once the test says so, and what needs it waits until then.
WAITING = f"""
[services.app]
image = "python:3.13-slim"
{IDLE}
health = {{ command = ["test", "-e", "/tmp/healthy"], timeout = "120s" }}
[services.page]
image = "python:3.13-slim"
{IDLE}
needs = ["app"]
"""
# The same as Compose's own project: it is Compose that waits.
COMPOSED = """
services:
  app:
    image: python:3.13-slim
    command: ["sh", "-c", "trap exit TERM; sleep infinity & wait"]
    healthcheck: {test: ["CMD", "test", "-e", "/tmp/healthy"], interval: 200ms, start_period: 120s}
  page:
    image: python:3.13-slim
    command: ["sh", "-c", "trap exit TERM; sleep infinity & wait"]
    depends_on: {app: {condition: service_healthy}}
"""
DATA = """
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""
DUMP = """--
-- PostgreSQL database dump
--

CREATE TABLE public.items (id int PRIMARY KEY);
COPY public.items (id) FROM stdin;
1
2
\\.
--
-- PostgreSQL database dump complete
--
"""
Process = subprocess.Popen[str]


def heard(process: Process, said: str) -> str:
    """Read what a command says until it says this; the line."""
    assert process.stderr is not None
    guard = Timer(LONGEST, process.kill)
    guard.start()
    try:
        lines = []
        for line in process.stderr:
            lines.append(line)
            if said in line:
                return line
    finally:
        guard.cancel()
    pytest.fail(f"never said {said!r}:\n{''.join(lines)}")


@contextmanager
def at_work(stage: Stage, *, composed: bool = False) -> Iterator[Process]:
    """An `up` that has started what does not become healthy."""
    if composed:
        stage.write('compose = "compose.yaml"\n', **{"compose.yaml": COMPOSED})
    else:
        stage.write(WAITING)
    with stage.running("up") as process:
        heard(process, "app  waiting to become healthy")
        yield process


def let_go(stage: Stage) -> None:
    """Have the app become healthy."""
    assert 0 == stage.inside("app", "touch", "/tmp/healthy")[0]


def ended(process: Process) -> int:
    """A command's status, once it has ended."""
    process.communicate(timeout=LONGEST)
    return process.returncode


def together(stage: Stage, *commands: str) -> list[tuple[int, dict[str, Any]]]:
    """Run commands of one environment at the same time; status and envelope of each."""
    with ExitStack() as stack:
        processes = [stack.enter_context(stage.running(command, "--json")) for command in commands]
        printed = [process.communicate(timeout=LONGEST)[0] for process in processes]
        return [(p.returncode, json.loads(out)) for p, out in zip(processes, printed, strict=True)]


def test_eight_ups_at_once_are_one(stage: Stage) -> None:
    """All succeed; one of them does everything, the others find it done."""
    stage.write(TOOLS)
    ran = together(stage, *["up"] * 8)
    assert [0] * 8 == [status for status, _ in ran]
    assert [False] * 7 + [True] == sorted(bool(envelope["data"]["steps"]) for _, envelope in ran)
    assert {f"container {stage.full()}_tools", f"network {stage.full()}"} == {
        thing for thing in stage.objects() if not thing.startswith("volume")
    }
    assert [] == stage.up()["steps"]


def test_up_down_and_seed_go_in_some_order(stage: Stage) -> None:
    """Each does its work or finds nothing there; what is left is what the last of them leaves, and it is whole."""
    stage.write(DATA, **{"catalogue.sql": DUMP})
    commands = ["up", "seed", "down"] * 2
    ran = together(stage, *commands)
    made = removed = 0
    for command, (status, envelope) in zip(commands, ran, strict=True):
        assert status == 0 or (command, status) == ("seed", 5), envelope
        made += command == "up" and any("network" in step["step"] for step in envelope["data"]["steps"])
        removed += command == "down" and envelope["data"]["existed"]
    assert made - removed == bool(stage.objects())
    if stage.objects():
        assert [] == stage.up()["steps"]
        with psycopg.connect(stage.data("env")["DB_URL"]) as connection:
            assert [(1,), (2,)] == connection.execute("SELECT id FROM items ORDER BY id").fetchall()


def test_two_environments_come_up_at_the_same_time(stage: Stage) -> None:
    """One comes up, is looked at and goes down while the other is in the middle of coming up."""
    with at_work(stage) as one:
        other = copy(stage)
        other.name = "two"
        with other.running("up") as two:
            heard(two, "app  waiting to become healthy")
            assert 0 == other.inside("app", "touch", "/tmp/healthy")[0]
            assert 0 == ended(two)
        other.did("down")
        assert one.poll() is None
        let_go(stage)
        assert 0 == ended(one)


def test_who_waits_says_for_whom_and_who_looks_does_not_wait(stage: Stage) -> None:
    """`--no-wait` is status 6 with the holder; `ls`, `status`, the dry run answer meanwhile; `down` waits."""
    with at_work(stage) as holder:
        for command in ("up", "down", "seed"):
            if command == "seed":
                stage.write(WAITING + DATA, **{"catalogue.sql": DUMP})
            envelope = stage.refused(6, command, "--no-wait")
            assert f'"envctl up" of root (process {holder.pid}), since ' in envelope["error"]["message"]
            assert (holder.pid, "up") == tuple(envelope["data"]["holder"][key] for key in ("pid", "command"))
        stage.write(WAITING)
        for looking in (("ls",), ("status",), ("plan",), ("up", "--dry-run")):
            stage.did(*looking)
        with stage.running("down") as waiter:
            assert f'waiting for "envctl up" of root (process {holder.pid}), since ' in heard(waiter, "lock  ")
            let_go(stage)
            assert (0, 0) == (ended(holder), ended(waiter))
    assert set() == stage.objects()


def test_two_homes_exclude_each_other(stage: Stage, tmp_path: Path) -> None:
    """A laptop's shell and a runner beside it have nothing in common but the machine and its Docker."""
    del stage.environ["ENVCTL_LOCK_DIR"]
    runtime = Path(tempfile.mkdtemp(prefix="envctl-test-"))
    home = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(Path("~/.config").expanduser()),
        "XDG_RUNTIME_DIR": str(runtime),
    }
    try:
        with at_work(stage) as holder:
            for other in (home, {"TMPDIR": str(tmp_path)}, {"XDG_RUNTIME_DIR": ""}):
                assert "process" in stage.refused(6, "down", "--no-wait", env=other)["error"]["message"]
            let_go(stage)
            assert 0 == ended(holder)
        stage.did("up", env=home)
        assert 5 == len(stage.objects())  # two containers and the network; lease and project
    finally:
        shutil.rmtree(runtime)


def test_what_a_killed_up_started_is_waited_for(stage: Stage) -> None:
    """Compose outlives the envctl that ran it: the next one begins when Compose has ended, says so, and converges."""
    with at_work(stage, composed=True) as killed:
        killed.kill()
        killed.wait()
    message = stage.refused(6, "down", "--no-wait")["error"]["message"]
    assert f"(process {killed.pid}) started before it was killed" in message
    with stage.running("up") as waiter:
        heard(waiter, "started before it was killed: it is still ending")
        assert {"app", "page"} == set(stage.ids())
        let_go(stage)
        assert 0 == ended(waiter)
    assert [] == stage.up()["steps"]


def test_a_killed_command_leaves_no_lock(stage: Stage) -> None:
    """Killed together with all it started, or where it waited by itself: the next has nothing to wait for."""
    for composed in (True, False):
        with at_work(stage, composed=composed) as killed:
            children = Path(f"/proc/{killed.pid}/task/{killed.pid}/children").read_text().split()
            killed.kill()
            killed.wait()
        assert composed == bool(children)
        for child in children:
            os.kill(int(child), SIGKILL)
        stage.did("down", "--no-wait")


def test_neither_home_nor_session_is_needed(stage: Stage) -> None:
    """As in a bare CI job or cron: no HOME, and an XDG_RUNTIME_DIR that is not there."""
    stage.write(TOOLS)
    config = Path("~/.config").expanduser()  # says where images come from here
    del stage.environ["HOME"]
    stage.environ |= {"XDG_CONFIG_HOME": str(config), "XDG_RUNTIME_DIR": "/run/user/4711/gone"}
    assert "running" == stage.up()["state"]
    assert [] == stage.up(env={"HOME": "/gone"})["steps"]
    assert stage.data("down")["existed"] is True
    assert not Path("/run/user/4711").exists()
