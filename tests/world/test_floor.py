"""An Engine that is too old, or that is none, is told so before anything is asked of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.world.engine import Engine

Speaks = Callable[[str], str]


@pytest.fixture
def speaks() -> Iterator[Speaks]:
    """Where something listens that says it speaks this version of the Engine's API."""
    servers: list[ThreadingHTTPServer] = []

    def serve(version: str) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = json.dumps({"ApiVersion": version, "Version": "0"}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Answer))
        Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"tcp://127.0.0.1:{servers[-1].server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("version", ["1.24", "1.41", "1.44"])
def test_an_old_engine_is_refused(speaks: Speaks, version: str) -> None:
    """With what it speaks, what is needed, and which release has it."""
    where = speaks(version)
    with pytest.raises(EnvctlError, match=rf"at {where} is too old: it speaks API {version}") as caught:
        _ = Engine({"DOCKER_HOST": where}).client
    assert Exit.DOCKER == caught.value.code
    assert "Docker Engine 26" in caught.value.hint


@pytest.mark.parametrize("version", ["1.45", "1.51", "2.0"])
def test_a_newer_engine_will_do(speaks: Speaks, version: str) -> None:
    """From the oldest on that envctl is tested with."""
    assert version == Engine({"DOCKER_HOST": speaks(version)}).client.api_version
