"""A machine without Compose or buildx is told so, whatever words its docker command has for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.runtimes.compose import drive, tools
from envctl.world import World, real_world

# What the docker command says of a plugin that it does not have, over the years.
SAYS = (
    "docker: '{plugin}' is not a docker command.\nSee 'docker --help'",
    "docker: unknown command: docker {plugin}\n\nRun 'docker --help' for more information",
    "unknown flag: {flag}\nSee 'docker --help'.\n\nUsage:  docker [OPTIONS] COMMAND",
)


@pytest.fixture
def docker(tmp_path: Path) -> Callable[[str], World]:
    """A world whose docker command is this script."""

    def make(script: str) -> World:
        (tmp_path / "docker").write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "docker").chmod(0o755)
        path = f"{tmp_path}:/usr/bin:/bin"
        return real_world(lambda event: None, {"XDG_RUNTIME_DIR": str(tmp_path), "PATH": path})

    return make


@pytest.fixture
def world(docker: Callable[[str], World], tmp_path: Path) -> Callable[[str], World]:
    """A world whose docker command says this and fails; with nothing to say it is not there."""

    def make(says: str) -> World:
        if not says:
            return real_world(lambda event: None, {"XDG_RUNTIME_DIR": str(tmp_path), "PATH": str(tmp_path)})
        (tmp_path / "says").write_text(f"{says}\n")
        return docker(f"cat >&2 {tmp_path}/says; exit 125")

    return make


@pytest.mark.parametrize("says", SAYS)
def test_without_compose_it_is_said(world: Callable[[str], World], says: str) -> None:
    """And that nothing was changed."""
    with pytest.raises(EnvctlError, match="Docker Compose is not installed") as caught:
        tools.require(world(says.format(plugin="compose", flag="--short")), builds=True)
    assert (Exit.DOCKER, "Nothing was changed.") == (caught.value.code, caught.value.unchanged)


def test_without_the_docker_command_it_is_said(world: Callable[[str], World]) -> None:
    """A daemon alone is not enough."""
    with pytest.raises(EnvctlError, match="no `docker` command") as caught:
        tools.require(world(""), builds=False)
    assert Exit.DOCKER == caught.value.code


@pytest.mark.parametrize("says", SAYS)
def test_buildx_is_needed_only_to_build(docker: Callable[[str], World], says: str) -> None:
    """Without it images can be run, and where something is built it is named."""
    refusal = says.format(plugin="buildx", flag="--version").replace("'", "")
    here = docker(f'case $1 in compose) echo 2.26.1;; *) echo "{refusal}" >&2; exit 125;; esac')
    tools.require(here, builds=False)
    with pytest.raises(EnvctlError, match="docker buildx is not installed") as caught:
        tools.require(here, builds=True)
    assert Exit.DOCKER == caught.value.code


@pytest.mark.parametrize("version", ["2.25.0", "2.24.7", "v2.5.0", "1.29.2"])
def test_an_old_compose_is_refused(docker: Callable[[str], World], version: str) -> None:
    """With its version and the one that is needed."""
    with pytest.raises(EnvctlError, match=rf"Docker Compose {version} is too old: envctl needs 2.26") as caught:
        tools.require(docker(f"echo {version}"), builds=False)
    assert Exit.DOCKER == caught.value.code


@pytest.mark.parametrize("version", ["2.26.0", "v2.40.3-desktop.1", "5.0.0", "2.26.1-4", "dev"])
def test_a_newer_compose_will_do(docker: Callable[[str], World], version: str) -> None:
    """Whatever its version looks like."""
    tools.require(docker(f"echo {version}"), builds=True)


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


def test_a_full_disk_is_no_mystery(world: Callable[[str], World], tmp_path: Path) -> None:
    """What Compose met there is told as what it is."""
    says = "Error response from daemon: mkdir /var/lib/docker/overlay2/x: no space left on device"
    with pytest.raises(EnvctlError, match="the disk is full") as caught:
        drive.up(world(says), {"name": "x", "services": {}}, tmp_path)
    assert (Exit.NO_CAPACITY, (says,)) == (caught.value.code, caught.value.details)


def test_other_complaints_are_handed_back_without_warnings(world: Callable[[str], World], tmp_path: Path) -> None:
    """The caller can see better which service did not come up, and why."""
    says = 'time="x" level=warning msg="no swap"\n\n  dependency failed to start: container x exited (3)  '
    assert ["dependency failed to start: container x exited (3)"] == drive.up(
        world(says), {"name": "x", "services": {}}, tmp_path
    )
