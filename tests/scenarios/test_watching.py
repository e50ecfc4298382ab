"""events, top, cp and open, on the real daemon."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

STACK = """
[services.app]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; python -m http.server 8000 & wait"]
port = 8000
public = true
limits = { memory = "64MiB" }
[services.idle]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; sleep infinity & wait"]
"""
PATIENCE = 60  # seconds


@pytest.fixture(scope="module")
def stage(shared_stage: Stage) -> Stage:
    """A service with a page, and one that idles."""
    shared_stage.write(STACK)
    shared_stage.environ.pop("DISPLAY", None)
    shared_stage.environ.pop("WAYLAND_DISPLAY", None)
    shared_stage.environ.pop("BROWSER", None)
    shared_stage.began = shared_stage.docker.info()["SystemTime"]  # type: ignore[attr-defined]
    shared_stage.up()
    return shared_stage


def test_events_tell_how_it_came_up(stage: Stage) -> None:
    """From the network to the started containers, an object a line, with the daemon's own times in order."""
    began = stage.began  # type: ignore[attr-defined]
    found = [
        json.loads(line)
        for line in stage.did("events", "--json", "--since", began, "--until", "0s").stdout.split("\n")
        if line
    ]
    assert [["time", "service", "what", "kind", "name", "detail"]] * len(found) == [list(event) for event in found]
    told = [(event["service"], event["what"]) for event in found]
    assert (None, "created") == told[0]
    for service in ("app", "idle"):
        assert ["created", "started"] == [what for name, what in told if name == service]
    assert sorted(event["time"] for event in found) == [event["time"] for event in found]
    (network,) = (event["name"] for event in found if event["kind"] == "network")
    assert stage.full() == network
    assert "  idle  started\n" in stage.did("events", "--since", began, "--until", "0s").stdout


@pytest.mark.parametrize(("words", "last"), [([], ""), (["--json"], "interrupted")])
def test_events_come_as_they_happen_until_ctrl_c(stage: Stage, words: list[str], last: str) -> None:
    """A pause shows at once, and Ctrl-C ends it with 130: as JSON with the envelope, else without a word."""
    began = stage.docker.info()["SystemTime"]  # a pause that is quicker than `events` is loaded is told too
    with stage.running("events", "--since", began, *words) as process:
        assert process.stdout
        assert process.stderr
        stage.did("pause", "idle")
        line = process.stdout.readline()
        assert ("idle", True) == (json.loads(line)["service"] if words else line.split("  ")[1], "paused" in line)
        process.send_signal(signal.SIGINT)
        rest, said = process.stdout.read(), process.stderr.read()
        assert 130 == process.wait(PATIENCE)
    stage.did("resume", "idle")
    assert (last, "") == (json.loads(rest.splitlines()[-1])["error"]["code"] if words else rest, said)


def test_top_shows_what_each_service_uses(stage: Stage) -> None:
    """The limit is the stack file's, use is something, and the totals are the sums."""
    top = stage.data("top")
    app, idle = top["services"]
    assert ("app", 64 * 2**20, "idle", None) == (
        app["service"],
        app["memory_limit"],
        idle["service"],
        idle["memory_limit"],
    )
    assert all(service["memory"] > 0 and service["pids"] > 0 for service in (app, idle))
    assert app["memory"] + idle["memory"] == top["total"]["memory"]
    assert (None, app["pids"] + idle["pids"]) == (top["total"]["memory_limit"], top["total"]["pids"])
    header, *lines = stage.did("top").stdout.splitlines()
    assert ["SERVICE", "CPU", "MEMORY", "LIMIT", "PIDS"] == header.split()
    assert ["app", "idle", "total"] == [line.split()[0] for line in lines]
    assert "64.0 MiB" in lines[0]


def test_top_is_live_on_a_terminal(stage: Stage) -> None:
    """It is drawn again and again; Ctrl-C ends it with 130 and the cursor is back."""
    ours, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            stage.words("top"),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**stage.environ, "TERM": "xterm"},
            cwd=stage.folder,
        ) as process:
            said = b""
            while said.count(b"total") < 2:
                said += os.read(ours, 4096)
            process.send_signal(signal.SIGINT)
            while b"\x1b[?25h" not in said:
                said += os.read(ours, 4096)
            assert 130 == process.wait(PATIENCE)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"Traceback" not in said


def test_cp_goes_both_ways(stage: Stage) -> None:
    """Files and folders, with names that a shell would read."""
    name = "a b $(id) ü"
    (stage.folder / "in").mkdir()
    (stage.folder / "in" / name).write_bytes(b"\0hello\n")
    did = stage.data("cp", "in/.", "app:/tmp/there")
    assert ("app", "in/.") == (did["service"], did["source"])
    assert (0, "\0hello\n") == stage.inside("app", "cat", f"/tmp/there/{name}")
    stage.did("cp", f"app:/tmp/there/{name}", "./out:side")
    assert b"\0hello\n" == (stage.folder / "out:side").read_bytes()
    stage.did("cp", "app:/tmp/there", str(stage.folder / "whole"))
    assert b"\0hello\n" == (stage.folder / "whole" / name).read_bytes()


def test_cp_streams_tar(stage: Stage) -> None:
    """`-` is an archive on stdout or stdin, and nothing else is printed there."""
    raw = _bytes(stage, "cp", "app:/etc/hostname", "-")
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        assert ["hostname"] == archive.getnames()
    done = subprocess.run(
        stage.words("cp", "-", "app:/tmp"),
        input=raw,
        capture_output=True,
        env=stage.environ,
        cwd=stage.folder,
        check=True,
    )
    assert b"- copied to app:/tmp\n" == done.stdout
    assert stage.inside("app", "cat", "/etc/hostname") == stage.inside("app", "cat", "/tmp/hostname")
    assert "--json" in stage.refused(2, "cp", "app:/etc", "-")["error"]["message"]


def _bytes(stage: Stage, *words: str) -> bytes:
    return subprocess.run(
        stage.words(*words), capture_output=True, env=stage.environ, cwd=stage.folder, check=True
    ).stdout


@pytest.mark.parametrize(
    ("status", "places", "said"),
    [
        (2, ("a", "b"), "one of the two"),
        (2, ("app:/a", "idle:/b"), "one of the two"),
        (2, ("app:", "b"), "one of the two"),
        (2, ("nosuch:/a", "b"), "nosuch"),
        (5, ("app:/nowhere", "b"), "app:/nowhere"),
        (5, ("nowhere", "app:/tmp"), "nowhere"),
    ],
)
def test_cp_refuses_what_cannot_be(stage: Stage, status: int, places: tuple[str, str], said: str) -> None:
    """Two places here or two in services, an unknown service, a file that is not there."""
    assert said in stage.refused(status, "cp", *places)["error"]["message"]
    assert not (stage.folder / "b").exists()


def test_open_shows_the_url_in_the_browser(stage: Stage, tmp_path: Path) -> None:
    """BROWSER gets it, and its own talk stays out of our result; --print leaves it out."""
    (url,) = (entry["url"] for entry in stage.data("urls"))
    seen, browser = tmp_path / "seen", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho talk\nprintf %s "$1" > {seen}\n')
    browser.chmod(0o755)
    env = {"BROWSER": str(browser)}
    assert f"{url}\n" == stage.did("open", "--print", env=env).stdout
    assert not seen.exists()
    assert f"{url}\n" == stage.did("open", "app", env=env).stdout
    assert url == seen.read_text()


def test_open_without_a_display_prints_the_url(stage: Stage) -> None:
    """And says that nothing was opened."""
    opened: dict[str, Any] = stage.data("open")
    assert ("app", False) == (opened["service"], opened["opened"])
    ran = stage.did("open")
    assert (f"{opened['url']}\n", True) == (ran.stdout, "no browser" in ran.stderr)


@pytest.mark.parametrize(("service", "said"), [("idle", "idle has no URL"), ("nosuch", "no service nosuch")])
def test_open_of_what_has_no_url_is_refused(stage: Stage, service: str, said: str) -> None:
    """Status 2, and the hint names those that have one."""
    error = stage.refused(2, "open", service)["error"]
    assert said in error["message"]
    assert "app" in error["hint"]
