"""Where the data of snapshots comes from: a file for each source, of which only what is needed is loaded."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import cast

from envctl.blueprint import Blueprint
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site, Source
from envctl.workload import Database, Schema, Synthetic, Workload


@dataclass(frozen=True)
class MakingUp:
    """That rows are made up in place of what the stack file says: in the likeness of other data, with another seed."""

    like: str | None = None
    seed: int | None = None

    def of(self, service: str, database: Database) -> Database:
        """A service's database, so filled. What the stack file says of made-up rows holds as far as it says it."""
        made = database.synthetic or Synthetic()
        made = replace(
            made,
            like=made.like if self.like is None else self.like,
            seed=made.seed if self.seed is None else self.seed,
        )
        said = (database.data or database.later) if database.synthetic else None
        name = said or f"data of {service}"  # no section is called so
        schema = database.schema or Schema()
        return Database(database.name, database.user, data=name, schema=schema, synthetic=made)


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
    if database is not None and database.data is not None and database.schema is not None:
        return _by_schema(workload, database)
    if workload.derived is not None and workload.data is not None:
        from envctl.ops.snapshots.sources.rows import Rows

        return Rows(workload, workload.derived)
    from envctl.ops.snapshots.sources.empty import Empty

    return Empty(workload.kind)


def _by_schema(workload: Workload, database: Database) -> Source:
    """Data that does not say itself of what tables it is."""
    if database.csv is not None:
        from envctl.ops.snapshots.sources.csv import CsvFiles

        return CsvFiles(workload, database, database.csv)
    from envctl.ops.snapshots.sources.synthetic import MadeUp

    return MadeUp(workload, database, database.synthetic or Synthetic())


def read_again(
    here: Here, blueprint: Blueprint, services: Collection[str], making_up: MakingUp | None = None
) -> Blueprint:
    """The blueprint with what these services are filled from read anew, where that is a live server, or tables that the
    environment's own database has by now. With `making_up` it is made up, whatever the stack file says.

    Who asks at the same time gets the same. Raises EnvctlError: NOT_FOUND where a URL is missing, DATA_REFUSED where
    there are no tables.
    """

    def anew(workload: Workload) -> Workload:
        if workload.database is None or workload.service not in services:
            return workload
        database = making_up.of(workload.service, workload.database) if making_up else workload.database
        if database.live is not None:
            from envctl.ops.snapshots.sources.live import LiveServer

            database = replace(database, live=LiveServer(database, database.live).again(here))
        if database.schema is not None and database.schema.file is None:
            from envctl.ops.snapshots.sources.schema import of_environment

            schema = of_environment(here, blueprint, replace(workload, database=database))
            database = replace(database, schema=schema, data=database.data or database.later)
        return replace(workload, database=database)

    workloads = {workload.service: anew(workload) for workload in blueprint.workloads}
    return replace(blueprint, workloads=tuple(_of(workloads, workload) for workload in workloads.values()))


def _of(workloads: Mapping[str, Workload], workload: Workload) -> Workload:
    """What is made of a database's rows is made of what that is now filled from."""
    if workload.derived is None or workload.derived.of is None:
        return workload
    return replace(workload, derived=replace(workload.derived, of=workloads[workload.derived.of.service]))


__all__ = ["MakingUp", "Site", "Source", "read_again", "source_of"]
