"""Values that do not print, and where they come from."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from envctl.text import MASK, Confidential


class Secret:
    """Holds a string; shows it only when asked to reveal it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself."""
        return self._value

    def content(self) -> bytes:
        """The bytes of the string: those that were not UTF-8 are what they were."""
        return self._value.encode("utf-8", "surrogateescape")

    def fingerprint(self, key: Secret | None = None) -> str:
        """A hash by which two secrets are told apart. Without a key only fit for values too random to guess."""
        if key is None:
            return hashlib.sha256(self.content()).hexdigest()[:16]
        return hmac.digest(key.content(), self.content(), "sha256").hex()[:16]

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


Secrets = Mapping[Confidential, Secret]
KEY = ".envctl-key"  # the name of each environment's own secret: fingerprints of the others are keyed with it


@dataclass(frozen=True)
class Source:
    """Who provides a secret's value, and what they are asked for: which of it they need depends on who they are."""

    provider: str
    key: str = ""  # the variable, or the key in the file
    path: Path = Path()
    length: int = 0
