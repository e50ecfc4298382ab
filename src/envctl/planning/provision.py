"""What goes into the stores, and what is recorded of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping

from envctl.blueprint import Blueprint
from envctl.observed import Observed
from envctl.plan import CreateDatabase, CreateTopics, Forget, Load, SetPassword, Step
from envctl.text import Confidential, Password
from envctl.workload import Workload


def provision(
    blueprint: Blueprint, observed: Observed, secrets: Mapping[Confidential, str], reload: Collection[str]
) -> tuple[Step, ...]:
    """The steps from what the stores hold, as far as it is recorded, to what they shall hold."""
    steps: list[Step] = []
    for workload in blueprint.workloads:
        volumes = [blueprint.volume(mount.volume) for mount in workload.mounts]
        facts = observed.record.facts if all(observed.has_volume(v) for v in volumes) else None
        steps += _database(workload, facts, secrets.get(Password(workload.service)), reload)
        steps += _topics(workload, facts)
    return tuple(steps)


def forgets(blueprint: Blueprint, observed: Observed) -> Iterable[Step]:
    """What is recorded of a volume that somebody removed does not hold for the one that takes its place."""
    known = {service_of(key) for key in observed.record.facts}
    for workload in blueprint.workloads:
        gone = [m for m in workload.mounts if not observed.has_volume(blueprint.volume(m.volume))]
        if gone and workload.service in known:
            yield Forget("its volume is gone", workload.service)


def _database(
    workload: Workload, facts: Mapping[str, str] | None, password: str | None, reload: Collection[str]
) -> Iterable[Step]:
    """`facts` is what is recorded of a service whose volumes are there; None when they are new."""
    service, database = workload.service, workload.database
    if database is None:
        return
    if facts is not None and facts.get(fact("password", service)) != password:
        yield SetPassword("its volume may still have an older one", service, database.user)
    # The image makes the database at its first start only: not when that was broken off, nor under a later name.
    named = None if facts is None else facts.get(fact("database", service))
    if database.data is None:
        if facts is not None and named != database.name:
            because = "the first start may not have come to it" if named is None else f"it was called {named}"
            yield CreateDatabase(because, service, database.name)
        return
    if facts is None:
        yield Load("its database is new", service, database.data, fresh=True)
    elif fact("data", service) not in facts:
        in_use = fact("password", service) in facts  # recorded once everything about it was done
        because = "it was not filled from data before" if in_use else "no run finished loading it"
        yield Load(because, service, database.data, fresh=not in_use)
    elif named is not None and named != database.name:
        yield Load(f"the database was called {named}", service, database.data)
    elif service in reload:
        yield Load("asked for", service, database.data)


def _topics(workload: Workload, facts: Mapping[str, str] | None) -> Iterable[Step]:
    if workload.topics is None or not workload.topics.partitions:
        return
    partitions = workload.topics.partitions
    if facts is None:
        yield CreateTopics("the broker is new", workload.service, partitions)
    elif facts.get(fact("topics", workload.service)) != topics_fingerprint(partitions):
        yield CreateTopics("the topics changed", workload.service, partitions)


def fact(what: str, service: str) -> str:
    """The key in the record under which it stands what was done to a service."""
    return f"{what}.{service}"


def service_of(key: str) -> str:
    """The service that a key in the record is about."""
    return key.partition(".")[2]


def topics_fingerprint(partitions: Mapping[str, int]) -> str:
    """What the record says once a broker has these topics."""
    return hashlib.sha256(json.dumps(sorted(partitions.items())).encode()).hexdigest()[:16]
