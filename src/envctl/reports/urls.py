"""Where people open an environment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from envctl.reports.base import Report


@dataclass(frozen=True)
class Url:
    """A service that people open."""

    service: str
    url: str


@dataclass(frozen=True)
class Urls(Report):
    """The environment's URLs."""

    urls: tuple[Url, ...]

    def data(self) -> Any:
        """A list of {service, url}."""
        return [asdict(u) for u in self.urls]


@dataclass(frozen=True)
class Opened(Report):
    """What `open` showed; `opened` is False where there is no browser."""

    service: str
    url: str
    opened: bool
