"""Where the data of snapshots comes from: a file for each source, of which only what is needed is loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import cast

from envctl.blueprint import Blueprint
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.workload import Workload


def source_of(here: Here, workload: Workload) -> Source:  # noqa: ARG001 – secrets of sources are of here
    """What a service's data is made from, as the stack file says: masked, where it says so."""
    database = workload.database
    source = _raw(workload)
    if database is None or database.mask is None:
        return source
    from envctl.ops.snapshots.sources.masked import Masked, Readable

    return Masked(cast("Readable", source), database, database.mask)  # the stack file has a mask for no other


def _raw(workload: Workload) -> Source:
    database = workload.database
    if database is not None and database.dump is not None:
        from envctl.ops.snapshots.sources.dump import Dump

        return Dump(workload.service, database)
    if database is not None and database.live is not None:
        from envctl.ops.snapshots.sources.live import LiveServer

        return LiveServer(database, database.live)
    if database is not None and database.backup is not None:
        from envctl.ops.snapshots.sources.backup import BaseBackup

        return BaseBackup(database)
    if workload.derived is not None:
        from envctl.ops.snapshots.sources.rows import Rows

        return Rows(workload, workload.derived)
    from envctl.ops.snapshots.sources.empty import Empty

    return Empty(workload.kind)


def read_again(here: Here, blueprint: Blueprint, services: Collection[str]) -> Blueprint:
    """The blueprint with what these services are filled from read anew, where that is a live server.

    Who asks at the same time gets the same. Raises EnvctlError(NOT_FOUND) where a URL is missing.
    """

    def anew(workload: Workload) -> Workload:
        database = workload.database
        if database is None or database.live is None or workload.service not in services:
            return workload
        from envctl.ops.snapshots.sources.live import LiveServer

        server = LiveServer(database, database.live)
        return replace(workload, database=replace(database, live=server.again(here)))

    workloads = {workload.service: anew(workload) for workload in blueprint.workloads}
    return replace(blueprint, workloads=tuple(_of(workloads, workload) for workload in workloads.values()))


def _of(workloads: Mapping[str, Workload], workload: Workload) -> Workload:
    """What is made of a database's rows is made of what that is now filled from."""
    if workload.derived is None or workload.derived.of is None:
        return workload
    return replace(workload, derived=replace(workload.derived, of=workloads[workload.derived.of.service]))


__all__ = ["Site", "Source", "read_again", "source_of"]
