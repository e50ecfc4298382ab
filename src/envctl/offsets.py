"""Where a consumer group stands in the partitions of its topics, and where it is to stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil
from typing import Literal

from envctl.units import parse_duration

LARGEST = 2**63 - 1  # what Kafka's protocol has room for
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ].*)?")


@dataclass(frozen=True)
class End:
    """The first message that is still there, or behind the last one."""

    which: Literal["earliest", "latest"]

    def __str__(self) -> str:
        return self.which


@dataclass(frozen=True)
class Since:
    """The first message that is not older; seconds since the epoch, never before it."""

    moment: float

    def __str__(self) -> str:
        return datetime.fromtimestamp(self.moment, UTC).isoformat(timespec="milliseconds")

    @property
    def milliseconds(self) -> int:
        """The first whole one that is not before it: messages know no smaller parts of time."""
        return ceil(round(self.moment * 1000, 3))  # what is less is noise of the binary fraction


@dataclass(frozen=True)
class Ago:
    """The same, in seconds back from now by the clock of the one who is asked."""

    seconds: float

    def before(self, now: datetime) -> Since:
        """The moment that it is, told now."""
        return Since(max(0.0, now.timestamp() - self.seconds))


@dataclass(frozen=True)
class Exactly:
    """This offset in each partition."""

    offset: int

    def __str__(self) -> str:
        return str(self.offset)


Goal = End | Since | Exactly
_ENDS = {"earliest": End("earliest"), "latest": End("latest")}


def parse_goal(text: str) -> Goal | Ago | None:
    """What `earliest`, `latest`, `2026-01-31T08:00:00Z`, `2h` or `42` mean; None for what is none of these.

    A time without a zone is of this machine's own.
    """
    if text in _ENDS:
        return _ENDS[text]
    if text.isascii() and text.isdecimal():
        return Exactly(int(text)) if len(text.lstrip("0")) < 20 and int(text) <= LARGEST else None  # noqa: PLR2004  # digits
    if _DATE.fullmatch(text):
        return _since(text)
    ago = None if text[-1:].isdecimal() else parse_duration(text)  # a number without a unit is no time
    return None if ago is None else Ago(ago)


def _since(text: str) -> Since | None:
    try:
        return Since(max(0.0, datetime.fromisoformat(text).timestamp()))
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, order=True)
class Partition:
    """One partition of a topic."""

    topic: str
    number: int

    def __str__(self) -> str:
        return f"{self.topic} {self.number}"


@dataclass(frozen=True)
class Range:
    """The offsets of a partition: its first message that is still there, behind its last one, and the goal's.

    `found` is that of the first message which is not older than the goal; None where there is none.
    """

    first: int
    end: int
    found: int | None = None


@dataclass(frozen=True)
class Member:
    """Somebody who reads as one of a group: what it calls itself, and the address it comes from."""

    client: str
    host: str


@dataclass(frozen=True)
class Group:
    """A consumer group. One that is being joined or left is active, whether or not its members are known."""

    name: str
    active: bool = False
    members: tuple[Member, ...] = ()


@dataclass(frozen=True)
class Wish:
    """What somebody asked for: which group, where to, in which topics (none: all it has offsets in)."""

    group: str
    goal: Goal | Ago
    topics: tuple[str, ...] = ()
    service: str | None = None  # the broker; None: the only one there is
