"""Texts with holes: a value that is decided except for a password, a secret or a published port.

The blueprint is full of them, so that it can be printed, compared and stored without holding a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

MASK = "••••••"
TELLING = re.compile(r"PASS|SECRET|TOKEN|KEY|CREDENTIAL|AUTH|PRIVATE|DSN", re.IGNORECASE)  # names of secret variables


@dataclass(frozen=True, order=True)
class Password:
    """The generated password of a service."""

    service: str


@dataclass(frozen=True, order=True)
class Named:
    """The value of one of the stack's secrets."""

    secret: str


@dataclass(frozen=True, order=True)
class PublishedPort:
    """The port on the host's loopback at which a service answers; `which` names one beside its first."""

    service: str
    which: str = ""

    @property
    def name(self) -> str:
        """What it is called among an environment's ports."""
        return f"{self.service}:{self.which}" if self.which else self.service


Confidential = Password | Named  # what nobody may see
Hole = Confidential | PublishedPort


@dataclass(frozen=True)
class Text:
    """A string whose parts are literal or holes."""

    parts: tuple[str | Hole, ...] = ()

    def holes(self) -> Iterator[Hole]:
        """Every hole, in order."""
        return (part for part in self.parts if not isinstance(part, str))

    def confidential(self) -> Iterator[Confidential]:
        """The holes that hide something, in order."""
        return (hole for hole in self.holes() if not isinstance(hole, PublishedPort))

    def fill(self, value: Callable[[Hole], str]) -> str:
        """The plain string, each hole replaced by `value(hole)`."""
        return "".join(part if isinstance(part, str) else value(part) for part in self.parts)

    def __add__(self, other: Text | str) -> Text:
        return text(self, other)

    def __str__(self) -> str:
        return self.fill(lambda hole: f"<port of {hole.name}>" if isinstance(hole, PublishedPort) else MASK)


def text(*parts: str | Hole | Text) -> Text:
    """Join strings, holes and texts to one text."""
    flat: list[str | Hole] = []
    for part in parts:
        for piece in part.parts if isinstance(part, Text) else (part,):
            if isinstance(piece, str) and flat and isinstance(flat[-1], str):
                flat[-1] = f"{flat[-1]}{piece}"
            elif piece != "":
                flat.append(piece)
    return Text(tuple(flat))
