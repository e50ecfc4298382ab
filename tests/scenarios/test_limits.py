"""Limits of the stack file are limits of the kernel."""

from __future__ import annotations

import pytest

from tests.scenarios.stacks import IDLE
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

MIB = 1 << 20


def host_config(stage: Stage, service: str) -> dict[str, int]:
    """What the daemon was told of a container's limits."""
    found = stage.container(service).attrs["HostConfig"]
    return {key: found[key] for key in ("Memory", "MemorySwap", "NanoCpus", "PidsLimit")}


def test_limits_must_be_the_container_s(stage: Stage) -> None:
    """A service's own limits reach the daemon, and what the environment has left is divided among the others."""
    stage.write(
        f"""
[services.own]
image = "python:3.13-slim"
{IDLE}
limits = {{ memory = "128MiB", cpus = 0.5, pids = 50 }}
[services.rest]
image = "python:3.13-slim"
{IDLE}
[services.other]
image = "python:3.13-slim"
{IDLE}
[limits]
memory = "640MiB"
cpus = 1.5
pids = 250
"""
    )
    stage.up()
    own = {"Memory": 128 * MIB, "MemorySwap": 128 * MIB, "NanoCpus": 500_000_000, "PidsLimit": 50}
    share = {"Memory": 256 * MIB, "MemorySwap": 256 * MIB, "NanoCpus": 500_000_000, "PidsLimit": 100}
    assert own == host_config(stage, "own")
    assert share == host_config(stage, "rest") == host_config(stage, "other")


def test_without_limits_nothing_must_be_limited(stage: Stage) -> None:
    """A stack that says nothing about limits has none."""
    stage.write(f'[services.app]\nimage = "python:3.13-slim"\n{IDLE}')
    stage.up()
    found = {key: value or 0 for key, value in host_config(stage, "app").items()}
    assert {"Memory": 0, "MemorySwap": 0, "NanoCpus": 0, "PidsLimit": 0} == found


@pytest.mark.parametrize("key", ["command", "before"])
def test_a_service_killed_for_memory_must_be_named(stage: Stage, key: str) -> None:
    """`up` of a service, or of its one-shot, that takes more than it may says so, with the limit."""
    greedy = """["python", "-c", "whole = b'x' * (512 << 20)"]"""
    rest = IDLE if key == "before" else ""
    limits = 'limits = { memory = "64MiB" }'
    stage.write(f'[services.greedy]\nimage = "python:3.13-slim"\n{rest}\n{key} = {greedy}\n{limits}\n')
    envelope = stage.refused(8, "up")
    message = envelope["error"]["message"]
    assert "greedy" in message
    assert "killed for memory at its limit of 64 MiB" in message
    assert "running" != envelope["data"]["state"]
