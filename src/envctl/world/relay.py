"""A way into a container that has no network: a port of this machine's loopback, for as long as somebody needs it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Thread

from envctl.world.shell import Shell

_HERE = "127.0.0.1"
_WAITING = 16  # connections
# Bash knows how to connect. Whichever end closes first, the other one hears of it.
_CONNECT = """exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
{ cat <&3; kill $$; } 2>/dev/null &
cat >&3
kill $! 2>/dev/null
"""


def into(container: str, port: int) -> tuple[str, ...]:
    """The program that is one connection to a port in a container."""
    return ("docker", "exec", "--interactive", container, "bash", "-c", _CONNECT, "envctl", str(port))


@contextmanager
def relay(shell: Shell, argv: Sequence[str]) -> Iterator[int]:
    """A port that nobody has: whoever connects to it talks to a program of their own, by its standard input and output.

    The programs are ended with it.
    """
    ends: list[Callable[[], None]] = []
    with socket.socket() as listener:
        listener.bind((_HERE, 0))
        listener.listen(_WAITING)
        thread = Thread(target=_accept, args=(shell, argv, listener, ends), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # else it would wait on for whoever connects
            thread.join()
            for end in ends:
                end()


def _accept(shell: Shell, argv: Sequence[str], listener: socket.socket, ends: list[Callable[[], None]]) -> None:
    with suppress(OSError, KeyboardInterrupt):  # it is over
        while True:
            connection, _ = listener.accept()
            with connection:
                ends.append(shell.attached(argv, connection.fileno()))
