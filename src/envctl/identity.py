"""Which environment is meant."""

from __future__ import annotations

from dataclasses import dataclass

ONE_SHOT = "-before"  # ends the name of a service's one-shot, so no service's own name


@dataclass(frozen=True, order=True)
class Identity:
    """One environment of one project; `branch` is the full ref it was derived from, None when named by hand."""

    project: str
    name: str
    branch: str | None = None

    @property
    def full(self) -> str:
        """The one name on the daemon. Neither part can hold an underscore, so it is unambiguous."""
        return f"{self.project}_{self.name}"
