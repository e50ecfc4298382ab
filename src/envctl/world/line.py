"""A connection to a program in a container, word by word."""

from __future__ import annotations

from contextlib import ExitStack, suppress

from envctl.world import daemon, readings
from envctl.world.client import refused


class Line:
    """Open until it is closed; a program that reads what it is told reads its end then.

    Every method raises EnvctlError(DOCKER) when the daemon does not answer.
    """

    def __init__(self, host: str, request: daemon.Request) -> None:
        self._open = ExitStack()
        try:
            self._connection, self._came = self._open.enter_context(daemon.handed_over(host, request))
        except OSError as error:
            raise daemon.stopped(error) from error
        except daemon.Refused as refusal:
            raise refused(request.path, refusal) from refusal

    def say(self, line: str) -> None:
        """Tell it a line. One that has ended does not hear it, which hears() tells."""
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                self._connection.sendall(f"{line}\n".encode())
        except OSError as error:
            raise daemon.stopped(error) from error

    def hears(self, line: str) -> bool:
        """Wait until it prints a line: False when it ends without."""
        wanted = f"{line}\n".encode()
        try:
            while wanted not in b"".join(readings.frames(self._came)):
                if not (block := self._connection.recv(1 << 16)):
                    return False
                self._came += block
        except ConnectionResetError:
            return False
        except OSError as error:
            raise daemon.stopped(error) from error
        return True

    @property
    def printed(self) -> tuple[str, ...]:
        """The lines that were heard."""
        return tuple(b"".join(readings.frames(self._came)).decode("utf-8", "replace").splitlines())

    def close(self) -> None:
        """Nothing more is said or heard."""
        self._open.close()
