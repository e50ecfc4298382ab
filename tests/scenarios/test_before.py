"""One-shots: what comes before a service, after its needs."""

from __future__ import annotations

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

# Says when it ran, and fails unless the database takes connections.
MIGRATE = "import socket; socket.create_connection(('db', 5432), 5); print('migrated', file=open('/data/runs', 'a'))"
# Does not stay unless the one-shot has run.
SERVE = "grep -q migrated /data/runs || exit 9; trap exit TERM; sleep infinity & wait"


def api(before: str, *, env: str = "") -> str:
    """A stack whose api needs a database and a one-shot."""
    return f"""
[services.api]
image = "python:3.13-slim"
needs = ["db"]
before = ["python", "-c", "{before}"]
command = ["sh", "-c", "{SERVE}"]
volumes = {{ data = "/data" }}
env.MODE = "{env}"
[services.db]
kind = "postgres"
[services.page]
image = "python:3.13-slim"
{IDLE}
needs = ["api"]
"""


def runs(stage: Stage) -> int:
    """How often the one-shot ran to its end."""
    return stage.inside("api", "cat", "/data/runs")[1].count("migrated")


def test_a_one_shot_must_run_once_between_needs_and_service(stage: Stage) -> None:
    """It runs when the needs are healthy and before the service, again only when the service starts anew."""
    stage.write(api(MIGRATE))
    stage.up()
    assert 1 == runs(stage)
    assert [] == stage.up()["steps"]
    assert 1 == runs(stage)
    stage.write(api(MIGRATE, env="other"))
    stage.up()
    assert 2 == runs(stage)


def test_a_failing_one_shot_must_stop_its_service(stage: Stage) -> None:
    """`up` shows what it said; neither the service nor what needs it starts; mended, the rest comes up."""
    stage.write(api("raise SystemExit('column orders.total is not there')"))
    envelope = stage.refused(8, "up")
    error = envelope["error"]
    assert "api could not run what comes before it: it exited with status 1" in error["message"]
    assert any("column orders.total is not there" in line for line in error["details"])
    states = {service["name"]: service["state"] for service in envelope["data"]["services"]}
    assert "running" == states["db"]
    assert {"created", "absent"} >= {states["api"], states["page"]}
    database = stage.ids()["db"]

    stage.write(api(MIGRATE))
    assert "running" == stage.up()["state"]
    assert 1 == runs(stage)
    assert database == stage.ids()["db"]
