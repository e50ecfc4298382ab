"""An absent Docker never looks like success."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOWHERE = "unix:///nonexistent/docker.sock"


@pytest.mark.parametrize(("required", "status", "said"), [("", 0, "1 skipped"), ("1", 1, "1 error")])
def test_scenarios_without_an_engine(required: str, status: int, said: str) -> None:
    """Without an engine scenarios skip and say why; where Docker is required the same is a failure."""
    scenario = "tests/scenarios/test_limits.py::test_without_limits_nothing_must_be_limited"
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", scenario],
        cwd=ROOT,
        env={**os.environ, "DOCKER_HOST": NOWHERE, "ENVCTL_REQUIRE_DOCKER": required},
        capture_output=True,
        text=True,
        check=False,
    )
    assert status == ran.returncode, ran.stdout
    assert said in ran.stdout
    assert "no Docker Engine answers" in ran.stdout
