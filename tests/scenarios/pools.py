"""Pools for tests: one that several test processes share, and a Docker Engine of our own for what changes one.

A daemon has one pool, and whoever builds a snapshot while there is one gets it into that pool. So what makes, changes
or removes pools is tried on a second daemon, where nobody else is.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import pytest

from envctl.errors import EnvctlError
from envctl.events import nobody
from envctl.ops import pools
from envctl.ops.pools.create import create
from envctl.ops.pools.remove import remove
from envctl.pool import Pool
from envctl.units import GIB
from envctl.world import World, real_world
from tests.convergence.daemons import Daemon, impossible

_OF_POOLS = "envctl-pool__"  # what removes a pool takes them away by itself
_SHARED = Path("/dev/shm/envctl-test-pool.lock")


@contextmanager
def second_daemon(*images: str) -> Iterator[Daemon]:
    """A daemon of our own that has the pool's tools, and images by name. It leaves no pool behind."""
    if reason := impossible():
        pytest.skip(reason)
    tools = pools.image(real_world(nobody))
    with tempfile.TemporaryDirectory(prefix="envctl-", dir="/var/tmp") as folder:  # not in memory
        daemon = Daemon(Path(folder))
        try:
            daemon.start()
            with subprocess.Popen(["docker", "save", tools, *images], stdout=subprocess.PIPE) as saved:
                subprocess.run(["docker", "--host", daemon.host, "load", "--quiet"], stdin=saved.stdout, check=True)
            yield daemon
            clear(daemon)
        finally:
            daemon.close()


def clear(daemon: Daemon) -> None:
    """Remove all containers and volumes of a daemon of ours, and its pool."""
    client = daemon.client()
    for container in client.containers.list(all=True):
        if not str(container.name).startswith(_OF_POOLS):
            container.remove(v=True, force=True)
    for volume in client.volumes.list():
        if not volume.name.startswith(_OF_POOLS):
            volume.remove()
    remove(world_of(daemon), force=True)


def world_of(daemon: Daemon) -> World:
    """The world with that daemon, and with locks of its own."""
    environ = {**os.environ, "DOCKER_HOST": daemon.host, "ENVCTL_LOCK_DIR": str(daemon.folder / "locks")}
    return real_world(nobody, environ)


@contextmanager
def pooled(size: int = 20 * GIB) -> Iterator[Pool]:
    """The pool of the machine's daemon, shared with the tests of other processes; who leaves last removes it.

    One that no test has made stays.
    """
    with _SHARED.open("a+") as lock:
        pool = _shared(real_world(nobody), lock, size)
        try:
            yield pool
        finally:
            atexit.register(_removed)  # what somebody's clone, who asked for no pool, keeps from going now
            _last(lock)


def _shared(world: World, lock: IO[str], size: int) -> Pool:
    while True:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if pools.look(world) is None:
            _note(lock, create(world, size).pool.id)
        fcntl.flock(lock, fcntl.LOCK_SH)  # somebody may come in between, and remove it
        if (pool := pools.look(world)) is not None:
            return pool


def _removed() -> None:
    with _SHARED.open("a+") as lock:
        _last(lock)


def _last(lock: IO[str]) -> None:
    """Remove the pool that a test has made, unless somebody else is with it."""
    with suppress(BlockingIOError, EnvctlError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        world = real_world(nobody)
        pool = pools.look(world)
        lock.seek(0)
        if pool is not None and pool.id == lock.read():
            remove(world, force=True)
            _note(lock, "")


def _note(lock: IO[str], made: str) -> None:
    lock.truncate(0)
    lock.write(made)
    lock.flush()
