"""`snapshot create`: all data of a running environment at one and the same moment, and the environment goes on."""

from __future__ import annotations

import os
import signal

import pytest

from envctl import labels
from tests.scenarios.contents import called, kept
from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

# Writes a number to one server and, once it is there, to the other. Whoever copied one after the other would see it.
WRITER = """\
import itertools, os, signal, socket, sys, urllib.parse
signal.signal(signal.SIGTERM, lambda *_: sys.exit())

def connected(url):
    there = urllib.parse.urlsplit(url)
    made = socket.create_connection((there.hostname, there.port))
    told(made, "AUTH", there.password)
    return made

def told(server, *words):
    server.sendall(b"".join([b"*%d\\r\\n" % len(words), *(b"$%d\\r\\n%s\\r\\n" % (len(w), w.encode()) for w in words)]))
    answer = server.recv(1000)
    if not answer.startswith(b"+"):
        raise OSError(answer)

numbers = itertools.count(1)
while True:
    try:
        first, second = connected(os.environ["FIRST"]), connected(os.environ["SECOND"])
        for number in numbers:
            told(first, "SET", "n", str(number))
            told(second, "SET", "n", str(number))
    except OSError:
        continue  # stopped: it comes back
"""
STORES = """
[services.first]
kind = "redis"
[services.second]
kind = "redis"
"""
STACK = f"""{STORES}
[services.writer]
image = "python:3.13-slim"
command = ["python", "-c", '''
{WRITER}''']
needs = ["first", "second"]
env.FIRST = "${{first.url}}"
env.SECOND = "${{second.url}}"
[services.files]
image = "python:3.13-slim"
{IDLE}
volumes = {{ uploads = "/uploads" }}
"""


@pytest.fixture(scope="module")
def up(shared_stage: Stage) -> Stage:
    """Two stores, a program that never stops writing to them, and one with files of its own."""
    shared_stage.write(STACK)
    shared_stage.up()
    return shared_stage


def number(stage: Stage, service: str) -> int:
    """What a store has."""
    script = f"REDISCLI_AUTH=$(cat /run/secrets/{service}-password) redis-cli --no-auth-warning GET n"
    status, output = stage.inside(service, "sh", "-c", script)
    assert 0 == status, output
    return int(output)


def ended(stage: Stage) -> dict[str, str]:
    """Since when each container runs."""
    services = ("first", "second", "writer", "files")
    return {service: stage.container(service).attrs["State"]["StartedAt"] for service in services}


def volumes(stage: Stage) -> set[str]:
    """All that is there of the project's snapshots, whole or not."""
    wanted: dict[str, str | list[str] | bool] = {"label": f"{labels.SNAPSHOT_PROJECT}={stage.project}"}
    return {str(volume.name) for volume in stage.docker.volumes.list(filters=wanted)}


def test_a_snapshot_must_be_of_one_moment(up: Stage) -> None:
    """The program was held between two of its steps, or none; then it goes on writing, and what was kept stays."""
    before, made = ended(up), up.data("snapshot create", "moment")
    assert (["first", "second"], ["files"]) == (sorted(made["services"]), made["left_out"])
    assert 0 < made["away"] < made["seconds"]
    again = ended(up)
    assert {"first", "second"} == {service for service in before if before[service] != again[service]}
    seen = number(up, "second")
    up.write(STORES)
    try:
        copied = called(up, "copied")
        copied.did("up", "--from", "moment")
        first, second = number(copied, "first"), number(copied, "second")
        assert 0 < second <= first <= second + 1
        assert first <= seen + 1
        assert [] == copied.up()["steps"]
    finally:
        up.write(STACK)
    last = number(up, "first")
    assert any(number(up, "first") > last for _ in range(1000)), "the program does not write any more"


def test_it_must_say_what_it_did(up: Stage) -> None:
    """What it is called on stdout; how long the environment was away, and what is not in it, beside that."""
    ran = up.did("snapshot create", "told")
    assert ran.stdout.startswith("told: first, second of one, ")
    assert f"{up.name} was away for " in ran.stderr
    assert "Not in it: the volumes of files." in ran.stderr
    assert "envctl up --env NAME --from told" in ran.stderr


@pytest.mark.parametrize("name", ["told", "Upper", "a/b", "-a", "0123456789ab", "x" * 64])
def test_a_name_that_cannot_be_had_must_be_refused(up: Stage, name: str) -> None:
    """One that is taken, and one that is none, or would be taken for an address; nobody is stopped."""
    if name == "told" and name not in [one.name for one in kept(up)]:
        up.did("snapshot create", "told")
    before, there = ended(up), volumes(up)
    up.refused(2, "snapshot create", "--", name)
    assert (before, there) == (ended(up), volumes(up))


def test_what_is_not_up_must_be_refused(up: Stage) -> None:
    """Status 9 with the service's name where a part is down, 5 where nothing is there; nothing is kept."""
    there = volumes(up)
    up.container("second").stop()
    try:
        error = up.refused(9, "snapshot create")["error"]
        assert "second is exited" in error["message"]
    finally:
        up.up()
    up.by_branch = True
    try:
        up.refused(5, "snapshot create", "name", "nosuch")
    finally:
        up.by_branch = False
    assert there == volumes(up)


def test_a_store_that_does_not_stop_must_be_refused(up: Stage) -> None:
    """What had to be killed may not have written all: nothing is kept, and everything runs again."""
    there = volumes(up)
    process = up.container("second").attrs["State"]["Pid"]
    os.kill(process, signal.SIGSTOP)  # deaf to the stop signal, but not to the one that nobody can ignore
    error = up.refused(9, "snapshot create")["error"]
    assert "second did not stop" in error["message"]
    assert "runs" in error["unchanged"]
    assert there == volumes(up)
    assert "running" == up.data("status")["state"]
    assert [] == up.up()["steps"]


def test_what_was_paused_must_stay_so(up: Stage) -> None:
    """It was not held by us, so it is not let go."""
    up.did("pause", "files")
    try:
        up.did("snapshot create")
        assert "paused" == up.container("files").status
    finally:
        up.did("resume", "files")
