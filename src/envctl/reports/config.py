"""What the stack file came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from envctl.reports.base import Report


@dataclass(frozen=True)
class ConfigValue:
    """One resolved value and where it comes from: `envctl.toml:12`, `default`, `ENVCTL_REGISTRY` …"""

    key: str
    value: Any
    origin: str


@dataclass(frozen=True)
class Config(Report):
    """The resolved stack, secrets hidden."""

    path: str
    project: str
    values: tuple[ConfigValue, ...]
