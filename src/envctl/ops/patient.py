"""What `doctor` looks at: the world and the stack file, as far as they are there."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Thread
from time import time

from envctl.errors import EnvctlError
from envctl.machine import Daemon, Machine
from envctl.stack import Stack
from envctl.world import World
from envctl.world.machine import read_machine


@dataclass(frozen=True)
class Seen:
    """The daemon, its machine, and how far its clock was from ours (in seconds, ahead of it)."""

    daemon: Daemon
    machine: Machine
    ahead: float


@dataclass(frozen=True)
class Patient:
    """The daemon is asked once, while other checks go on. `stack` is the stack file as read, or why it was not."""

    world: World
    environ: Mapping[str, str]
    stack: Stack | EnvctlError | None  # None: there is none here
    _seen: Future[Seen] = field(default_factory=Future)

    def ask(self) -> None:
        """Begin to ask the daemon. One that never answers keeps nobody from ending."""
        Thread(target=self._ask, daemon=True).start()

    def _ask(self) -> None:
        try:
            daemon = self.world.engine.daemon()
            ahead = datetime.fromisoformat(daemon.clock).timestamp() - time() if daemon.clock else 0.0
            self._seen.set_result(Seen(daemon, read_machine(daemon), ahead))
        except Exception as failure:  # whoever asks for what was seen gets it
            self._seen.set_exception(failure)

    @property
    def seen(self) -> Seen:
        """Waits for the daemon's answer. Raises EnvctlError when there is none."""
        return self._seen.result()

    @property
    def root(self) -> Path:
        """The folder of the stack file, else the working folder."""
        return self.stack.root if isinstance(self.stack, Stack) else Path()
