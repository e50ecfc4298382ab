"""What `seed` filled."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class Seeding:
    """One database filled: from which data, how many bytes were read, seconds it took."""

    service: str
    data: str
    source: str
    seconds: float


@dataclass(frozen=True)
class Seeded(Report):
    """What `seed` did."""

    name: str
    seedings: tuple[Seeding, ...]
