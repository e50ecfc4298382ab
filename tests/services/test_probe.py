"""The HTTP probe, run for real with each tool alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from envctl.services.probe import http_probe

TOOLS = ["curl", "wget", "bash", "python3", "python", "node"]
HOSTILE = "/a b'\"$(touch pwned)`touch pwned`\\é#[1]{2}%20?q=%2F&b=;|*~"
QUOTED = "/a%20b'%22$(touch%20pwned)%60touch%20pwned%60%5C%C3%A9%23%5B1%5D%7B2%7D%20?q=%2F&b=;%7C*~"


class Handler(BaseHTTPRequestHandler):
    """Answers /STATUS with that status and remembers what was asked for."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status = int(self.path[1:4]) if self.path[1:4].isdigit() else 200
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        body = b"" if status == 204 else b"x" * 100_000
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class Quiet(ThreadingHTTPServer):
    """A client that hangs up early is nothing to tell."""

    def handle_error(self, request: object, client_address: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[tuple[int, list[str]]]:
    """A server's port, and what it was asked for."""
    asked: list[str] = []
    with Quiet(("127.0.0.1", 0), type("Remembering", (Handler,), {"asked": asked})) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running.server_port, asked
        running.shutdown()
        thread.join()


@pytest.fixture(params=TOOLS)
def only(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A PATH that holds one tool, and `tail`, which every image has."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in (request.param, "tail"):
        found = sys.executable if tool.startswith("python") else shutil.which(tool)
        if found is None:
            pytest.skip(f"this machine has no {tool}")
        # A wrapper, because an interpreter finds its library by the path it is called by.
        (folder / tool).write_text(f'#!/bin/sh\nexec {os.path.realpath(found)} "$@"\n')
        (folder / tool).chmod(0o755)
    return folder


def run(port: int, path: str, only: Path) -> subprocess.CompletedProcess[str]:
    """The probe as the container's shell runs it."""
    probe = http_probe(port, path, 60)
    shell = shutil.which("dash") or "/bin/sh"
    env = {"PATH": str(only), "http_proxy": "http://127.0.0.1:1", "ALL_PROXY": "http://127.0.0.1:1"}
    assert "sh" == probe.command[0]
    return subprocess.run(
        [shell, *probe.command[1:]], env=env, cwd=only, capture_output=True, text=True, timeout=30, check=False
    )


def test_what_counts_as_ready(server: tuple[int, list[str]], only: Path) -> None:
    """2xx and 3xx are ready, and a redirection is not followed; 4xx and 5xx are not, and the status is said."""
    port, asked = server
    statuses = {status: run(port, f"/{status}", only) for status in (200, 204, 302, 404, 503)}
    assert {200: 0, 204: 0, 302: 0, 404: 1, 503: 1} == {status: ran.returncode for status, ran in statuses.items()}
    assert f"GET http://127.0.0.1:{port}/503: 503\n" == statuses[503].stdout
    assert [f"/{status}" for status in statuses] == asked


def test_any_path_is_asked_for_as_it_is(server: tuple[int, list[str]], only: Path) -> None:
    """Whatever stands in a path, it is no part of the script."""
    port, asked = server
    assert 0 == run(port, HOSTILE, only).returncode
    assert [QUOTED] == asked
    assert not (only / "pwned").exists()


def test_nobody_listens(only: Path) -> None:
    """A refused connection is not ready, and says so."""
    ran = run(1, "/", only)
    assert 1 == ran.returncode
    assert ran.stdout.startswith("GET http://127.0.0.1:1/: ")
    assert "refused" in ran.stdout or "onnect" in ran.stdout


def test_an_image_without_any_tool(tmp_path: Path) -> None:
    """It says what to write instead."""
    ran = run(1, "/", tmp_path)
    assert (1, "no curl, wget, bash, python3 or node in this image to ask with: write health as a command\n") == (
        ran.returncode,
        ran.stdout,
    )
