"""Where the standard streams of a program in a container begin and end, if not in those of Docker's client."""

from __future__ import annotations

import errno
import os
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_GLANCE = 0.005  # seconds between looks whether a program has opened its end
# $1 is where its input comes from, $2 where its output goes, unless it is empty. To open one waits for who opens its
# other end, and we may be killed before we do: a helper has both ends of both open, so that nothing waits, and for $3
# seconds at most. The line that we begin with says that we are there; from then on our end is the only other one.
_BETWEEN = (
    "sh",
    "-c",
    """i=$1 o=$2 p=$3; shift 3
if [ -z "$o" ]; then sleep "$p" <>"$i" & w=$!; else sleep "$p" <>"$i" 3<>"$o" & w=$!; exec >"$o"; fi
exec <"$i"; read -r here || exit 1
kill "$w"; wait "$w" 2>/dev/null
exec "$@"
""",
    "envctl",
)


@dataclass(frozen=True)
class Ends:
    """Where a program's standard input comes from, and where its output goes; None is what they were.

    There is none for the output alone.
    """

    stdin: Path | None = None
    stdout: Path | None = None
    patience: int = 30  # seconds that a program waits for us

    def listen(self, process: subprocess.Popen[bytes]) -> None:
        """Put our end of its output in the place of the client's. Nothing may be read before speak() has returned."""
        if self.stdout is not None and process.stdout is not None:
            process.stdout.close()
            process.stdout = os.fdopen(os.open(self.stdout, os.O_RDONLY | os.O_NONBLOCK), "rb")

    def speak(self, process: subprocess.Popen[bytes]) -> None:
        """Put our end of its input in the place of the client's, once the program has opened its own ends.

        One that has ended before has no input. Raises OSError.
        """
        if self.stdin is not None:
            process.stdin = _to_write(self.stdin, process)
        if self.stdout is not None and process.stdout is not None:
            os.set_blocking(process.stdout.fileno(), True)

    def words(self, argv: Sequence[str]) -> tuple[str, ...]:
        """What runs a program in the container like that."""
        if self.stdin is None:
            return tuple(argv)
        return (*_BETWEEN, str(self.stdin), str(self.stdout or ""), str(self.patience), *argv)


STANDARD = Ends()


def _to_write(path: Path, process: subprocess.Popen[bytes]) -> IO[bytes] | None:
    """Our end of a pipe that a program reads, once it does; None where it ends before. Raises OSError."""
    end = writing(path, process)
    if end is not None:
        with suppress(BrokenPipeError):  # it ended after all: its status says why
            os.write(end.fileno(), b"\n")
    return end


def writing(path: Path, process: subprocess.Popen[bytes]) -> IO[bytes] | None:
    """Our end of a pipe, once somebody reads it; None where a program ends before. Raises OSError."""
    pause = threading.Event()
    while process.poll() is None:
        try:
            end = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:  # nobody reads yet
                raise
            pause.wait(_GLANCE)
            continue
        os.set_blocking(end, True)
        return os.fdopen(end, "wb")
    return None


def removed(path: Path) -> None:
    """A pipe is gone; who waits for another to write to it finds that nothing comes."""
    with suppress(FileNotFoundError):
        end = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        path.unlink()
        os.close(end)
