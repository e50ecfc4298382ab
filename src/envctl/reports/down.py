"""What `down` removed."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report
from envctl.reports.left import LeftAlone


@dataclass(frozen=True)
class WentDown(Report):
    """What `down` removed, or would with `dry_run`, by name; nothing when the environment was absent.

    `bundle` is the volume that keeps its logs and state until then; `complaint` why there is none where one should be.
    """

    name: str
    project: str
    existed: bool
    removed: tuple[str, ...] = ()
    left: tuple[LeftAlone, ...] = ()
    dry_run: bool = False
    bundle: str | None = None
    until: str | None = None  # RFC 3339
    complaint: str | None = None
