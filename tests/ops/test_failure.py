"""Who did not come up, and why: said with what the containers printed last."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.observed import Container
from envctl.ops.failure import not_ready
from envctl.workload import Limits
from tests.ops.fake import FakeEngine, container, here

ALL = frozenset({"db", "api", "web"})
WELL = (container("db", health="healthy"), container("web"))


def failure(
    folder: Path, *containers: Container, complaints: tuple[str, ...] = (), memory: int | None = None, **more: Any
) -> EnvctlError:
    at = here(folder, FakeEngine(containers, **more))
    drawn = at.blueprint()
    limited = tuple(replace(w, limits=Limits(memory=memory)) for w in drawn.workloads)
    error = not_ready(at, replace(drawn, workloads=limited), ALL, list(complaints))
    assert Exit.UNHEALTHY == error.code
    return error


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"state": "exited", "exit_code": 3}, "api exited with status 3"),
        ({"state": "exited", "exit_code": 0}, "api exited with status 0"),
        ({"state": "dead", "exit_code": 1}, "api exited with status 1"),
        ({"health": "unhealthy"}, "api did not become healthy"),
        ({"state": "created", "error": "no such file: x"}, "api could not be started: no such file: x"),
        ({"state": "exited", "exit_code": 137, "oom_killed": True}, "api was killed for memory"),
        ({"state": "running", "oom_killed": True}, "api was killed for memory"),
    ],
)
def test_why_a_service_is_not_ready(tmp_path: Path, seen: dict[str, Any], expected: str) -> None:
    """In one line that names it; what is next is said with its name too."""
    error = failure(tmp_path, container("db", health="healthy"), container("api", **seen))
    assert expected == error.message
    assert "envctl logs api" in error.hint
    assert "left running" in error.unchanged


def test_a_limit_that_was_hit_is_said(tmp_path: Path) -> None:
    """So that it can be raised."""
    killed = container("api", state="exited", exit_code=137, oom_killed=True)
    assert "api was killed for memory at its limit of 64 MiB" == failure(tmp_path, killed, memory=64 * 2**20).message


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"state": "exited", "exit_code": 2}, "api could not run what comes before it: it exited with status 2"),
        (
            {"state": "exited", "exit_code": 137, "oom_killed": True},
            "api could not run what comes before it: it was killed",
        ),
    ],
)
def test_a_one_shot_that_failed_is_told_apart_from_its_service(
    tmp_path: Path, seen: dict[str, Any], expected: str
) -> None:
    """The service itself was never started, and is not blamed."""
    shot = container("api", role="before", **seen)
    assert failure(tmp_path, container("api", state="created"), shot).message.startswith(expected)


def test_a_one_shot_that_did_its_work_is_no_failure(tmp_path: Path) -> None:
    """It is meant to exit."""
    shot = container("api", role="before", state="exited", exit_code=0)
    assert "web exited with status 1" == failure(tmp_path, shot, container("web", state="exited", exit_code=1)).message


def test_every_culprit_is_named_and_the_first_looked_at(tmp_path: Path) -> None:
    """Those that never got their turn are none."""
    error = failure(
        tmp_path,
        container("db", health="unhealthy"),
        container("api", state="exited", exit_code=1),
        container("web", state="created"),
    )
    assert "db did not become healthy; api exited with status 1" == error.message
    assert "`envctl logs db api`" in error.hint


def test_those_that_did_not_fail_are_explained(tmp_path: Path) -> None:
    """Who waits for whom, and who was still on the way; what is ready needs no word."""
    error = failure(tmp_path, container("db", health="starting"), container("api", state="exited", exit_code=1))
    assert "api exited with status 1" == error.message
    assert ("db was still getting ready", "web was not started: it needs api") == error.details
    ready = failure(tmp_path, container("db", health="healthy"), container("api", state="exited", exit_code=1))
    assert ("web was not started: it needs api",) == ready.details


def line(second: int, text: str) -> bytes:
    return f"2026-01-01T00:00:{second:02}.000000000Z {text}".encode()


def test_the_last_words_are_shown_in_the_order_they_were_said(tmp_path: Path) -> None:
    """A dozen of both streams together, each with whose it is."""
    own = {
        ("id-shop_main_api", "stdout"): [line(n, f"out {n}") for n in range(0, 40, 2)],
        ("id-shop_main_api", "stderr"): [line(n, f"err {n}") for n in range(1, 40, 2)],
    }
    details = failure(tmp_path, *WELL, container("api", state="exited", exit_code=1), printed=own).details
    assert tuple(f"api | {'err' if n % 2 else 'out'} {n}" for n in range(28, 40)) == details


def test_what_the_health_check_said_is_shown(tmp_path: Path) -> None:
    """Its last lines: it knows best what it missed."""
    ill = container("api", health="unhealthy", health_output="GET /healthz\n\nconnection refused")
    details = failure(tmp_path, *WELL, ill).details
    assert ("api health check | GET /healthz", "api health check | connection refused") == (details[0], details[-1])


def test_without_a_culprit_what_compose_said_is_passed_on(tmp_path: Path) -> None:
    """As when a container vanished meanwhile."""
    error = failure(tmp_path, *WELL, complaints=("no such container",))
    assert "the environment did not come up" == error.message
    assert ("no such container", "api was not started") == error.details


def test_the_status_goes_with_the_failure(tmp_path: Path) -> None:
    """`up --json` says how far it came."""
    data = failure(tmp_path, container("db", health="healthy"), container("api", state="exited", exit_code=1)).data
    assert data is not None
    assert "partial" == data["state"]
    assert isinstance(data["services"], tuple | list)
    assert ["running", "exited", "absent"] == [service["state"] for service in data["services"]]


def test_who_crashes_again_and_again_is_a_culprit(tmp_path: Path) -> None:
    """With how often; a one-shot that is done is none."""
    done = container("api", state="exited", exit_code=0)
    done = replace(done, labels={**done.labels, labels.ENDS: "once"})
    looping = replace(container("web", state="restarting"), restarts=9)
    error = failure(tmp_path, container("db", health="healthy"), done, looping)
    assert "web is restarted again and again: it exited 9 times" == error.message
