"""Puts into the stores what must be in them before anything uses them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

from envctl.blueprint import Blueprint
from envctl.events import Event
from envctl.ops.client import DatabaseClient
from envctl.ops.dumps import Dumps, database_of, telling
from envctl.ops.remember import remember
from envctl.ops.setting import Here
from envctl.plan import CreateDatabase, CreateTopics, Load, Plan, SetPassword, Start, Step
from envctl.planning.provision import fact, service_of, topics_fingerprint
from envctl.secret import Secrets
from envctl.text import Password
from envctl.world.parallel import together

Facts = dict[str, str]


@dataclass(frozen=True)
class Content:
    """What puts into a service what must be in it. `patient`: it waits by itself until the service answers."""

    work: Callable[[], None]
    patient: bool = False


def provision(here: Here, blueprint: Blueprint, plan: Plan, secrets: Secrets, dumps: Dumps) -> None:
    """Carry out a plan's provisioning, each service beside the others, and record what was done."""
    every = contents(here, blueprint, plan, secrets, dumps)
    together(here.world.shell, [content.work for content in every.values()])


def contents(here: Here, blueprint: Blueprint, plan: Plan, secrets: Secrets, dumps: Dumps) -> dict[str, Content]:
    """By service, what puts into it what must be in it, and records that: before anybody else uses it."""
    by_service: dict[str, list[Step]] = {step.service: [] for step in plan.stores}
    seen = {service_of(key) for key in plan.versions}  # also of stores that run, and nothing is put into
    for step in plan.provision:
        by_service.setdefault(_service(step), []).append(step)
    recording = threading.Lock()

    def work(service: str) -> None:
        facts = {key: value for key, value in plan.versions.items() if service_of(key) == service}
        try:
            for step in by_service.get(service, ()):
                facts.update(_do(here, blueprint, plan, secrets, dumps, step))
            workload = blueprint.workload(service) if service in by_service else None
            if workload is not None and workload.database is not None:  # others take it from their container
                facts[fact("password", service)] = secrets[Password(service)].fingerprint()
                facts[fact("database", service)] = workload.database.name
        finally:
            with recording:
                remember(here.world, blueprint, facts)

    return {
        service: Content(partial(work, service), patient=_is_patient(plan, service, by_service.get(service, ())))
        for service in (*by_service, *(seen - by_service.keys()))
    }


def _is_patient(plan: Plan, service: str, steps: Sequence[Step]) -> bool:
    """A broker is asked until it answers; so is a server on a copy. One that makes its data answers too early."""
    return bool(steps) and all(
        isinstance(step, CreateTopics) or (isinstance(step, SetPassword) and service in plan.bases) for step in steps
    )


def _service(step: Step) -> str:
    assert isinstance(step, SetPassword | CreateDatabase | Load | CreateTopics | Start)  # noqa: S101 – all that provisioning consists of
    return step.service


def _do(here: Here, blueprint: Blueprint, plan: Plan, secrets: Secrets, dumps: Dumps, step: Step) -> Facts:
    match step:
        case SetPassword(service=service, user=user):
            client = DatabaseClient(here.world, blueprint.container(service))
            client.set_password(user, secrets[Password(service)], patient=service in plan.bases)
            return {}
        case CreateDatabase(service=service):
            from envctl.seeds.databases import create_database

            create_database(DatabaseClient(here.world, blueprint.container(service)), database_of(blueprint, service))
            return {}
        case CreateTopics(service=service, partitions=partitions):
            from envctl.seeds.kafka.topics import create_topics

            create_topics(f"127.0.0.1:{plan.ports[service]}", partitions)
            here.world.tell(Event(f"topics of {service}", ", ".join(partitions), "done"))
            return {fact("topics", service): topics_fingerprint(partitions)}
        case Load(service=service):
            return {fact("data", service): _load(here, blueprint, service, dumps)}
        case _:
            raise AssertionError(step)


def _load(here: Here, blueprint: Blueprint, service: str, dumps: Dumps) -> str:
    """Fill a database from its dump; returns what identifies the dump."""
    from envctl.seeds.dumps.restore import restore

    database, began = database_of(blueprint, service), monotonic()
    client = DatabaseClient(here.world, blueprint.container(service))
    filled = restore(client, dumps[service], database, progress=telling(here, service, database.data))
    seconds = monotonic() - began
    here.world.tell(Event(f"data of {service}", f"{database.data} loaded in {seconds:.1f} s", "done"))
    return filled.digest
