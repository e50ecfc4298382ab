"""Whether an envctl works at all. tests/test_wheel.py has an installed one tested by it too."""

from __future__ import annotations

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

STACK = f"""
[services.cache]
kind = "redis"
[services.tools]
image = "python:3.13-slim"
{IDLE}
needs = ["cache"]
env.REDIS_URL = "${{cache.url}}"
"""


def test_an_environment_comes_and_goes(stage: Stage) -> None:
    """Plan, up, up again, what can be asked of it, and down."""
    stage.write(STACK)
    assert {"cache", "tools"} <= {step["step"].split()[-1] for step in stage.data("plan")["steps"]}
    assert stage.up()["steps"]
    assert [] == stage.up()["steps"]
    assert "running" == stage.data("status")["state"]
    assert [stage.project] == [e["project"] for e in stage.data("ls", "--project", stage.project)["environments"]]
    assert stage.did("exec", "tools", "printenv", "REDIS_URL").stdout.startswith("redis://")
    assert "CACHE_URL" in stage.did("env").stdout
    assert "ready" in stage.did("logs", "cache").stdout.lower()
    stage.did("down")
    assert set() == stage.objects()


def test_a_mistake_is_said_and_not_thrown(stage: Stage) -> None:
    """The stack file's line and its status: what checks it is installed too."""
    stage.write('[services.cache]\nkind = "rediss"')
    error = stage.refused(3, "up")["error"]
    assert "redis" in " ".join([error["message"], error["hint"], *error["details"]])
