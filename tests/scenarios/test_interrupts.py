"""Ctrl-C at any moment ends envctl and all it started; the same command, run again, gets there."""

from __future__ import annotations

import os
import select
from contextlib import suppress
from pathlib import Path
from signal import SIGINT, SIGTERM, Signals
from threading import Timer
from time import monotonic

import psycopg
import pytest

from tests.scenarios.stacks import IDLE, SITE, WEB
from tests.scenarios.stage import LONGEST, Ran, Stage

pytestmark = pytest.mark.docker

INTERRUPTED = 130
AT_ONCE = 10.0  # seconds in which envctl makes the programs end that it was told to end
IMPATIENT = 0.05  # seconds between two Ctrl-C
GONE = 1.0  # seconds that the kernel may take to clear away what was killed

# Gets healthy only once the test says so.
WAITING = f"""
[services.app]
image = "python:3.13-slim"
{IDLE}
health = {{ command = ["test", "-e", "/tmp/healthy"], timeout = "120s" }}
"""
NEEDING = f"""
[services.page]
image = "python:3.13-slim"
{IDLE}
needs = ["app"]
"""
DATA = f"""
[services.app]
image = "python:3.13-slim"
{IDLE}
needs = ["db"]
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""


def dump(name: str, *, seconds: int = 0) -> str:
    """A dump with rows at its beginning and at its end, whose restore takes that long in between."""
    between = f"SELECT pg_catalog.pg_sleep({seconds});\n" if seconds else ""
    return f"""--
-- PostgreSQL database dump
--

CREATE TABLE public.items (id int PRIMARY KEY, name text);
COPY public.items (id, name) FROM stdin;
1\t{name}
\\.
{between}CREATE TABLE public.orders (id int PRIMARY KEY, name text);
COPY public.orders (id, name) FROM stdin;
1\t{name}
\\.
--
-- PostgreSQL database dump complete
--
"""


def interrupt(stage: Stage, said: str, *words: str, number: Signals = SIGINT, again: bool = False) -> Ran:
    """Run envctl, send it a signal as soon as it has said something on stderr, and wait for its end.

    Who is impatient sends it `again` and again.
    """
    with stage.running(*words) as process:
        guard = Timer(LONGEST, process.kill)
        guard.start()
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            heard: list[str] = []
            for line in process.stderr:
                heard.append(line)
                if said in line:
                    break
            else:
                pytest.fail(f"never said {said!r}:\n{''.join(heard)}{process.stdout.read()}")
            process.send_signal(number)
            while again and _stays(process.pid, monotonic() + IMPATIENT):
                process.send_signal(number)
            stderr, stdout = process.stderr.read(), process.stdout.read()
            return Ran(process.wait(AT_ONCE), stdout, "".join(heard) + stderr)
        finally:
            guard.cancel()


def left_running(stage: Stage) -> list[str]:
    """The processes that envctl started on this stage, directly or not, and that are still there."""
    mine = f"XDG_RUNTIME_DIR={stage.runtime}".encode()
    latest = monotonic() + GONE
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended meanwhile, or is somebody else's
            if mine in (process / "environ").read_bytes().split(b"\0") and _stays(int(process.name), latest):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


def _stays(pid: int, latest: float) -> bool:
    """Whether a process is there for longer than a killed one takes to vanish."""
    handle = os.pidfd_open(pid)
    try:
        return not select.select([handle], [], [], max(0.0, latest - monotonic()))[0]
    finally:
        os.close(handle)


def assert_stopped(stage: Stage, ran: Ran) -> None:
    """It ended as interrupted, said so and what to do, and nothing of it goes on."""
    assert (INTERRUPTED, "") == (ran.status, ran.stdout), ran.stderr
    assert "interrupted" in ran.stderr.splitlines()[-2]
    assert "run again" in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr
    assert [] == left_running(stage)


def rows(stage: Stage, *tables: str) -> list[str]:
    """The names in these tables, asked from the host."""
    with psycopg.connect(stage.data("env")["DB_URL"]) as connection:
        return [row[0] for table in tables for row in connection.execute(f"SELECT name FROM {table}")]


def databases(stage: Stage) -> set[str]:
    """What the server holds beside its own databases."""
    with psycopg.connect(stage.data("env")["DB_URL"]) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate").fetchall()
    return {row[0] for row in found} - {"postgres"}


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_a_build_must_end_with_envctl(stage: Stage, number: Signals) -> None:
    """Interrupted in a build nothing of the environment is there; run again, it is built and runs."""
    slow = SITE["web__Dockerfile"].replace("CMD", f"RUN echo {stage.project} && sleep 5\nCMD")
    stage.write(WEB, **{**SITE, "web__Dockerfile": slow})
    assert_stopped(stage, interrupt(stage, f"RUN echo {stage.project}", "up", number=number))
    assert [] == stage.docker.images.list(name=f"{stage.project}/*")  # the builder stopped too
    assert set() == stage.objects()
    assert "running" == stage.up()["state"]
    assert [] == stage.up()["steps"]


@pytest.mark.parametrize("needing", ["", NEEDING], ids=["alone", "needed"])
def test_waiting_for_health_must_end_with_envctl(stage: Stage, needing: str) -> None:
    """Interrupted while a service is not healthy yet, it goes on becoming so, and `up` waits for that very one."""
    stage.write(WAITING + needing)
    assert_stopped(stage, interrupt(stage, "app  waiting to become healthy", "up"))
    app = stage.ids()["app"]
    assert "running" == stage.container("app").status

    assert 0 == stage.inside("app", "touch", "/tmp/healthy")[0]
    assert "running" == stage.up()["state"]
    assert app == stage.ids()["app"]
    assert [] == stage.up()["steps"]


def test_an_impatient_ctrl_c_must_end_it_too(stage: Stage) -> None:
    """Ctrl-C again and again, while it ends what it started: nothing of it goes on, and run again it gets there."""
    stage.write(WAITING + NEEDING)
    ran = interrupt(stage, "app  waiting to become healthy", "up", again=True)
    assert INTERRUPTED == ran.status
    assert "Traceback" not in ran.stderr
    assert [] == left_running(stage)
    assert 0 == stage.inside("app", "touch", "/tmp/healthy")[0]
    assert "running" == stage.up()["state"]


@pytest.mark.parametrize("again", [False, True], ids=["once", "impatiently"])
def test_down_must_go_on_where_it_was_interrupted(stage: Stage, again: bool) -> None:
    """Interrupted while it stops a container; run again, everything is gone."""
    stage.write('[services.app]\nimage = "python:3.13-slim"\ncommand = ["sleep", "infinity"]\n')  # heeds no SIGTERM
    stage.up()
    ran = interrupt(stage, "app  stopping", "down", again=again)
    assert (INTERRUPTED, "") == (ran.status, ran.stdout), ran.stderr
    assert "Traceback" not in ran.stderr
    assert [] == left_running(stage)
    assert stage.data("down")["existed"] is True
    assert set() == stage.objects()


def test_a_one_shot_must_run_again(stage: Stage) -> None:
    """Interrupted in what comes before a service, the service does not start; run again, both do."""
    before = 'before = ["sh", "-c", "sleep 5; echo done >> /data/runs"]\nvolumes = { data = "/data" }'
    stage.write(f'[services.app]\nimage = "python:3.13-slim"\n{IDLE}\n{before}\n')
    assert_stopped(stage, interrupt(stage, "app  running what comes before it", "up"))
    assert "running" != stage.data("status")["state"]
    assert "running" == stage.up()["state"]
    assert "done" in stage.inside("app", "cat", "/data/runs")[1]
    assert [] == stage.up()["steps"]


def test_a_first_load_must_be_made_again(stage: Stage) -> None:
    """Interrupted while a new database is filled, the app has not started; run again, the data is complete."""
    stage.write(DATA, **{"catalogue.sql": dump("one", seconds=5)})
    assert_stopped(stage, interrupt(stage, "data of db  restoring", "up"))
    assert "app" not in stage.ids()

    assert "running" == stage.up()["state"]
    assert ["one", "one"] == rows(stage, "items", "orders")
    assert {stage.project} == databases(stage)
    assert [] == stage.up()["steps"]


def test_an_interrupted_seed_must_leave_the_old_data(stage: Stage) -> None:
    """The old data is there whole, `up` brings the app back, and seeding once more brings the new data."""
    stage.write(DATA, **{"catalogue.sql": dump("one")})
    stage.up()
    stage.write(DATA, **{"catalogue.sql": dump("two", seconds=5)})
    assert_stopped(stage, interrupt(stage, "data of db  restoring", "seed"))

    assert "running" == stage.up()["state"]
    assert ["one", "one"] == rows(stage, "items", "orders")
    stage.did("seed")
    assert ["two", "two"] == rows(stage, "items", "orders")
    assert {stage.project} == databases(stage)
