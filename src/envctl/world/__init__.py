"""Everything that touches the outside. Who holds no World is pure."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # completion takes a part of the world and has no time for the rest
    from envctl.events import Tell
    from envctl.world.engine import Engine
    from envctl.world.locks import Locks
    from envctl.world.shell import Shell


def utc_now() -> datetime:
    """What this machine's clock says."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class World:
    """The daemon, programs, locks and the folder whose files never reach a disk."""

    engine: Engine
    shell: Shell
    locks: Locks
    runtime: Path
    tell: Tell
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)  # the caller's own, for secrets and tokens
    clock: Callable[[], datetime] = utc_now  # this machine's; what is written down goes by the daemon's (`engine.now`)


def real_world(tell: Tell, environ: Mapping[str, str] = os.environ) -> World:
    """The world as it is. Connects to nothing before it is asked."""
    from envctl.world.engine import Engine
    from envctl.world.locks import Locks
    from envctl.world.places import lock_folder, runtime_folder
    from envctl.world.shell import Shell

    shell = Shell(environ)
    locks = Locks(lock_folder(environ), shell, tell)
    return World(Engine(environ), shell, locks, runtime_folder(environ), tell, environ)
