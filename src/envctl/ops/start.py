"""Starts services and stays until they are ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.observed import ImageDefaults
from envctl.ops.clones import attach_for, cloned, subpaths
from envctl.ops.launch import launch
from envctl.ops.observe import observe
from envctl.ops.project import leave_project
from envctl.ops.provision import Content
from envctl.ops.setting import Here
from envctl.ops.watch import see_through
from envctl.plan import Plan, Start
from envctl.planning.launch import needs_of
from envctl.planning.ownership import refuse_strangers
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
    see_through(here, blueprint, services, lambda stir: complaints or launch(here, needs_of(project), started, stir))


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
            see_through(here, blueprint, services, lambda _: drive.up(here.world, project, here.stack.root, values))

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
