"""Named pipes that we and a container both see: what goes through them does not go through the daemon.

Docker's client, the daemon and containerd each take every byte of a program's standard streams in hand; that costs as
much of a processor as Postgres takes to read the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from envctl.machine import Daemon
from envctl.world.ends import Ends
from envctl.world.machine import is_here
from envctl.world.places import private_folder_of

_NAME = 8  # bytes by chance
_FOR_ALL = 0o755  # of a folder that only we can reach but for the container it is mounted into
_EITHER_WAY = 0o666  # the program there is of another user


@dataclass(frozen=True)
class Fifos:
    """A folder of them. A container sees it where `folder` is bound to the same path in it."""

    folder: Path

    @contextmanager
    def ends(self, *, both: bool = False) -> Iterator[Ends]:
        """A pipe for the input of one program, and for its output too if `both` are wanted."""
        paths = [self.one() for _ in range(1 + both)]
        try:
            yield Ends(paths[0], paths[1] if both else None)
        finally:
            for path in paths:
                path.unlink(missing_ok=True)

    def one(self) -> Path:
        """One that is there until it is removed, or all are."""
        path = self.folder / token_hex(_NAME)
        os.mkfifo(path)
        path.chmod(_EITHER_WAY)
        return path


@contextmanager
def fifos(daemon: Daemon, runtime: Path, full: str) -> Iterator[Fifos | None]:
    """A folder of them beside the secret files of what has that name, with which a killed run's goes.

    None where containers of that daemon do not see our files.
    """
    if not is_here(daemon) or daemon.name != os.uname().nodename or daemon.selinux:
        yield None
        return
    import shutil

    folder = private_folder_of(runtime, full) / "pipes"
    folder.mkdir(exist_ok=True)
    folder.chmod(_FOR_ALL)
    try:
        yield Fifos(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # there are other files of it
            folder.parent.rmdir()
