"""A value that does not print."""

from __future__ import annotations

import hashlib

from envctl.text import MASK


class Secret:
    """Holds a string; shows it only when asked to reveal it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The string itself."""
        return self._value

    def fingerprint(self) -> str:
        """A hash by which two secrets are told apart. Only fit for values too random to guess."""
        return hashlib.sha256(self._value.encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)
