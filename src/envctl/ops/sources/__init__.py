"""Where the data of snapshots comes from: a file for each source."""

from __future__ import annotations

from envctl.ops.sources.base import Site, Source
from envctl.ops.sources.empty import Empty
from envctl.workload import Workload


def source_of(workload: Workload) -> Source:
    """What a service's data is made from, as the stack file says."""
    return Empty(workload.kind)


__all__ = ["Site", "Source", "source_of"]
