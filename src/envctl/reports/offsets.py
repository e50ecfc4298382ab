"""Where `kafka offsets` put a consumer group."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.reports.base import Report


@dataclass(frozen=True)
class OffsetMove:
    """One partition: the offset that a consumer group had committed there (None: none), and the one it has now.

    `again` are the messages that it will read again, `skipped` those that it passes over; None where nobody knows.
    """

    topic: str
    partition: int
    before: int | None
    after: int
    again: int | None
    skipped: int | None
    note: str | None = None  # why `after` is not what was asked for
    error: str | None = None  # why it stands where it stood


@dataclass(frozen=True)
class OffsetsReset(Report):
    """What `kafka offsets` did to a consumer group, or would with `dry_run`. `to` is as asked, a time in RFC 3339."""

    name: str
    project: str
    service: str
    group: str
    to: str
    dry_run: bool
    partitions: tuple[OffsetMove, ...]
