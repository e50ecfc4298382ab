"""Finding the daemon, and reading from it: from its socket, and from far away."""

from __future__ import annotations

import json
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.world.daemon import SOCKET, Request, ask, daemon_host
from envctl.world.engine import Engine

DEFAULT = "unix:///var/run/docker.sock"
OLD = "client version 1.45 is too new. Maximum supported API version is 1.41"


@contextmanager
def answering(answer: bytes, folder: Path, times: int = 1) -> Iterator[str]:
    """A daemon's socket at which every call gets this answer, and `times` of them are answered at all."""
    path = folder / "daemon.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            for _ in range(times):
                connection, _ = listener.accept()
                with connection:
                    connection.recv(1 << 16)
                    connection.sendall(answer)
            listener.close()
            path.unlink()

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        yield f"{SOCKET}{path}"


def reply(status: str, body: object) -> bytes:
    return f"HTTP/1.0 {status}\r\nContent-Type: application/json\r\n\r\n{json.dumps(body)}".encode()


def failure(host: str, calls: int = 1) -> EnvctlError:
    engine = Engine({"DOCKER_HOST": host})
    for _ in range(calls - 1):
        engine.networks()
    with pytest.raises(EnvctlError) as caught:
        engine.networks()
    assert Exit.DOCKER == caught.value.code
    return caught.value


def test_an_old_engine_is_told_from_a_broken_one(tmp_path: Path) -> None:
    """It says itself what it speaks, and that is said on."""
    with answering(reply("400 Bad Request", {"message": OLD}), tmp_path) as host:
        assert "too old: it speaks API 1.41, envctl needs" in failure(host).message


def test_an_engine_that_fails_says_why(tmp_path: Path) -> None:
    """Its own words and its status."""
    with answering(reply("500 Internal Server Error", {"message": "no luck"}), tmp_path) as host:
        assert "no luck (500)" in failure(host).message


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.0 200 OK\r\n\r\n[{", b"what?", b"HTTP/1.0", b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n[]"],
)
def test_half_an_answer_is_none(tmp_path: Path, answer: bytes) -> None:
    """A daemon that dies while it answers is not believed."""
    with answering(answer, tmp_path) as host:
        assert "broke off" in failure(host).message


def test_a_daemon_that_goes_away_is_told_from_one_that_was_never_there(tmp_path: Path) -> None:
    """What was done until then is kept, and the second call says so."""
    with answering(reply("200 OK", []), tmp_path) as host:
        assert "stopped answering" in failure(host, calls=2).message
    assert "no Docker Engine answers at" in failure(host).message


def test_what_is_not_there_is_none(tmp_path: Path) -> None:
    """A name is asked for as it is, however odd."""
    with answering(reply("404 Not Found", {"message": "no such container"}), tmp_path, 2) as host:
        engine = Engine({"DOCKER_HOST": host})
        assert engine.inspect("../x y?z") is None
        assert engine.image("no/thing:1@x") is None


def test_an_answer_counts_that_came_before_all_was_read(tmp_path: Path) -> None:
    """A daemon that does not need the end of an archive breaks the connection off once it has answered."""
    path = tmp_path / "daemon.sock"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(16)
                connection.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\n[]")

        threading.Thread(target=serve, daemon=True).start()
        assert b"[]" == ask(f"{SOCKET}{path}", Request("PUT", "/archive", body=b"x" * 9000))


def test_what_is_done_already_is_no_refusal(tmp_path: Path) -> None:
    """As the start of a container that runs."""
    with answering(b"HTTP/1.0 304 Not Modified\r\n\r\n", tmp_path) as host:
        assert b"" == ask(host, Request("POST", "/containers/it/start"))


def test_the_daemon_is_the_one_docker_would_ask(tmp_path: Path) -> None:
    """DOCKER_HOST, DOCKER_CONTEXT, the current context, the usual socket: in that order."""
    meta = tmp_path / "contexts" / "meta" / sha256(b"far").hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text('{"Name": "far", "Endpoints": {"docker": {"Host": "tcp://far:2375"}}}')
    config = {"DOCKER_CONFIG": str(tmp_path)}
    assert DEFAULT == daemon_host(config)
    assert "tcp://far:2375" == daemon_host({**config, "DOCKER_CONTEXT": "far"})
    (tmp_path / "config.json").write_text('{"currentContext": "far"}')
    assert "tcp://far:2375" == daemon_host(config)
    assert DEFAULT == daemon_host({**config, "DOCKER_CONTEXT": "default"})
    assert "tcp://near" == daemon_host({**config, "DOCKER_HOST": "tcp://near"})


@pytest.mark.parametrize("said", ["", "{", "[]", '{"currentContext": 1}', '{"currentContext": "gone"}'])
def test_a_configuration_that_says_nothing_is_no_failure(tmp_path: Path, said: str) -> None:
    """Then the daemon is where it usually is; so it is without a home."""
    (tmp_path / "config.json").write_text(said)
    assert DEFAULT == daemon_host({"DOCKER_CONFIG": str(tmp_path)})
    assert DEFAULT == daemon_host({})


@pytest.mark.docker
def test_a_daemon_far_away_answers_the_same() -> None:
    """Through TCP, which is what one behind SSH or TLS comes to."""
    near = daemon_host(os.environ).removeprefix(SOCKET)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_pass_on, args=(listener, near), daemon=True).start()
        far = Engine({"DOCKER_HOST": f"tcp://127.0.0.1:{listener.getsockname()[1]}"})
        (one,), (same,) = ([n for n in e.networks() if n.name == "bridge"] for e in (Engine(os.environ), far))
        assert one == same
        assert far.inspect("envctl-no-such-container") is None
        far.client.close()


def _pass_on(listener: socket.socket, path: str) -> None:
    """Each connection's bytes to the socket at `path` and back."""

    def copy(source: socket.socket, target: socket.socket) -> None:
        with source.makefile("rb", buffering=0) as reading, target.makefile("wb", buffering=0) as writing:
            shutil.copyfileobj(reading, writing)

    while True:
        try:
            one, _ = listener.accept()
        except OSError:
            return
        other = socket.socket(socket.AF_UNIX)
        other.connect(path)
        for pair in ((one, other), (other, one)):
            threading.Thread(target=copy, args=pair, daemon=True).start()
