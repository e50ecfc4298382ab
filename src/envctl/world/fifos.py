"""Named pipes that we and a container both see: what goes through them does not go through the daemon.

Docker's client, the daemon and containerd each take every byte of a program's standard streams in hand; that costs as
much of a processor as Postgres takes to read the same bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from envctl.machine import Daemon
from envctl.world.ends import Ends
from envctl.world.machine import is_here

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
        paths = [self.folder / token_hex(_NAME) for _ in range(1 + both)]
        try:
            for path in paths:
                os.mkfifo(path)
                path.chmod(_EITHER_WAY)
            yield Ends(paths[0], paths[1] if both else None)
        finally:
            for path in paths:
                path.unlink(missing_ok=True)


@contextmanager
def fifos(daemon: Daemon) -> Iterator[Fifos | None]:
    """A folder for as long as it is needed. None where containers of that daemon do not see our files."""
    if not is_here(daemon) or daemon.name != os.uname().nodename or daemon.selinux:
        yield None
        return
    import tempfile  # with much that most commands do not need

    with tempfile.TemporaryDirectory(prefix="envctl-") as outer:  # only we can enter it
        folder = Path(outer, "pipes")
        folder.mkdir()
        folder.chmod(_FOR_ALL)
        yield Fifos(folder)
