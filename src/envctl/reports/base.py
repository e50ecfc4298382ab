"""What every report is: one value, rendered for people and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any


class Report:
    """A frozen dataclass whose `data()` is the `data` of the JSON envelope."""

    def data(self) -> Any:
        """A JSON value. Field names are the keys."""
        return asdict(self)  # type: ignore[call-overload]  # every report is a dataclass
