"""Where the data of snapshots comes from: a file for each source."""

from __future__ import annotations

from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.backup import BaseBackup
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.ops.snapshots.sources.dump import Dump
from envctl.ops.snapshots.sources.empty import Empty
from envctl.ops.snapshots.sources.live import LiveServer, read_again
from envctl.workload import Workload


def source_of(here: Here, workload: Workload) -> Source:  # noqa: ARG001 – secrets of sources are of here
    """What a service's data is made from, as the stack file says."""
    database = workload.database
    if database is not None and database.dump is not None:
        return Dump(workload.service, database)
    if database is not None and database.live is not None:
        return LiveServer(database, database.live)
    if database is not None and database.backup is not None:
        return BaseBackup(database)
    return Empty(workload.kind)


__all__ = ["Site", "Source", "read_again", "source_of"]
