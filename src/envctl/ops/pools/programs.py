"""The image with the programs that make a pool: XFS, loop devices. It is built where it is not there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import envctl
from envctl.errors import EnvctlError
from envctl.events import Event
from envctl.workload import Build
from envctl.world import World

_SUBJECT = "tools of the pool"


def folder() -> Path:
    """What it is built from."""
    return Path(envctl.__file__).parent / "images" / "pool"


def pool_image() -> str:
    """Its name, by what it is built from. No registry can be called so (RFC 2606), so nobody can push one; and
    `scripts/images` knows the rule too.
    """
    return f"envctl.invalid/pool:{hashlib.sha256((folder() / 'Dockerfile').read_bytes()).hexdigest()[:16]}"


def ready_image(world: World) -> str:
    """The same, of an image that is there by then. Raises EnvctlError where it cannot be built."""
    name = pool_image()
    if world.engine.image(name) is not None:
        return name
    from envctl.runtimes.compose.images import build  # takes longer to load than all else, and is hardly ever needed
    from envctl.stack.registry import choose

    world.tell(Event(_SUBJECT, "building"))
    try:
        build(world, _SUBJECT, name, Build(folder(), folder() / "Dockerfile"), choose(world.environ).prefix)
    except EnvctlError as error:
        error.unchanged = "No pool was made or changed."
        error.hint = "It needs debian:trixie-slim and Debian's packages. See to the network or name a mirror in " \
            "ENVCTL_REGISTRY, then run the same command again."  # fmt: skip
        raise
    world.tell(Event(_SUBJECT, "built", "done"))
    return name
