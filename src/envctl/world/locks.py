"""One command at a time per environment."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from envctl.events import Event, Tell
from envctl.world.places import private_folder


@dataclass(frozen=True)
class Locks:
    """File locks of the operating system: freed when their holder dies, never by age."""

    folder: Path
    tell: Tell

    @contextmanager
    def hold(self, name: str) -> Iterator[None]:
        """Hold the lock of that name, waiting for whoever has it."""
        private_folder(self.folder.parent)
        path = private_folder(self.folder) / f"{name}.lock"
        with path.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another envctl"
                self.tell(Event("lock", f"waiting for {holder}", "waiting"))
                fcntl.flock(file, fcntl.LOCK_EX)
                self.tell(Event("lock", "free", "done"))
            file.seek(0)
            file.truncate()
            file.write(f"process {os.getpid()}")
            file.flush()
            yield
