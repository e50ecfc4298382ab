"""How a restore reaches the database: one program at a time, inside the service's container."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from envctl.world.pipes import Input, Reading
from envctl.world.shell import Finished

if TYPE_CHECKING:
    from envctl.world.fifos import Fifos


class Client(Protocol):
    """Runs programs in the container of one service, as the unprivileged user its server runs as."""

    def run(
        self, argv: tuple[str, ...], *, stdin: Iterable[bytes] | None = None, env: Mapping[str, str] | None = None
    ) -> Finished:
        """Run it, feed it `stdin`, wait for it.

        A program that ends before it has read everything is no error of `run`; when `stdin` raises, that goes on.
        """


class Streaming(Client, Protocol):
    """One whose programs are read while they run."""

    @property
    def fifos(self) -> Fifos | None:
        """Named pipes that the container sees too, where it can."""

    def run(
        self, argv: tuple[str, ...], *, stdin: Input | None = None, env: Mapping[str, str] | None = None
    ) -> Finished:
        """As above, also with pipes beside its input."""

    def reading(
        self, argv: tuple[str, ...], *, stdin: Input = (), env: Mapping[str, str] | None = None
    ) -> AbstractContextManager[Reading]:
        """Run it, and read what it prints while it does."""


# Told while a dump is read: what for (`checking`, `restoring`), how many of its bytes on disk, out of how many.
Progress = Callable[[str, int, int], None]


def unheard(_what: str, _read: int, _total: int) -> None:
    """A `Progress` for those who do not listen."""
