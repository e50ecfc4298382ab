"""The benchmark measures what it says, and the limits that a busy machine cannot break hold."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from bench.common import Ratio, in_turn
from bench.up import ls_ratio
from tests.scenarios.stage import Stage

NOISE = 1.5  # Compose uses several processors, so that a busy machine slows it down less


def test_a_limit_is_kept_or_broken() -> None:
    """Ours against so many times theirs; the line says which."""
    kept, broken = (Ratio("up", ours, 2.0, "compose", 1.25) for ours in (2.5, 2.6))
    assert (True, False) == (kept.kept, broken.kept)
    assert "ratio  1.25" in str(kept) and str(kept).endswith("ok")
    assert str(broken).endswith("BROKEN")
    assert not Ratio("up", 2.0, 9.0, "compose", 1.25, within=1.0).kept
    assert "limit 1.25, 3 s" in str(Ratio("up", 2.0, 9.0, "compose", 1.25, within=3.0))


def test_both_sides_are_measured_in_turn() -> None:
    """So that what slows the machine down for a while slows down both."""
    said: list[str] = []
    in_turn(2, lambda: said.append("ours"), lambda: said.append("theirs"), min)
    assert ["ours", "theirs", "ours", "theirs"] == said


@pytest.mark.docker
def test_fifty_environments_are_listed_quickly() -> None:
    """Within the limit of `docker compose ls`, as far as a busy machine can tell; the best of several runs counts."""
    ratio = ls_ratio(7)
    assert replace(ratio, limit=ratio.limit * NOISE).kept, str(ratio)


@pytest.mark.docker
def test_an_up_that_has_nothing_to_do_loads_no_client_library(stage: Stage) -> None:
    """The library takes longer to load than such an `up` to run."""
    stage.write('[services.cache]\nkind = "redis"')
    stage.up()
    argv = [sys.executable, "-X", "importtime", "-m", "envctl", "up", "--env", stage.name]
    done = subprocess.run(argv, cwd=stage.folder, env=stage.environ, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time")}
    assert "pydantic" in loaded
    assert not {"docker", "requests", "rich"} & loaded
