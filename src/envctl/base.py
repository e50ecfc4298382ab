"""What the new data of a service starts from."""

from __future__ import annotations

from dataclasses import dataclass

from envctl.snapshot import Part, Snapshot


@dataclass(frozen=True)
class Base:
    """A snapshot, or what one will be built of. `asked`: somebody named it, so it cannot be built."""

    source: str  # in words
    snapshot: Snapshot | None = None  # None: it is to be built, or nobody can know before its image is there
    parts: tuple[Part, ...] = ()  # of it: those of this service, in the order of its volumes
    asked: bool = False
