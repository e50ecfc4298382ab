"""The real Docker Engine, where only it can show how it is. What the fake one does too is in tests/contracts."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import script
from envctl.world import helper as helpers
from envctl.world.engine import Engine
from envctl.world.parallel import together
from envctl.world.shell import Finished, Shell
from tests.contracts.daemons import RealRoom, small_image

pytestmark = pytest.mark.docker

GONE = "envctl-test-there-is-no-such-thing"
Run = Callable[..., str]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(os.environ)


@pytest.fixture
def room(engine: Engine) -> Iterator[RealRoom]:
    made = RealRoom(engine)
    yield made
    made.clear()


@pytest.fixture(scope="module")
def image(engine: Engine) -> str:
    return small_image(engine)


@pytest.fixture
def run(room: RealRoom, image: str) -> Run:
    """Start a container of ours; returns its ID."""

    def start(*command: str, name: str = "", started: bool = True, binds: list[str] | None = None, **more: Any) -> str:
        client = room.engine.client
        host = client.create_host_config(binds=binds)
        made = client.create_container(
            image,
            list(command),
            name=name or f"{room.name}_{secrets.token_hex(3)}",
            labels={**room.labels, labels.SERVICE: "api", labels.ROLE: "service"},
            host_config=host,
            **more,
        )
        if started:
            client.start(made["Id"])
        return str(made["Id"])

    return start


def ended(room: RealRoom, container: str) -> None:
    room.engine.client.wait(container)


def test_health_is_seen_with_what_the_check_printed(room: RealRoom, run: Run) -> None:
    """A check that fails at once makes the container unhealthy."""
    often = 2 * 10**6  # nanoseconds
    check = {"test": ["CMD-SHELL", "echo no luck; exit 1"], "interval": often, "retries": 1}
    container = run("sleep", "60", healthcheck=check)
    for event in room.engine.client.events(filters={"container": container}, decode=True):
        if event["status"] == "health_status: unhealthy":
            break
    seen = room.engine.inspect(container)
    assert seen is not None
    assert ("running", "unhealthy", False, "no luck") == (seen.state, seen.health, seen.ready, seen.health_output)
    assert ["unhealthy"] == [c.health for c in room.engine.listed() if c.id == container]


def test_a_container_is_stopped_and_removed_with_its_own_grace(room: RealRoom, run: Run) -> None:
    """It gets its stop signal, may tidy up for as long as it was made with, and removing it again is no error."""
    room.engine.create_volume(room.name, room.labels)
    tidy = "trap 'echo tidy >/kept/note; exit 0' TERM; echo ready; while :; do sleep 0.1; done"
    container = run("sh", "-c", tidy, binds=[f"{room.name}:/kept"], stop_signal="SIGTERM")
    next(iter(room.engine.logs(container, stream="stdout", follow=True, since=None, tail=None)))
    for _ in range(2):
        room.engine.remove_container(container)
    assert room.engine.inspect(container) is None
    reader = run("true", started=False, binds=[f"{room.name}:/kept"])
    assert b"tidy\n" == room.engine.read_file(reader, "/kept/note")


@pytest.mark.parametrize("state", ["created", "running", "exited"])
def test_a_mounted_file_is_read_from_a_container_in_any_state(
    room: RealRoom, run: Run, tmp_path: Path, state: str
) -> None:
    """A password is found again in the container that has it, running or not."""
    secret = tmp_path / "password"
    secret.write_text("s3cret")
    binds = [f"{secret}:/run/secrets/password:ro"]
    container = run(*(("true",) if state == "exited" else ("sleep", "60")), started=state != "created", binds=binds)
    if state == "exited":
        ended(room, container)
    assert b"s3cret" == room.engine.read_file(container, "/run/secrets/password")


def test_a_file_that_is_lost_cannot_be_read(room: RealRoom, run: Run, tmp_path: Path) -> None:
    """Neither where the container never had it, nor where its source is gone, nor where the container is."""
    secret = tmp_path / "password"
    secret.write_text("s3cret")
    container = run("true", started=False, binds=[f"{secret}:/run/secrets/password:ro"])
    assert room.engine.read_file(container, "/no/such/file") is None
    assert room.engine.read_file(GONE, "/etc/passwd") is None
    secret.unlink()
    assert not room.engine.read_file(container, "/run/secrets/password")


def test_a_last_line_without_its_end_is_one(room: RealRoom, run: Run) -> None:
    """As every program leaves it that is killed in the middle of a word."""
    container = run("sh", "-c", "echo one; printf two")
    ended(room, container)
    raw = room.engine.logs(container, stream="stdout", follow=False, since=None, tail=None)
    assert ["one", "two"] == [line.decode().partition(" ")[2] for line in raw]


def test_a_log_is_followed_to_its_end(room: RealRoom, run: Run) -> None:
    """What is printed later comes too, and the end of the container is the end of the log."""
    container = run("sh", "-c", "echo one; read line; echo $line", stdin_open=True)
    log = room.engine.logs(container, stream="stdout", follow=True, since=None, tail=None)
    assert next(log).endswith(b" one")
    with suppress(OSError):
        socket = room.engine.client.attach_socket(container, {"stdin": 1, "stream": 1})
        os.write(socket.fileno(), b"two\n")
    assert [b"two"] == [line.partition(b" ")[2] for line in log]


def test_what_a_helper_prints_goes_into_no_log_of_others(room: RealRoom, image: str) -> None:
    """A daemon may send its logs elsewhere; a server that data is built with quotes values in its own."""
    helper = helpers.made(room.engine, script(image, "echo one", mounts={}), f"{room.name}__helper", room.labels)
    assert "local" == room.engine.client.inspect_container(helper)["HostConfig"]["LogConfig"]["Type"]
    room.engine.start_container(helper)
    assert ("one",) == helpers.ended(room.engine, helper).lines
    room.engine.kill_container(helper)


def test_a_program_in_a_container_is_told_and_says(room: RealRoom, run: Run) -> None:
    """What it gets, what it prints on both streams, and its status; a container that is gone is an error."""
    container = run("sleep", "60")
    told = room.engine.execute(container, ("sh", "-c", "cat; id -u; echo no >&2; exit 3"), "65534", b"word\n")
    assert Finished(3, b"word\n65534\n", b"no\n") == told
    with pytest.raises(EnvctlError, match="No such container"):
        room.engine.execute(GONE, ("true",), "0", b"")


def test_a_program_that_does_not_listen_is_no_error(room: RealRoom, run: Run) -> None:
    """It has ended before it was told all."""
    assert Finished(0) == room.engine.execute(run("sleep", "60"), ("true",), "0", b"word\n")


def test_a_container_that_others_remove_too_is_gone_when_it_is_said_to_be(room: RealRoom, run: Run) -> None:
    """Until it is, its volume is in use."""
    room.engine.create_volume(room.name, room.labels)
    container = run("sleep", "60", binds=[f"{room.name}:/kept"])

    def remove() -> None:
        room.engine.kill_container(container)
        room.engine.remove_volume(room.name)

    together(Shell(os.environ), [remove] * 8)
    assert room.engine.inspect(container) is None


def test_what_happens_to_a_container_is_heard(room: RealRoom, run: Run) -> None:
    """Its start and its end; nobody looks meanwhile."""
    container = run("sleep", "60", started=False)
    with room.engine.stirring(room.labels) as stir:
        for happens in (room.engine.start_container, room.engine.end_container):
            seen = stir.count
            happens(container)
            stir.wait(seen, 30)
            assert seen < stir.count


def test_an_image_that_cannot_be_had_says_why(engine: Engine) -> None:
    """A host that never resolves (RFC 6761), and a name that is none."""
    assert "registry.invalid" in (engine.pull("registry.invalid/nothing:1", lambda _: None) or "")
    assert engine.pull("-bad-/nothing:1", lambda _: None)


@pytest.mark.filterwarnings("ignore:docker-credential")
def test_a_missing_credential_helper_is_a_reason_and_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on machines where Docker Desktop left its configuration behind."""
    (tmp_path / "config.json").write_text('{"credsStore": "nowhere-to-be-found"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    reason = Engine(os.environ).pull("registry.invalid/nothing:1", lambda _: None)
    assert "docker-credential-nowhere-to-be-found" in (reason or "")


def test_no_daemon_is_said_with_where_it_was_looked_for() -> None:
    """Nothing was changed, and what to do is said."""
    with pytest.raises(EnvctlError, match=r"unix:///nowhere\.sock: no such file") as caught:
        Engine({"DOCKER_HOST": "unix:///nowhere.sock"}).networks()
    assert Exit.DOCKER == caught.value.code
    assert "Nothing was changed." == caught.value.unchanged
