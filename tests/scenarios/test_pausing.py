"""pause, resume and restart, on the real daemon."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

STACK = """
[services.busy]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; while :; do :; done"]
limits = { cpus = 0.2 }
needs = ["web"]
[services.web]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; python -m http.server 8000 & wait"]
port = 8000
public = true
health = "/"
needs = ["cache"]
[services.cache]
kind = "redis"
"""
ALL = ["busy", "cache", "web"]


@pytest.fixture(scope="module")
def up(shared_stage: Stage) -> Stage:
    """A service that is always busy, one with a health check, and a store."""
    shared_stage.write(STACK)
    shared_stage.up()
    return shared_stage


@pytest.fixture
def stage(up: Stage) -> Stage:
    """The same, running: a test before may have left some of it paused or stopped."""
    for service in ALL:
        container = up.container(service)
        if container.status == "paused":
            container.unpause()
        elif container.status != "running":
            container.start()
    return up


def states(stage: Stage) -> dict[str, tuple[str, str | None]]:
    """State and health of each service, as `status` says."""
    return {s["name"]: (s["state"], s["health"]) for s in stage.data("status")["services"]}


def processor_time(stage: Stage, service: str) -> tuple[int, int]:
    """Nanoseconds that a service has used, at two moments a second apart."""
    found: Any = stage.container(service).stats(stream=False)
    return found["precpu_stats"]["cpu_usage"]["total_usage"], found["cpu_stats"]["cpu_usage"]["total_usage"]


def happened(stage: Stage, since: str) -> list[tuple[str, str]]:
    """Service and what became of it, in order, as `events` says."""
    lines = stage.did("events", "--json", "--since", since, "--until", "0s").stdout.splitlines()
    return [(event["service"], event["what"]) for event in map(json.loads, lines)]


def test_what_is_paused_uses_no_processor(stage: Stage) -> None:
    """The busy service's processor time stands still while it is paused, and goes on afterwards."""
    first, second = processor_time(stage, "busy")
    assert second > first
    paused = stage.data("pause")
    assert (ALL, "paused") == (paused["changed"], paused["state"])
    first, second = processor_time(stage, "busy")
    assert second == first
    assert second == processor_time(stage, "busy")[1]
    stage.did("resume")
    first, second = processor_time(stage, "busy")
    assert second > first


def test_paused_is_what_status_and_ls_say(stage: Stage) -> None:
    """One paused service makes the environment partial, all of them make it paused; health is not told meanwhile."""
    stage.did("pause", "web")
    assert {"web": ("paused", None), "busy": ("running", None), "cache": ("running", "healthy")} == states(stage)
    assert "partial" == stage.data("status")["state"]
    stage.did("pause")
    (row,) = stage.data("ls", "--project", stage.project)["environments"]
    assert ("paused", 0, 3) == (row["state"], row["running"], row["services"])
    assert "paused" in stage.did("ls").stdout
    assert "envctl resume" in stage.refused(125, "exec", "web", "true")["error"]["hint"]


def test_what_goes_on_is_well_at_once(stage: Stage) -> None:
    """After `resume` nothing is ill, though Docker calls what was paused unhealthy until its next check."""
    ids = stage.ids()
    stage.did("pause")
    resumed = stage.data("resume")
    assert (ALL, "running") == (resumed["changed"], resumed["state"])
    (row,) = stage.data("ls", "--project", stage.project)["environments"]
    assert "running" == row["state"]
    assert [] == stage.data("plan")["steps"]
    assert ids == stage.ids()


def test_up_lets_what_is_paused_go_on(stage: Stage) -> None:
    """The plan says so, the same containers run afterwards, and then there is nothing left to do."""
    ids = stage.ids()
    stage.did("pause")
    planned = [step["step"] for step in stage.data("plan")["steps"]]
    assert {"resume busy", "resume web", "resume cache"} == set(planned)
    came_up = stage.up()
    assert planned == [step["step"] for step in came_up["steps"]]
    assert "running" == came_up["state"]
    assert ids == stage.ids()
    assert [] == stage.up()["steps"]


def test_a_paused_environment_goes_down(another: Stage) -> None:
    """`down` takes a paused environment away, and leaves nothing."""
    another.write("""
[services.app]
image = "python:3.13-slim"
command = ["sh", "-c", "trap exit TERM; sleep infinity & wait"]
""")
    another.up()
    another.did("pause")
    another.did("down")
    assert set() == another.objects()


@pytest.fixture
def another(stage: Stage, another_stage: Any) -> Stage:
    """A stage beside."""
    made: Stage = another_stage()
    return made


def test_what_stopped_cannot_be_paused(stage: Stage) -> None:
    """Named, it is refused; among all it is passed over."""
    stage.container("busy").stop()
    assert "busy (exited)" in stage.refused(2, "pause", "busy")["error"]["message"]
    assert ["cache", "web"] == stage.data("pause")["changed"]
    assert "paused" == stage.data("status")["state"]


def test_restart_keeps_containers_ports_and_data(stage: Stage) -> None:
    """The same containers with the same ports, started anew and healthy again."""
    ids, settings = stage.ids(), stage.data("env")
    started = {s["name"]: s["started_at"] for s in stage.data("status")["services"]}
    assert 0 == stage.inside("web", "touch", "/kept")[0]
    did = stage.data("restart")
    assert (ALL, "running") == (did["changed"], did["state"])
    assert (ids, settings) == (stage.ids(), stage.data("env"))
    assert all(started[s["name"]] < s["started_at"] for s in did["services"])
    assert 0 == stage.inside("web", "test", "-e", "/kept")[0]
    assert [] == stage.up()["steps"]


def test_restart_goes_in_the_order_of_needs(stage: Stage) -> None:
    """Who needs others stops before them and starts once they are healthy; who is not named is left alone."""
    since = stage.docker.info()["SystemTime"]
    stage.did("restart", "busy", "web")
    shown = ("exited", "started", "healthy")
    did = [(service, what) for service, what in happened(stage, since) if service != "cache" and what in shown]
    order = [("busy", "exited"), ("web", "exited"), ("web", "started"), ("web", "healthy"), ("busy", "started")]
    assert order == did
    assert not {"exited", "started"} & {what for service, what in happened(stage, since) if service == "cache"}


def test_who_does_not_come_back_is_named(another: Stage) -> None:
    """Status 8 with the service, its exit status and its last words; who needs it is not started."""
    another.write("""
[services.once]
image = "python:3.13-slim"
command = ["sh", "-c", "test ! -e /been || { echo spent >&2; exit 7; }; touch /been; sleep 9999"]
[services.other]
image = "python:3.13-slim"
command = ["sleep", "9999"]
needs = ["once"]
""")
    another.up()
    envelope = another.refused(8, "restart")
    assert "once exited with status 7" == envelope["error"]["message"]
    assert "once | spent" in envelope["error"]["details"]
    assert {"once": "exited", "other": "exited"} == {s["name"]: s["state"] for s in envelope["data"]["services"]}
