"""What every test may use. Tests marked `docker` need a real Docker Engine."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.scenarios.stage import Stage, staged

if TYPE_CHECKING:
    from docker import DockerClient

REQUIRE = "ENVCTL_REQUIRE_DOCKER"
KEEP_FAILED = "ENVCTL_KEEP_FAILED"
FAILED = pytest.StashKey[bool]()


def pytest_configure() -> None:
    """Tests of Ctrl-C hold in the background too, where a shell has its children ignore that signal."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # A slow machine is no failure; CI tries the same examples each time, so that it judges the change and not the day.
    settings.register_profile("house", deadline=None, derandomize=bool(os.environ.get("CI")))
    settings.load_profile("house")


def _set(variable: str) -> bool:
    return os.environ.get(variable, "") not in ("", "0")


@cache
def _client() -> DockerClient | str:
    """The daemon that the `docker` command talks to, or why there is none."""
    from docker import DockerClient
    from docker.errors import DockerException

    asked = ["docker", "context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]
    try:
        where = os.environ.get("DOCKER_HOST") or _printed(asked)
        client = DockerClient(base_url=where or None, timeout=120)
        client.ping()
    except (DockerException, OSError) as error:
        return f"no Docker Engine answers: {error}"
    return client


def _printed(argv: list[str]) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=False).stdout.strip()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """An absent Docker never looks like success: it skips and says so, or fails where Docker is required."""
    if item.get_closest_marker("docker") is None or not isinstance(reason := _client(), str):
        return
    if _set(REQUIRE):
        pytest.fail(f"{REQUIRE} is set, but {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember what failed, so that its environment can be left standing."""
    report = yield
    if report.failed:
        for node in item.listchain():
            node.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def docker() -> DockerClient:
    """The daemon, to look at what is really there."""
    client = _client()
    assert not isinstance(client, str), f"{client}: mark the test `docker`"
    return client


@pytest.fixture
def stage(request: pytest.FixtureRequest, docker: DockerClient, tmp_path: Path) -> Iterator[Stage]:
    """A folder for a stack file, and its environments, which are gone afterwards."""
    with staged(docker, tmp_path, keep=_keeper(request)) as made:
        yield made


@pytest.fixture(scope="module")
def shared_stage(
    request: pytest.FixtureRequest, docker: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """The same for all tests of a module, which only look at what runs, or leave it as they found it."""
    with staged(docker, tmp_path_factory.mktemp("stage"), keep=_keeper(request)) as made:
        yield made


@pytest.fixture
def another_stage(
    request: pytest.FixtureRequest, docker: DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Stage]]:
    """Makes further stages."""
    with ExitStack() as made:
        yield lambda: made.enter_context(staged(docker, tmp_path_factory.mktemp("stage"), keep=_keeper(request)))


def _keeper(request: pytest.FixtureRequest) -> Callable[[], bool]:
    return lambda: _set(KEEP_FAILED) and request.node.stash.get(FAILED, False)
