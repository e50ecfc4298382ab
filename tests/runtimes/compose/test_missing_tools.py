"""A machine without Compose or buildx is told so, whatever words its docker command has for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.runtimes.compose import drive, images
from envctl.workload import Build
from envctl.world import World, real_world

# What the docker command says of a plugin that it does not have, over the years.
SAYS = (
    "docker: '{plugin}' is not a docker command.\nSee 'docker --help'",
    "docker: unknown command: docker {plugin}\n\nRun 'docker --help' for more information",
    "unknown flag: {flag}\nSee 'docker --help'.\n\nUsage:  docker [OPTIONS] COMMAND",
)


@pytest.fixture
def world(tmp_path: Path) -> Callable[[str], World]:
    """A world whose docker command says this and fails; with nothing to say it is not there."""

    def make(says: str) -> World:
        if says:
            (tmp_path / "says").write_text(f"{says}\n")
            (tmp_path / "docker").write_text(f"#!/bin/sh\ncat >&2 {tmp_path}/says\nexit 125\n")
            (tmp_path / "docker").chmod(0o755)
        path = f"{tmp_path}:/usr/bin:/bin" if says else str(tmp_path)
        return real_world(lambda event: None, {"XDG_RUNTIME_DIR": str(tmp_path), "PATH": path})

    return make


@pytest.mark.parametrize("says", ["", *SAYS])
def test_without_compose_it_is_said(world: Callable[[str], World], says: str, tmp_path: Path) -> None:
    """And that nothing was started."""
    here = world(says.format(plugin="compose", flag="--ansi"))
    with pytest.raises(EnvctlError, match="Docker Compose is not installed") as caught:
        drive.up(here, {"name": "x", "services": {}}, tmp_path)
    assert (Exit.DOCKER, "No container was started.") == (caught.value.code, caught.value.unchanged)


@pytest.mark.parametrize("says", ["", *SAYS])
def test_without_buildx_it_is_said(world: Callable[[str], World], says: str, tmp_path: Path) -> None:
    """Before a line of the Dockerfile is blamed."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    here = world(says.format(plugin="buildx", flag="--progress"))
    with pytest.raises(EnvctlError, match="docker buildx is not installed") as caught:
        images.build(here, "image api", "x/api:1", Build(tmp_path, tmp_path / "Dockerfile"), None)
    assert Exit.DOCKER == caught.value.code


@pytest.mark.parametrize(
    "says",
    [
        "Error response from daemon: driver failed programming external connectivity on endpoint x: "
        "Bind for 127.0.0.1:24857 failed: port is already allocated",
        "Error response from daemon: failed to bind host port 127.0.0.1:24857/tcp: address already in use",
        "Error: Ports are not available: exposing port TCP 127.0.0.1:24857",
    ],
)
def test_a_port_that_was_taken_meanwhile_is_no_mystery(
    world: Callable[[str], World], says: str, tmp_path: Path
) -> None:
    """The same command chooses another one."""
    with pytest.raises(EnvctlError, match="a port was taken") as caught:
        drive.up(world(says), {"name": "x", "services": {}}, tmp_path)
    assert (Exit.NO_CAPACITY, (says,)) == (caught.value.code, caught.value.details)


def test_other_complaints_are_handed_back_without_warnings(world: Callable[[str], World], tmp_path: Path) -> None:
    """The caller can see better which service did not come up, and why."""
    says = 'time="x" level=warning msg="no swap"\n\n  dependency failed to start: container x exited (3)  '
    assert ["dependency failed to start: container x exited (3)"] == drive.up(
        world(says), {"name": "x", "services": {}}, tmp_path
    )
