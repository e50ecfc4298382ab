"""The client library: its connection, and what it raises as our errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING

from envctl.errors import EnvctlError, Exit
from envctl.world import daemon
from envctl.world.machine import full_disk

if TYPE_CHECKING:
    from docker import APIClient
    from docker.errors import APIError


class InUse(EnvctlError):
    """A container that is there uses it, so the daemon does not remove it."""


def connect(environ: Mapping[str, str], host: str) -> APIClient:
    """The client library's connection to a daemon. Raises EnvctlError(DOCKER)."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(environment={**environ, "DOCKER_HOST": host}, version="auto", timeout=120).api
    except DockerException as error:
        raise daemon.nobody(host, error) from error
    if _number(client.api_version) < _number(daemon.API):
        raise daemon.too_old(host, str(client.api_version))
    return client


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in str(version).split("."))


def read_far(client: APIClient, path: str, query: Mapping[str, str]) -> bytes:
    """What daemon.read() does, of a daemon that has no socket on this machine."""
    answer = client.get(f"{client.base_url}/v{daemon.API}{path}", params=dict(query), timeout=client.timeout)
    if answer.status_code != HTTPStatus.OK:
        raise daemon.refused(answer.status_code, answer.content)
    return answer.content


def far_moment(client: APIClient) -> datetime:
    """What daemon.moment() says, of a daemon that has no socket on this machine."""
    return daemon.dated(client.get(f"{client.base_url}/_ping", timeout=client.timeout).headers.get("Date", ""))


def refused(what: str, error: APIError) -> EnvctlError:
    """The daemon said no."""
    return full_disk(f"{what} could not be made", str(error.explanation or error)) or EnvctlError(
        Exit.DOCKER,
        f"{what}: the Docker Engine refused: {error.explanation or error}",
        hint="Nothing else was tried. See `docker info` and the daemon's log.",
    )


@contextmanager
def in_use(what: str) -> Iterator[None]:
    """Turns the daemon's refusal to remove what a container uses into InUse."""
    from docker.errors import APIError

    try:
        yield
    except APIError as error:
        if "in use" in str(error.explanation) or "active endpoints" in str(error.explanation):
            raise InUse(
                Exit.DOCKER, f"{what} is in use: {error.explanation}", hint="Remove the container that uses it."
            ) from error
        raise


@contextmanager
def speaking(what: str = "", *, gone_is_fine: bool = False) -> Iterator[None]:
    """Turns what the client library raises into our errors; without `what`, API errors are the caller's to handle."""
    from docker.errors import APIError, NotFound
    from requests.exceptions import ConnectionError as Unreachable
    from requests.exceptions import Timeout

    try:
        yield
    except NotFound as error:
        if gone_is_fine:
            return
        if not what:
            raise
        raise refused(what, error) from error
    except APIError as error:
        in_progress = error.status_code == HTTPStatus.CONFLICT and "already in progress" in str(error.explanation)
        if gone_is_fine and in_progress:
            return
        if not what:
            raise
        raise refused(what, error) from error
    except (Unreachable, Timeout) as error:
        raise daemon.stopped(error) from error
