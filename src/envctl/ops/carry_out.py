"""Does what a plan says, stage by stage. Decides nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from envctl import labels
from envctl.blueprint import FURTHER_NETWORK, Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.ops import leases
from envctl.ops.dumps import check_dumps
from envctl.ops.observe import refuse_pretenders
from envctl.ops.provision import Content, contents
from envctl.ops.remember import begin_record, remember
from envctl.ops.setting import Here
from envctl.ops.snapshots.bases import clone_data, with_snapshots
from envctl.ops.start import start
from envctl.ops.volumes import make_volume
from envctl.plan import (
    CloneVolume,
    CreateNetwork,
    CreateVolume,
    Forget,
    Load,
    Plan,
    PrepareImage,
    RemoveContainer,
    RemoveVolume,
    Resume,
    Step,
)
from envctl.planning.data import data_labels
from envctl.runtimes.compose import images
from envctl.runtimes.compose.recipes import build_recipe
from envctl.secret import Secrets
from envctl.secrets.files import tidy_files
from envctl.workload import Recipe, Workload
from envctl.world import World, begun
from envctl.world.parallel import together


def carry_out(here: Here, blueprint: Blueprint, plan: Plan, secrets: Secrets, ttl: float | None = None) -> None:
    """Dumps, images and snapshots first, so that nothing is touched when one cannot be had; then the lease, before
    there is anything that nobody would need without it; then network and volumes, data in them; then the services."""
    dumps = check_dumps(here, blueprint, plan)
    plan = _with_images(here, blueprint, plan)
    refuse_pretenders(here.world, here.identity, plan.started_from)
    plan = with_snapshots(here, blueprint, plan)
    leases.begin(here, ttl)
    _prepare(here.world, blueprint, plan)
    _start(here, blueprint, plan, secrets, contents(here, blueprint, plan, secrets, dumps))
    tidy_files(here.world, blueprint)


def _start(here: Here, blueprint: Blueprint, plan: Plan, secrets: Secrets, put: Mapping[str, Content]) -> None:
    """Services go on with the data they had where nothing could be put into it, which is raised once they run."""
    failures: list[EnvctlError] = []

    def passing(work: Callable[[], None]) -> None:
        try:
            work()
        except EnvctlError as error:
            failures.append(error)

    if not any(isinstance(step, Load) and step.fresh for step in plan.provision):
        put = {service: replace(content, work=partial(passing, content.work)) for service, content in put.items()}
    start(here, blueprint, plan, secrets, clone_data(here, blueprint, plan), put)
    if failures:
        raise failures[0]


def _with_images(here: Here, blueprint: Blueprint, plan: Plan) -> Plan:
    """Pull and build; an image may turn out to be had under another reference than planned."""
    steps = [step for step in plan.prepare if isinstance(step, PrepareImage)]
    had = together(here.world.shell, [_image(here, blueprint, step) for step in steps])
    taken = dict(zip((step.image for step in steps), had, strict=True))
    return replace(plan, images={service: taken.get(ref, ref) for service, ref in plan.images.items()})


def _image(here: Here, blueprint: Blueprint, step: PrepareImage) -> Callable[[], str]:
    world = here.world
    subject = f"image {step.service}"
    workload = next(w for w in blueprint.workloads if w.service == step.service)

    def prepare() -> str:
        world.tell(Event(subject, "building" if step.build else f"pulling {step.image}"))
        reference = step.image
        if workload.build is None:
            reference = _pulled(world, subject, workload, blueprint.images[step.service].candidates)
        elif isinstance(workload.build, Recipe):
            values = blueprint.composition.variables if blueprint.composition else {}
            build_recipe(world, subject, step.image, workload.build, here.stack.registry, values)
        else:
            images.build(world, subject, step.image, workload.build, here.stack.registry)
        world.tell(Event(subject, "built" if step.build else "pulled", "done"))
        return reference

    return prepare


def _pulled(world: World, subject: str, workload: Workload, candidates: Sequence[str]) -> str:
    if workload.composed and not workload.composed.may_pull:
        raise EnvctlError(
            Exit.NOT_FOUND,
            f"the image {candidates[0]} is not there, and {workload.service} says `pull_policy: never`",
            unchanged="No container was started.",
            hint="Build or load it, or let it be pulled.",
        )
    return images.pull(world, subject, candidates)


def _prepare(world: World, blueprint: Blueprint, plan: Plan) -> None:
    """The network first: it reserves subnet and ports. What goes, and is forgotten, before what is new: a volume goes
    once no container has it."""
    for step in plan.prepare:
        if isinstance(step, CreateNetwork):
            _make_network(world, blueprint, step)
    for stage in ((RemoveContainer, Resume), (RemoveVolume,)):
        together(world.shell, [_small(world, blueprint, step) for step in plan.prepare if isinstance(step, stage)])
    begun.strike_all(world.runtime, blueprint.identity.full)
    if gone := [step.service for step in plan.prepare if isinstance(step, Forget)]:
        remember(world, blueprint, {}, forget=gone)
    together(world.shell, [_small(world, blueprint, step) for step in plan.prepare if isinstance(step, CreateVolume)])
    if any(isinstance(step, CloneVolume) for step in plan.prepare):
        begin_record(world, blueprint)


def _make_network(world: World, blueprint: Blueprint, step: CreateNetwork) -> None:
    words = blueprint.network_words(step.name)
    world.engine.create_network(
        step.name,
        step.subnet,
        {
            **(words.get("labels") or {}),
            **blueprint.labels,
            labels.ROLE: "network" if step.name == blueprint.network else FURTHER_NETWORK,
            labels.CREATED: _now(),
        },
        internal=bool(words.get("internal")),
        options=words.get("driver_opts"),
    )
    world.tell(Event("network", f"{step.name} ({step.subnet})", "done"))


def _small(world: World, blueprint: Blueprint, step: Step) -> Callable[[], object]:
    match step:
        case CreateVolume(name=name):
            words = blueprint.volume_words(name)
            own = {
                **(words.get("labels") or {}),
                **blueprint.labels,
                **data_labels(blueprint, name),
                labels.ROLE: "data",
            }
            driver, options = words.get("driver"), words.get("driver_opts")
            return lambda: make_volume(world, blueprint.identity, name, own, driver=driver, options=options)
        case RemoveContainer(id=container):
            return lambda: world.engine.remove_container(container)
        case RemoveVolume(name=name):
            return lambda: world.engine.remove_volume(name)
        case Resume(id=container):
            return lambda: world.engine.resume_container(container)
        case _:
            raise AssertionError(step)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
