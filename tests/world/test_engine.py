"""The real Docker Engine, as envctl uses it."""

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
from envctl.world.engine import Engine, SubnetTaken

pytestmark = pytest.mark.docker

GONE = "envctl-test-there-is-no-such-thing"
SUBNET = "10.212.{}.0/28"  # beside envctl's own range
Run = Callable[..., str]


class Room:
    """Names of this test's own on the shared daemon, and how to get rid of what bears them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.project = f"envctl-test-{secrets.token_hex(4)}"
        self.labels = {labels.PROJECT: self.project, labels.ENVIRONMENT: "room"}
        self.name = f"{self.project}_room"

    def clear(self) -> None:
        client = self.engine.client
        for container in self.engine.containers(self.labels):
            client.remove_container(container.id, v=True, force=True)
        for network in self.engine.networks():
            if network.name.startswith(self.name):
                client.remove_network(network.id)
        for volume in client.volumes()["Volumes"] or []:
            if volume["Name"].startswith(self.name):
                client.remove_volume(volume["Name"])


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(os.environ)


@pytest.fixture
def room(engine: Engine) -> Iterator[Room]:
    made = Room(engine)
    yield made
    made.clear()


@pytest.fixture(scope="module")
def image(engine: Engine) -> Iterator[str]:
    """A small image with a shell."""
    for candidate in ("envctl.invalid/debian:trixie-slim", "debian:trixie-slim", "busybox:latest"):
        if engine.image(candidate) is not None:
            yield candidate
            return
    if (reason := engine.pull("busybox:latest", lambda _: None)) is not None:
        pytest.fail(f"no image with a shell can be had: {reason}; `make setup` makes one")
    yield "busybox:latest"


@pytest.fixture
def run(room: Room, image: str) -> Run:
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


def ended(room: Room, container: str) -> None:
    room.engine.client.wait(container)


def test_a_network_is_made_found_and_removed(room: Room) -> None:
    """With its labels and its one subnet; by its ID it is removed, and once more is no error."""
    subnet = SUBNET.format(secrets.randbelow(250))
    room.engine.create_network(room.name, subnet, room.labels)
    (network,) = (n for n in room.engine.networks() if n.name == room.name)
    assert ((subnet,), room.labels) == (network.subnets, network.labels)
    room.engine.remove_network(network.id)
    room.engine.remove_network(network.id)
    assert room.name not in {n.name for n in room.engine.networks()}


def test_overlapping_subnets_are_refused_by_the_daemon(room: Room) -> None:
    """Whoever creates a network first has the slot; the other one is told so in a way of its own."""
    subnet = SUBNET.format(secrets.randbelow(250))
    room.engine.create_network(f"{room.name}_a", subnet, room.labels)
    with pytest.raises(SubnetTaken):
        room.engine.create_network(f"{room.name}_b", subnet.replace("/28", "/24"), room.labels)


def test_two_networks_of_one_name_are_refused(room: Room) -> None:
    """And the daemon's reason is passed on."""
    first, second = SUBNET.format(251), SUBNET.format(252)
    room.engine.create_network(room.name, first, room.labels)
    with pytest.raises(EnvctlError, match="already exists") as caught:
        room.engine.create_network(room.name, second, room.labels)
    assert Exit.DOCKER == caught.value.code


def test_a_volume_is_made_found_and_removed(room: Room) -> None:
    """Making it again finds it; removing it again is no error."""
    for _ in range(2):
        room.engine.create_volume(room.name, {**room.labels, labels.ROLE: "data"})
    (volume,) = room.engine.volumes(room.labels)
    assert (room.name, "data") == (volume.name, volume.labels[labels.ROLE])
    for _ in range(2):
        room.engine.remove_volume(room.name)
    assert () == room.engine.volumes(room.labels)


def test_somebody_elses_volume_is_not_taken_for_ours(room: Room) -> None:
    """The daemon answers the creation of a volume that is there with that volume: it is refused, and kept."""
    room.engine.client.create_volume(room.name, labels={"somebody": "else"})
    with pytest.raises(EnvctlError, match="envctl did not make it") as caught:
        room.engine.create_volume(room.name, room.labels)
    assert Exit.NOT_OURS == caught.value.code
    assert "else" == room.engine.client.inspect_volume(room.name)["Labels"]["somebody"]


def test_labels_are_all_asked_for(room: Room) -> None:
    """Another environment of the project is not listed."""
    room.engine.create_volume(f"{room.name}_a", room.labels)
    room.engine.create_volume(f"{room.name}_b", {**room.labels, labels.ENVIRONMENT: "other"})
    assert [f"{room.name}_a"] == [v.name for v in room.engine.volumes(room.labels)]
    assert {f"{room.name}_a", f"{room.name}_b"} <= {v.name for v in room.engine.volumes()}


def test_a_container_that_ended_says_how(room: Room, run: Run) -> None:
    """Its state and exit status, and when it began."""
    container = run("sh", "-c", "exit 3")
    ended(room, container)
    (seen,) = room.engine.containers(room.labels)
    assert (container, "api", "exited", 3, None) == (seen.id, seen.service, seen.state, seen.exit_code, seen.health)
    assert (seen.started_at or "").startswith("20")


def test_a_container_that_was_never_started_says_so(room: Room, run: Run) -> None:
    """Neither a time nor a status."""
    (seen,) = (room.engine.inspect(run("true", started=False)),)
    assert seen is not None
    assert ("created", None, None) == (seen.state, seen.exit_code, seen.started_at)


def test_health_is_seen_with_what_the_check_printed(room: Room, run: Run) -> None:
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


def test_the_quick_list_has_what_ls_needs(room: Room, run: Run) -> None:
    """ID, name, labels and state of every container of ours, without looking into each; also how one ended."""
    container = run("sleep", "60", name=f"{room.name}_api")
    (seen,) = (c for c in room.engine.listed() if c.id == container)
    assert (f"{room.name}_api", "running", "api", None) == (seen.name, seen.state, seen.service, seen.health)
    assert [container] == [c.id for c in room.engine.listed(room.labels)]
    room.engine.client.kill(container)
    room.engine.client.wait(container)
    (seen,) = room.engine.listed(room.labels)
    assert ("exited", 137) == (seen.state, seen.exit_code)


def test_a_container_is_stopped_and_removed_with_its_own_grace(room: Room, run: Run) -> None:
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
def test_a_mounted_file_is_read_from_a_container_in_any_state(room: Room, run: Run, tmp_path: Path, state: str) -> None:
    """A password is found again in the container that has it, running or not."""
    secret = tmp_path / "password"
    secret.write_text("s3cret")
    binds = [f"{secret}:/run/secrets/password:ro"]
    container = run(*(("true",) if state == "exited" else ("sleep", "60")), started=state != "created", binds=binds)
    if state == "exited":
        ended(room, container)
    assert b"s3cret" == room.engine.read_file(container, "/run/secrets/password")


def test_a_file_that_is_lost_cannot_be_read(room: Room, run: Run, tmp_path: Path) -> None:
    """Neither where the container never had it, nor where its source is gone, nor where the container is."""
    secret = tmp_path / "password"
    secret.write_text("s3cret")
    container = run("true", started=False, binds=[f"{secret}:/run/secrets/password:ro"])
    assert room.engine.read_file(container, "/no/such/file") is None
    assert room.engine.read_file(GONE, "/etc/passwd") is None
    secret.unlink()
    assert not room.engine.read_file(container, "/run/secrets/password")


def lines(room: Room, container: str, stream: str, *, tail: int | None = None) -> list[str]:
    raw = room.engine.logs(container, stream=stream, follow=False, since=None, tail=tail)
    return [line.decode().partition(" ")[2] for line in raw]


def test_each_stream_of_a_log_is_read_by_itself(room: Room, run: Run) -> None:
    """Empty lines and a last one without its end included, each led by its time."""
    container = run("sh", "-c", "echo one; echo; printf two; echo bad >&2")
    ended(room, container)
    assert ["one", "", "two"] == lines(room, container, "stdout")
    assert ["bad"] == lines(room, container, "stderr")
    assert ["two"] == lines(room, container, "stdout", tail=1)
    (raw,) = room.engine.logs(container, stream="stderr", follow=False, since=None, tail=None)
    assert raw[:2] == b"20" and raw.split(b" ")[0].endswith(b"Z")


def test_a_log_is_followed_to_its_end(room: Room, run: Run) -> None:
    """What is printed later comes too, and the end of the container is the end of the log."""
    container = run("sh", "-c", "echo one; read line; echo $line", stdin_open=True)
    log = room.engine.logs(container, stream="stdout", follow=True, since=None, tail=None)
    assert next(log).endswith(b" one")
    with suppress(OSError):
        socket = room.engine.client.attach_socket(container, {"stdin": 1, "stream": 1})
        os.write(socket.fileno(), b"two\n")
    assert [b"two"] == [line.partition(b" ")[2] for line in log]


def test_what_is_gone_is_none(room: Room) -> None:
    """Containers, images and logs that are not there raise nothing."""
    engine = room.engine
    assert engine.inspect(GONE) is None
    assert engine.image(f"{GONE}:1") is None
    assert [] == list(engine.logs(GONE, stream="stdout", follow=False, since=None, tail=None))
    engine.remove_container(GONE)
    engine.remove_volume(GONE)
    engine.remove_network(GONE)


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
