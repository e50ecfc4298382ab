"""What a service's new data is made from: the same is built only once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from envctl.blueprint import Blueprint
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources import Source, source_of
from envctl.ops.snapshots.sources.empty import Empty
from envctl.planning.data import version_of
from envctl.snapshot import Made
from envctl.text import text
from envctl.workload import Workload

RECIPE = 2  # raised when how snapshots are built changes, so that older snapshots are no longer what is looked for


@dataclass(frozen=True)
class Wanted:
    """What is to be there."""

    made: Made
    source: Source
    project: str
    workload: Workload


def made_for(here: Here, blueprint: Blueprint, workload: Workload, image_id: str) -> Made:
    """What a service's new data is made from, with an image that the daemon has. Raises EnvctlError."""
    return wanted_of(here, blueprint, workload, image_id).made


def wanted_of(here: Here, blueprint: Blueprint, workload: Workload, image_id: str) -> Wanted:
    """The same with the source that it comes from. Raises EnvctlError."""
    source = source_of(here, workload)
    workload = _blank(workload) if isinstance(source, Empty) else workload
    recipe = _recipe(workload, source)
    made = Made(workload.kind, image_id, source.digest(here), recipe, source.mask(here), source.seed)
    return Wanted(made, source, blueprint.identity.project, workload)


def _blank(workload: Workload) -> Workload:
    """A server without the stack's own database, which is made on each clone: so one empty server is all projects'."""
    blank = workload.freezing.blank if workload.freezing else {}
    if not blank or workload.database is None:
        return workload
    environment = {**workload.environment, **{name: text(value) for name, value in blank.items()}}
    return replace(workload, environment=environment, database=replace(workload.database, name=""))


def _recipe(workload: Workload, source: Source) -> tuple[str, ...]:
    """All that shapes the data beside the image and the source. Nothing in it differs between environments."""
    assert workload.freezing is not None  # noqa: S101 – asked for those only that can be copied
    database = workload.database
    named = () if database is None else (f"user {database.user}", f"database {database.name}", source.words)
    places = (f"at {mount.path}" for mount in workload.mounts)
    return (f"recipe {RECIPE}", f"format {version_of(workload)}", *named, *places, *workload.freezing.shaped_by)
