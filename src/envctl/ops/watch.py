"""Tells what becomes of services while they start, and stays until they are ready."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError
from envctl.events import Event
from envctl.observed import Container
from envctl.ops.failure import not_ready
from envctl.ops.setting import Here
from envctl.ops.settle import GLANCE, Ages, is_lost, settle
from envctl.planning.ownership import is_ours
from envctl.world.stir import Stir


def see_through(
    here: Here, blueprint: Blueprint, services: frozenset[str], begin: Callable[[Stir], list[str]] | None = None
) -> None:
    """Begin what starts services, if they are not started yet, and stay until they are ready.

    `begin` hears when something happens to them, and returns what was complained about. Raises EnvctlError(UNHEALTHY)
    that names who failed and why.
    """
    own = {labels.PROJECT: here.identity.project, labels.ENVIRONMENT: here.identity.name}
    ages, seen = Ages(), 0

    def look() -> list[Container]:
        nonlocal seen
        seen = stir.count
        return [c for c in _look(here, services) if c.labels[labels.ROLE] == "service"]

    with here.world.engine.stirring(own) as stir, _watched(here, blueprint, services, ages, stir):
        complaints = begin(stir) if begin else []
        ready = settle(
            look, len(services), ages, complained=bool(complaints), pause=lambda at_most: stir.wait(seen, at_most)
        )
    if not ready:
        raise not_ready(here, blueprint, services, complaints)


def _look(here: Here, services: frozenset[str]) -> list[Container]:
    own = {labels.PROJECT: here.identity.project, labels.ENVIRONMENT: here.identity.name}
    found = here.world.engine.listed(own)  # ten times a second: one question each time
    return [c for c in found if c.service in services and is_ours(c)]


@contextmanager
def _watched(here: Here, blueprint: Blueprint, services: frozenset[str], ages: Ages, stir: Stir) -> Iterator[None]:
    """Tell what becomes of the services while they start."""
    over = threading.Event()

    def watch() -> None:
        with suppress(EnvctlError):  # who waits for the services meets it too, and says so
            while not over.is_set():
                seen = stir.count
                _tell_states(here, blueprint, services, ages)
                stir.wait(seen, GLANCE)
            _tell_states(here, blueprint, services, ages)

    for service in sorted(services):
        here.world.tell(Event(service, "starting", "waiting"))
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        stir.happen()
        watcher.join()


def _tell_states(here: Here, blueprint: Blueprint, services: frozenset[str], ages: Ages) -> None:
    containers = _look(here, services)
    ages.see(containers)
    runners = {c.service: c for c in containers if c.labels[labels.ROLE] == "service"}
    one_shots = {c.service: c for c in containers if c.labels[labels.ROLE] == "before"}
    for service in sorted(services):
        here.world.tell(_state(blueprint, service, runners, one_shots.get(service)))


def _state(blueprint: Blueprint, service: str, runners: dict[str, Container], one_shot: Container | None) -> Event:
    container = runners.get(service)
    if container is None or container.state == "created":
        if one_shot is not None and one_shot.state == "running":
            return Event(service, "running what comes before it")
        workload = blueprint.workload(service)
        needs = workload.needs if workload else ()
        missing = [n for n in needs if (c := runners.get(n)) is not None and not c.ready]
        return Event(service, f"waiting for {', '.join(missing)}" if missing else "starting", "waiting")
    if is_lost(container):
        return Event(service, container.health or f"{container.state} with status {container.exit_code}", "failed")
    if container.ready:
        return Event(service, "finished" if container.finished else container.health or "running", "done")
    return Event(service, "waiting to become healthy", "waiting")
