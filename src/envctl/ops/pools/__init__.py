"""The daemon's pool, for all who use one: whether there is one, and that it can be mounted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.job import Mounted, Output, script
from envctl.observed import Container
from envctl.ops.pools.programs import pool_image, ready_image
from envctl.pool import ROLE, STORE, Pool, pool_of
from envctl.world import World, helper
from envctl.world.daemon import is_near
from envctl.world.loops import backing_file

LOCK = "envctl-pool"  # held by whoever attaches, makes, changes or removes it
_AGED = timedelta(minutes=1)
HELPER = "pool-helper"  # the role of containers that do so
INSIDE, STORED = "/pool", "/store"  # in them: the pool itself, and the folder of its file

# To be followed by what is done with `$file` and `$loop`. Who comes at the same time, from whatever machine, waits for
# the lock of the file itself; a device that has it already is found, so none is ever attached twice.
ATTACHED = f"""set -eu
file={STORED}/$1; link=$2; shift 2
exec 9<"$file"; flock 9
loop=$(losetup --noheadings --output NAME --associated "$file" | head -n 1)
if [ -z "$loop" ]; then
    loop=$(losetup --find --show "$file" 9<&-)
    losetup --direct-io=on "$loop" || true
fi
for _ in 1 2 3; do  # another daemon's pool on this machine may go meanwhile, and the folder with it
    if mkdir -p "${{link%/*}}" && ln -sfn "$loop" "$link"; then break; fi
done
[ -L "$link" ]
"""


def look(world: World) -> Pool | None:
    """The daemon's pool, attached or not. Changes nothing."""
    return pool_of(world.engine.volumes({labels.ROLE: ROLE}))


def image(world: World) -> str:
    """An image that has what works on a pool: a shell, GNU's `cp`, XFS. It is built where it is not there."""
    return ready_image(world)


def tools(world: World) -> str | None:
    """The same image, where it is there; None where it went, which is no reason to build it."""
    return world.engine.image(pool_image())


def is_attached(world: World, pool: Pool) -> bool:
    """Whether it is known to be: of a daemon elsewhere nothing is known."""
    return is_near(world.environ) and (backing_file(Path(pool.device)) or "").endswith(f"/{pool.file}")


def is_lost(world: World, pool: Pool) -> bool:
    """Whether the volume with its file is gone, and all that was in it."""
    return all(volume.name != pool.store for volume in world.engine.volumes({labels.ROLE: STORE}))


def attach(world: World, pool: Pool) -> None:
    """See to it that volumes in the pool can be mounted, which after a restart of the machine they cannot.

    Costs next to nothing when they can. Raises EnvctlError when they never will.
    """
    if is_attached(world, pool):
        return
    with alone(world, "attach"):
        attach_alone(world, pool)


def attach_alone(world: World, pool: Pool) -> None:
    """The same for who holds the lock already."""
    if is_attached(world, pool):
        return
    if is_lost(world, pool):
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"the pool {pool.id} has lost its data: the volume {pool.store} is gone",
            unchanged="Nothing was changed.",
            hint="Remove what is left of it: `envctl pool rm --force`. Then `envctl pool create` makes a new one.",
        )
    ended = on_machine(world, pool, ATTACHED, pool.file, pool.device)
    if ended.status:
        raise EnvctlError(
            Exit.DOCKER,
            f"the pool {pool.id} could not be attached: {ended.complaint}",
            details=ended.lines[-5:-1],
            unchanged="What is in it is as it was.",
            hint="`envctl pool ls` tries again. See `losetup --list` and the kernel's log on the daemon's machine.",
        )
    world.tell(Event("pool", "attached", "done"))


@contextmanager
def alone(world: World, command: str) -> Iterator[None]:
    """Nobody else changes the pool meanwhile; containers that somebody who was killed left behind are gone."""
    with world.locks.hold(LOCK, command if command.startswith("pool ") else f"pool {command}"):
        _tidy(world)
        yield


def _tidy(world: World) -> None:
    """Remove the containers of runs that died. Not the newest: who uses this daemon from elsewhere has other locks."""
    if left := [container for container in _ours(world) if container.state != "running"]:
        before = world.engine.now() - _AGED
        for container in left:
            if datetime.fromisoformat(container.created) < before:
                world.engine.kill_container(container.id)


def inside(world: World, pool: Pool, text: str, *words: str) -> Output:
    """Run a script that sees the pool at INSIDE, as every container would mount it, and its file at STORED."""
    return _run(world, pool, text, words, {INSIDE: Mounted(pool.volume), **_stored(pool, read_only=True)})


def on_machine(world: World, pool: Pool, text: str, *words: str) -> Output:
    """Run a script as root of the daemon's machine, with its devices; the pool's file lies at STORED."""
    return _run(world, pool, text, words, _stored(pool), privileged=True)


def end_helpers(world: World, pool: Pool) -> None:
    """Whatever still works on a pool for somebody who was killed."""
    for container in _ours(world, {labels.POOL: pool.id}):
        world.engine.kill_container(container.id)


def _ours(world: World, only: Mapping[str, str] | None = None) -> list[Container]:
    found = world.engine.listed({labels.ROLE: HELPER, **(only or {})}, surely=False)
    return [container for container in found if container.name.startswith(_helpers(container.labels))]


def _run(
    world: World,
    pool: Pool,
    text: str,
    words: tuple[str, ...],
    mounts: Mapping[str, Mounted],
    *,
    privileged: bool = False,
) -> Output:
    binds = ("/dev",) if privileged else ()
    job = script(image(world), text, *words, mounts=mounts, privileged=privileged, binds=binds)
    own = {labels.ROLE: HELPER, labels.POOL: pool.id}
    return helper.run(world.engine, job, f"{_helpers(own)}{token_hex(4)}", own)


def _stored(pool: Pool, *, read_only: bool = False) -> dict[str, Mounted]:
    return {STORED: Mounted(pool.store, read_only=read_only)}


def _helpers(own: Mapping[str, str]) -> str:
    """What the names of a pool's helpers begin with."""
    return f"{Pool(own.get(labels.POOL, '')).volume}__helper-"
