"""How a program on the host reaches an environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from envctl.reports.base import Report


@dataclass(frozen=True)
class Settings(Report):
    """The variables by which a program on the host reaches the environment. Holds passwords: print on request only."""

    variables: Mapping[str, str] = field(repr=False)

    def data(self) -> Any:
        """The flat object."""
        return dict(self.variables)
