"""`${service.attribute}` and `${secrets.NAME}` inside a text: the only forms that are references."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from envctl.text import Text, text

Told = Callable[[str, str], Text]  # (service, attribute) → what it is inside the network

SECRETS = "secrets"  # stands where a service's name would: no service is called so
FILE = "file"  # `${secrets.NAME.file}` is the path of the secret's file


@dataclass(frozen=True)
class Reference:
    """What another service is reached by, or a secret: `NAME` or `NAME.file` of `secrets`."""

    service: str
    attribute: str

    @property
    def secret(self) -> str | None:
        """The name of the secret; None when it is a service that is referred to."""
        return self.attribute.partition(".")[0] if self.service == SECRETS else None

    def __str__(self) -> str:
        return f"${{{self.service}.{self.attribute}}}"


_NAME = r"[A-Za-z0-9_-]+"
_TOKEN = re.compile(rf"\$\$\{{|\$\{{(?:({SECRETS})\.({_NAME}\.{FILE})|({_NAME})\.({_NAME}))\}}")


def parse(value: str) -> tuple[str | Reference, ...]:
    """Literal pieces and references, in order. `$${` is a literal `${`; any other `$` stays as it is."""
    parts: list[str | Reference] = []
    start = 0
    for found in _TOKEN.finditer(value):
        parts.append(value[start : found.start()])
        service, attribute = found[1] or found[3], found[2] or found[4]
        parts.append(Reference(service, attribute) if service else "${")
        start = found.end()
    parts.append(value[start:])
    return tuple(part for part in parts if part != "")


def references(value: str) -> tuple[Reference, ...]:
    """The references alone."""
    return tuple(part for part in parse(value) if isinstance(part, Reference))


def resolve(value: str, told: Told) -> Text:
    """The text with every reference replaced by what it stands for."""
    return text(*(part if isinstance(part, str) else told(part.service, part.attribute) for part in parse(value)))
