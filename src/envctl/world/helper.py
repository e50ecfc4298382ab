"""Throwaway containers: what is done to files of volumes is done inside one, by programs of an image that is there.

They get no network, and of the machine nothing but the volumes they are for, unless the job says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.job import Job, Output
from envctl.observed import COMPOSE_IMAGE

if TYPE_CHECKING:
    from envctl.world.engine import Engine

ROLE = "helper"
_LINES = 50  # of what it printed, at most
_FULL = "no space left"


def environment_helper(identity: Identity, own: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The name and the labels of a container that works on an environment's volumes."""
    return f"{identity.full}__{ROLE}-{token_hex(4)}", {**own, labels.ROLE: ROLE}


def run(engine: Engine, job: Job, name: str, own: Mapping[str, str]) -> Output:
    """Run a job to its end, and remove its container. Raises EnvctlError where it cannot be run at all."""
    with started(engine, job, name, own) as container:
        return ended(engine, container)


def must(output: Output, what: str, *, unchanged: str = "", hint: str = "") -> Output:
    """The same output, of a job that must have succeeded. Raises EnvctlError(DATA_REFUSED) with its last words, or
    NO_CAPACITY where a disk is full.
    """
    if output.status == 0:
        return output
    full = any(_FULL in line.lower() for line in output.lines)
    raise EnvctlError(
        Exit.NO_CAPACITY if full else Exit.DATA_REFUSED,
        f"{what}: {output.complaint}",
        details=output.lines[-5:-1],
        unchanged=unchanged,
        hint=hint or ("Make room on the daemon's disk (`envctl gc`)." if full else ""),
    )


def made(engine: Engine, job: Job, name: str, own: Mapping[str, str]) -> str:
    """The container of a job, not started yet; its ID. Whoever makes it removes it."""
    # With the ID of its image on it, it is known to be ours also once that image is gone.
    return engine.make_helper(name, job, {**own, COMPOSE_IMAGE: engine.image(job.image) or ""})


def ended(engine: Engine, container: str) -> Output:
    """Wait for the end of a container that was started. It stays."""
    status = engine.wait_container(container)
    return Output(status, printed(engine, container))


@contextmanager
def started(engine: Engine, job: Job, name: str, own: Mapping[str, str]) -> Iterator[str]:
    """A running container for a job; its ID. It is removed at the end, whatever it does then."""
    container = made(engine, job, name, own)
    try:
        for path, content in job.files.items():
            put(engine, container, path, content)
        engine.start_container(container)
        yield container
    finally:
        engine.kill_container(container)


def put(engine: Engine, container: str, path: str, content: bytes) -> None:
    """Write a small file in a container, running or not."""
    import io
    import tarfile

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo(path.lstrip("/"))
        info.size, info.mode = len(content), 0o444
        tar.addfile(info, io.BytesIO(content))
    engine.put_archive(container, "/", archive.getvalue())


def printed(engine: Engine, container: str) -> tuple[str, ...]:
    """The last lines that a container printed, without their times."""
    lines = [
        line.partition(b" ")[2].decode("utf-8", "replace").rstrip()
        for stream in ("stdout", "stderr")
        for line in engine.logs(container, stream=stream, follow=False, since=None, tail=_LINES)
    ]
    return tuple(lines)
