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


def ask_far(client: APIClient, request: daemon.Request) -> bytes:
    """What daemon.ask() does, of a daemon that has no socket on this machine."""
    answer = client.request(
        request.method,
        f"{client.base_url}{request.target}",
        data=request.body,
        headers={"Content-Type": request.kind},
        timeout=request.patience,
    )
    if not daemon.is_done(answer.status_code):
        raise daemon.refused(answer.status_code, answer.content)
    return answer.content


def far_moment(client: APIClient) -> datetime:
    """What daemon.moment() says, of a daemon that has no socket on this machine."""
    return daemon.dated(client.get(f"{client.base_url}/_ping", timeout=client.timeout).headers.get("Date", ""))


class Declined(EnvctlError):
    """The daemon said no."""


def refused(what: str, refusal: daemon.Refused) -> EnvctlError:
    """What the daemon refused as our error: Declined, or that a disk is full."""
    return full_disk(f"{what} could not be made", refusal.reason) or Declined(
        Exit.DOCKER,
        f"{what}: the Docker Engine refused: {refusal.reason}",
        hint="Nothing else was tried. See `docker info` and the daemon's log.",
    )


def used(what: str, refusal: daemon.Refused) -> EnvctlError:
    """The daemon does not remove what a container uses, else whatever it says."""
    if not any(words in refusal.reason for words in ("in use", "active endpoints")):
        return refused(what, refusal)
    return InUse(Exit.DOCKER, f"{what} is in use: {refusal.reason}", hint="Remove the container that uses it.")


def is_gone(refusal: daemon.Refused) -> bool:
    """Whether what was to be removed is not there any more, or is being removed by somebody else."""
    removing = refusal.status == HTTPStatus.CONFLICT and "already in progress" in refusal.reason
    return removing or refusal.status == HTTPStatus.NOT_FOUND


@contextmanager
def speaking(what: str, *, gone_is_fine: bool = False) -> Iterator[None]:
    """Turns what the client library raises into our errors."""
    from docker.errors import APIError

    try:
        with reaching():
            yield
    except APIError as error:
        refusal = daemon.Refused(error.status_code or 0, str(error.explanation or error))
        if not (gone_is_fine and is_gone(refusal)):
            raise refused(what, refusal) from error


@contextmanager
def reaching() -> Iterator[None]:
    """Turns what is raised where the daemon stopped answering; what it refuses is the caller's to handle."""
    from requests.exceptions import ConnectionError as Unreachable
    from requests.exceptions import Timeout

    try:
        yield
    except (Unreachable, Timeout) as error:
        raise daemon.stopped(error) from error
