"""What is going on while a command works: the talk, never the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["waiting", "working", "done", "failed", "info"]


@dataclass(frozen=True)
class Event:
    """One thing that happened, or that is waited for.

    `subject` is what it is about (a service's name, `network`, `image postgres:17`, …): a terminal shows one line for
    each subject and rewrites it. `what` is a short text such as `pulling 40 %`, `waiting for db`, `healthy`.
    """

    subject: str
    what: str
    phase: Phase = "working"


Tell = Callable[[Event], None]


def nobody(_: Event) -> None:
    """A `Tell` for those who do not listen."""
