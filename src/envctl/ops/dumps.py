"""Reads the dumps that a plan loads, before anything is touched: one that is not whole stops `up` at its beginning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops.setting import Here
from envctl.plan import Load, Plan
from envctl.workload import Database
from envctl.world.parallel import together

if TYPE_CHECKING:
    from envctl.seeds.dumps.check import Checked

Dumps = Mapping[str, "Checked"]  # by service


def check_dumps(here: Here, blueprint: Blueprint, plan: Plan) -> Dumps:
    """The dumps of all databases that get filled. Raises EnvctlError."""
    services = [step.service for step in plan.provision if isinstance(step, Load)]
    checked = together(here.world.shell, [partial(_check, here, blueprint, service) for service in services])
    return dict(zip(services, checked, strict=True))


def database_of(blueprint: Blueprint, service: str) -> Database:
    """The database that a plan's `Load` is about."""
    workload = blueprint.workload(service)
    assert workload is not None  # noqa: S101 – the plan was made from this blueprint
    assert workload.database is not None  # noqa: S101 – only databases are loaded
    return workload.database


def telling(here: Here, service: str, data: str | None) -> Callable[[str, int, int], None]:
    """Progress of reading a dump, as events of the service's data."""

    def progress(what: str, read: int, total: int) -> None:
        here.world.tell(Event(f"data of {service}", f"{what} {data} {read * 100 // max(total, 1)} %"))

    return progress


def _check(here: Here, blueprint: Blueprint, service: str) -> Checked:
    from envctl.seeds.dumps.check import check

    database = database_of(blueprint, service)
    if database.dump is None or database.mask is not None:
        why = "one that is masked is not" if database.dump is not None else "other data is not"
        raise EnvctlError(
            Exit.DATA_REFUSED,
            f"{service} holds data already, and only new data can come from [data.{database.data}]: "
            f"a dump is loaded into a server that is there, {why}",
            unchanged="Nothing was changed, and the data is as it was.",
            hint="To give up the environment's data: `envctl down`, then `envctl up`.",
        )
    return check(database.dump, progress=telling(here, service, database.data))
