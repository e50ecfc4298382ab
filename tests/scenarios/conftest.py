"""One environment with everything in it, for the scenarios that only look at it or leave it as they found it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.scenarios.stacks import FULL, IDLE, SITE, TOOLS
from tests.scenarios.stage import Stage, git, staged

if TYPE_CHECKING:
    from docker import DockerClient

KAFKA_TOOLS = f"""
[services.kafka-tools]
image = "apache/kafka:4.1.1"
{IDLE}
needs = ["events"]
"""
TOLD = """needs = ["db", "events", "cache"]
env.DATABASE_URL = "${db.url}"
env.KAFKA_BROKERS = "${events.address}"
env.REDIS_URL = "${cache.url}"
"""
BRANCH = "feature-a"


@pytest.fixture(scope="session")
def shop(docker: DockerClient, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A page of one's own, all stores, and containers to try things from: the environment of a git branch."""
    with staged(docker, tmp_path_factory.mktemp("shop"), keep=lambda: False) as stage:
        stage.write(f"{FULL}{TOOLS}{TOLD}{KAFKA_TOOLS}", **SITE)
        git(stage.folder, "init", "--quiet", f"--initial-branch={BRANCH}")
        git(stage.folder, "add", ".")
        git(stage.folder, "commit", "--quiet", "--message=all")
        stage.by_branch = True
        stage.name = stage.up()["name"]
        yield stage
