"""What is to become of an environment, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from envctl.standing import Standing


class Reason(StrEnum):
    """Why an environment goes or stays: stable words for scripts."""

    # it goes
    EXPIRED = "expired"
    BRANCH_GONE = "branch-gone"
    PULL_CLOSED = "pull-request-closed"  # or merged
    IDLE = "idle"
    OLD = "older-than"
    OVER_NUMBER = "over-number"
    OVER_DISK = "over-disk-target"
    HALF_MADE = "half-made"
    HALF_REMOVED = "half-removed"
    ORPHANED = "orphaned"
    # it stays
    ALIVE = "alive"
    PINNED = "pinned"
    IN_USE = "in-use"
    USED_SINCE = "used-since"
    BRANCH_UNKNOWN = "branch-unknown"
    USE_UNKNOWN = "use-unknown"
    CLOCK_UNKNOWN = "clock-unknown"
    LEASE_UNKNOWN = "lease-unknown"  # there is none, or it is damaged
    YOUNG = "young"  # an orphan that may be one that is just being made


@dataclass(frozen=True)
class Decision:
    """One environment's fate. `because` is for people."""

    standing: Standing
    goes: bool
    reason: Reason
    because: str


@dataclass(frozen=True)
class Rules:
    """What somebody asked for beside what each lease says. Times in seconds, sizes in bytes; None: not asked for."""

    older_than: float | None = None
    idle: float | None = None
    merged: bool = False
    most: int | None = None  # environments of one project
    disk_target: int | None = None
