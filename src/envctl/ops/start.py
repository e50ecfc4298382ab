"""Starts services and stays until they are ready."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

from envctl import labels
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.observed import Container, ImageDefaults
from envctl.ops.clones import attach_for, cloned, subpaths
from envctl.ops.failure import not_ready
from envctl.ops.launch import launch
from envctl.ops.observe import observe
from envctl.ops.project import leave_project
from envctl.ops.provision import Content
from envctl.ops.setting import Here
from envctl.ops.settle import GLANCE, Ages, is_lost, settle
from envctl.plan import Plan, Start
from envctl.planning.launch import needs_of
from envctl.planning.ownership import is_ours, refuse_strangers
from envctl.planning.volumes import beneath
from envctl.runtimes.compose import drive, wrapped
from envctl.runtimes.compose.masked import masked
from envctl.runtimes.compose.project import Fill, render
from envctl.secret import Secrets
from envctl.secrets.files import host_file, write_files
from envctl.text import MASK, Hole, PublishedPort
from envctl.world.parallel import together


def start(
    here: Here,
    blueprint: Blueprint,
    plan: Plan,
    secrets: Secrets,
    copied: Callable[[], None],
    contents: Mapping[str, Content],
) -> None:
    """Start what a plan starts, each after those it needs, which hold by then what is put into them.

    `copied` fills the volumes that are copies. Raises EnvctlError(UNHEALTHY) that names who failed and why.
    """
    services = _services(plan.stores, plan.services)
    if blueprint.composition is not None:
        copied()
        _by_compose(here, blueprint, plan, secrets, blueprint.composition.variables, contents)
        return
    running = [content.work for service, content in contents.items() if service not in services]
    if not services:
        together(here.world.shell, [copied, *running])
        return
    project = _project(here, blueprint, plan, secrets, services)
    complaints: list[str] = []

    def create() -> None:
        complaints.extend(drive.create(here.world, project, here.stack.root))

    together(here.world.shell, [create, copied, *running])
    started = {service: content for service, content in contents.items() if service in services}
    see_through(here, blueprint, services, lambda: complaints or launch(here, needs_of(project), started))


def _by_compose(
    here: Here,
    blueprint: Blueprint,
    plan: Plan,
    secrets: Secrets,
    values: Mapping[str, str],
    contents: Mapping[str, Content],
) -> None:
    """A wrapped Compose project is started by Compose, whose rules its files rely on: the stores first, where something
    is put into them, then the rest."""
    first, then = (plan.stores, plan.services) if plan.provision else ((*plan.stores, *plan.services), ())

    def begun(services: frozenset[str]) -> None:
        if services:
            project = _project(here, blueprint, plan, secrets, services)
            see_through(here, blueprint, services, lambda: drive.up(here.world, project, here.stack.root, values))

    begun(_services(first))
    together(here.world.shell, [content.work for content in contents.values()])
    begun(_services(then))


def _services(*stages: Sequence[Start]) -> frozenset[str]:
    return frozenset(step.service for steps in stages for step in steps)


def _project(
    here: Here, blueprint: Blueprint, plan: Plan, secrets: Secrets, services: frozenset[str]
) -> dict[str, Any]:
    """The project that starts services, left with the daemon for whoever wants to look at it."""
    observed = observe(here.world, here.identity)
    refuse_strangers(blueprint, observed)  # who came since the plan was made
    attach_for(here.world, observed.volumes)
    volumes = observed.volumes
    plan = replace(plan, cloned=cloned(volumes), subpaths=subpaths(volumes), beneath=beneath(volumes))
    project, shown = _prepared(here, blueprint, plan, services, secrets)
    leave_project(here.world, blueprint, observed, shown, str(plan))
    return project


def prepared(
    here: Here, blueprint: Blueprint, plan: Plan, services: frozenset[str], secrets: Secrets
) -> dict[str, Any]:
    """Write the files in memory that these services mount; returns the project that starts them."""
    return _prepared(here, blueprint, plan, services, secrets)[0]


def _prepared(
    here: Here, blueprint: Blueprint, plan: Plan, services: frozenset[str], secrets: Secrets
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same, with the project beside it as it may be shown: without a password or secret."""

    def fill(hole: Hole) -> str:
        return str(plan.ports[hole.name]) if isinstance(hole, PublishedPort) else secrets[hole].reveal()

    def hide(hole: Hole) -> str:
        return str(plan.ports[hole.name]) if isinstance(hole, PublishedPort) else MASK

    def mounted(service: str, path: str) -> str:
        return str(host_file(here.world.runtime, blueprint, service, path))

    images = _images(here, blueprint, plan, services)
    write_files(here.world, blueprint, services, secrets, plan.ports, _plain(blueprint, images, fill))
    project, shown = (render(blueprint, plan, services, how, mounted, images) for how in (fill, hide))
    return project, masked(shown)


def see_through(here: Here, blueprint: Blueprint, services: frozenset[str], begin: Callable[[], list[str]]) -> None:
    """Begin what starts services, and stay until they are ready. `begin` returns what was complained about.

    Raises EnvctlError(UNHEALTHY) that names who failed and why.
    """
    ages = Ages()
    with _watched(here, blueprint, services, ages):
        complaints = begin()
        ready = settle(lambda: _runners(here, services), len(services), ages, complained=bool(complaints))
    if not ready:
        raise not_ready(here, blueprint, services, complaints)


def _images(here: Here, blueprint: Blueprint, plan: Plan, services: frozenset[str]) -> dict[str, ImageDefaults]:
    """How the images of services with hidden variables start."""
    hiding = [w for w in blueprint.workloads if w.hidden and w.service in services]
    images = {w.service: here.world.engine.image_defaults(plan.images[w.service]) for w in hiding}
    for workload in hiding:
        image = images[workload.service]
        if not (wrapped.entry(workload, image) or wrapped.command(workload, image)):
            raise EnvctlError(
                Exit.STACK_FILE,
                f"the image {plan.images[workload.service]} of {workload.service} does not say what it runs",
                unchanged="It was not started.",
                hint=f"Give services.{workload.service} a `command`.",
            )
    return images


def _plain(blueprint: Blueprint, images: Mapping[str, ImageDefaults], fill: Fill) -> dict[str, dict[str, str]]:
    """The plain variables of the containers of these images."""
    return {
        w.service: {
            **images[w.service].environment,
            **{name: value.fill(fill) for name, value in w.environment.items()},
        }
        for w in blueprint.workloads
        if w.service in images
    }


def _look(here: Here, services: frozenset[str]) -> list[Container]:
    own = {labels.PROJECT: here.identity.project, labels.ENVIRONMENT: here.identity.name}
    found = here.world.engine.listed(own)  # ten times a second: one question each time
    return [c for c in found if c.service in services and is_ours(c)]


def _runners(here: Here, services: frozenset[str]) -> list[Container]:
    return [c for c in _look(here, services) if c.labels[labels.ROLE] == "service"]


@contextmanager
def _watched(here: Here, blueprint: Blueprint, services: frozenset[str], ages: Ages) -> Iterator[None]:
    """Tell what becomes of the services while they start."""
    over = threading.Event()

    def watch() -> None:
        with suppress(EnvctlError):  # who waits for the services meets it too, and says so
            while not over.wait(GLANCE):
                _tell_states(here, blueprint, services, ages)
            _tell_states(here, blueprint, services, ages)

    for service in sorted(services):
        here.world.tell(Event(service, "starting", "waiting"))
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
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
