"""What goes into the stores, and what is recorded of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping

from envctl.base import Base
from envctl.blueprint import Blueprint
from envctl.observed import Observed
from envctl.plan import CreateDatabase, CreateTopics, Forget, Load, SetPassword, Step
from envctl.snapshot import ENVIRONMENT
from envctl.text import Confidential, Password
from envctl.workload import Workload


def provision(
    blueprint: Blueprint,
    observed: Observed,
    secrets: Mapping[Confidential, str],
    reload: Collection[str],
    bases: Mapping[str, Base],
) -> tuple[Step, ...]:
    """The steps from what the stores hold, as far as it is recorded, to what they shall hold."""
    steps: list[Step] = []
    for workload in blueprint.workloads:
        if workload.service in bases:
            facts: Mapping[str, str] | None = cloned_facts(workload, bases[workload.service])
        else:
            volumes = [blueprint.volume(mount.volume) for mount in workload.mounts]
            facts = observed.record.facts if all(observed.has_volume(v) for v in volumes) else None
        again = () if workload.service in bases else reload
        steps += _database(workload, facts, secrets.get(Password(workload.service)), again)
        steps += _topics(workload, facts)
    return tuple(steps)


def cloned_facts(workload: Workload, base: Base) -> dict[str, str]:
    """What is recorded of a service once its data is a copy: what was done to the original, under its own name.

    A snapshot that is to be built will hold what the stack file says, but an empty server no database of it: one server
    is all projects'. What somebody chose is not filled again.
    """
    service, database = workload.service, workload.database
    said = {key: value for part in base.parts for key, value in part.facts.items()}
    if database is not None and database.data is not None:
        said.setdefault("database", database.name)
    if workload.data is not None:
        said.setdefault("data", f"snapshot {base.snapshot.address if base.snapshot else ''}".strip())
    if base.snapshot is not None:
        said["clone"] = base.snapshot.address
        if base.snapshot.source.startswith(ENVIRONMENT):
            said["from"] = base.snapshot.source
    return {fact(key, service): value for key, value in said.items()}


def forgets(blueprint: Blueprint, observed: Observed, replaced: Mapping[str, str]) -> Iterable[Step]:
    """What is recorded of a volume that somebody removed does not hold for the one that takes its place."""
    known = {service_of(key) for key in observed.record.facts}
    for workload in blueprint.workloads:
        gone = [m for m in workload.mounts if not observed.has_volume(blueprint.volume(m.volume))]
        if workload.service in known and (gone or workload.service in replaced):
            yield Forget("its volume is gone" if gone else replaced[workload.service], workload.service)


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
            because = "nobody knows that it is there" if named is None else f"it was called {named}"
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
