"""What nobody touched, because nothing proves that it is ours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LeftAlone:
    """Something that looks like the environment's and is not proven to be: nobody touched it."""

    what: str  # container | network | volume
    name: str
    why: str
