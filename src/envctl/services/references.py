"""`${service.attribute}` inside a text: the only form that is a reference."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from envctl.text import Text, text

Told = Callable[[str, str], Text]  # (service, attribute) → what it is inside the network


@dataclass(frozen=True)
class Reference:
    """What another service is reached by."""

    service: str
    attribute: str

    def __str__(self) -> str:
        return f"${{{self.service}.{self.attribute}}}"


_TOKEN = re.compile(r"\$\$\{|\$\{([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\}")


def parse(value: str) -> tuple[str | Reference, ...]:
    """Literal pieces and references, in order. `$${` is a literal `${`; any other `$` stays as it is."""
    parts: list[str | Reference] = []
    start = 0
    for found in _TOKEN.finditer(value):
        parts.append(value[start : found.start()])
        parts.append("${" if found[1] is None else Reference(found[1], found[2]))
        start = found.end()
    parts.append(value[start:])
    return tuple(part for part in parts if part != "")


def references(value: str) -> tuple[Reference, ...]:
    """The references alone."""
    return tuple(part for part in parse(value) if isinstance(part, Reference))


def resolve(value: str, told: Told) -> Text:
    """The text with every reference replaced by what it stands for."""
    return text(*(part if isinstance(part, str) else told(part.service, part.attribute) for part in parse(value)))
