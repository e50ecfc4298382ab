"""The story of `inspect`."""

from __future__ import annotations

from envctl.ops.describe import describe
from envctl.ops.target import Target
from envctl.remains import Remains


def inspect(place: Target) -> Remains:
    """Everything about an environment: of one that is gone as it was when it was removed."""
    if place.contents is not None:
        return place.contents.remains
    return describe(place.identity, place.observed)
