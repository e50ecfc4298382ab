"""What `init` wrote."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class Begun(Report):
    """What `init` wrote: paths below the folder. `template` is None where it began with something else."""

    folder: str
    project: str
    files: tuple[str, ...]
    template: str | None
    in_git: bool
