"""Puts into the stores what must be in them before anything uses them."""

from __future__ import annotations

from functools import partial
from time import monotonic

from envctl.blueprint import Blueprint
from envctl.events import Event
from envctl.ops.client import DatabaseClient
from envctl.ops.remember import remember
from envctl.ops.setting import Here
from envctl.plan import CreateTopics, Load, Plan, SetPassword, Start, Step
from envctl.planning.provision import fact, topics_fingerprint
from envctl.secrets.passwords import Passwords
from envctl.seeds.topics import create_topics
from envctl.world.parallel import together

Facts = dict[str, str]


def provision(here: Here, blueprint: Blueprint, plan: Plan, passwords: Passwords) -> None:
    """Carry out a plan's provisioning, each service beside the others, and record what was done."""
    by_service: dict[str, list[Step]] = {step.service: [] for step in plan.stores}
    for step in plan.provision:
        by_service.setdefault(_service(step), []).append(step)
    facts: Facts = {}

    def work(service: str) -> None:
        for step in by_service[service]:
            facts.update(_do(here, blueprint, plan, passwords, step))
        if service in passwords:
            facts[fact("password", service)] = passwords[service].fingerprint()

    try:
        together(here.world.shell, [partial(work, service) for service in by_service])
    finally:
        remember(here.world, blueprint, facts)


def _service(step: Step) -> str:
    assert isinstance(step, SetPassword | Load | CreateTopics | Start)  # noqa: S101 – all that provisioning consists of
    return step.service


def _do(here: Here, blueprint: Blueprint, plan: Plan, passwords: Passwords, step: Step) -> Facts:
    match step:
        case SetPassword(service=service, user=user):
            client = DatabaseClient(here.world, blueprint.container(service))
            client.set_password(user, passwords[service])
            return {}
        case CreateTopics(service=service, partitions=partitions):
            create_topics(f"127.0.0.1:{plan.ports[service]}", partitions)
            here.world.tell(Event(f"topics of {service}", ", ".join(partitions), "done"))
            return {fact("topics", service): topics_fingerprint(partitions)}
        case Load(service=service):
            return {fact("data", service): _load(here, blueprint, service)}
        case _:
            raise AssertionError(step)


def _load(here: Here, blueprint: Blueprint, service: str) -> str:
    """Fill a database from its dump; returns what identifies the dump."""
    from envctl.seeds.dump import open_dump
    from envctl.seeds.restore import restore

    workload = blueprint.workload(service)
    assert workload is not None  # noqa: S101 – the plan was made from this blueprint
    database = workload.database
    assert database is not None  # noqa: S101 – only databases are loaded
    assert database.dump is not None  # noqa: S101
    subject = f"data of {service}"
    began = monotonic()

    def progress(what: str, read: int, total: int) -> None:
        here.world.tell(Event(subject, f"{what} {database.data} {read * 100 // max(total, 1)} %"))

    client = DatabaseClient(here.world, blueprint.container(service))
    filled = restore(client, open_dump(database.dump), database, progress=progress)
    here.world.tell(Event(subject, f"{database.data} loaded in {monotonic() - began:.1f} s", "done"))
    return filled.digest
