"""The story of `plan`: what `up` or `seed` would do."""

from __future__ import annotations

from collections.abc import Collection

from envctl.blueprint import Blueprint
from envctl.events import Event
from envctl.ops.observe import observe, refuse_pretenders
from envctl.ops.preflight import preflight
from envctl.ops.setting import Here
from envctl.ops.snapshots.bases import bases_of
from envctl.ops.snapshots.sources import MakingUp, read_again
from envctl.plan import BuildSnapshot, Load, Plan, PrepareImage
from envctl.planning.compare import compare
from envctl.planning.draw import draw
from envctl.reports.plan import Planned, PlannedStep
from envctl.runtimes.compose.images import content_digest
from envctl.runtimes.compose.recipes import digest_of_recipe
from envctl.secret import Secrets
from envctl.secrets.gather import fingerprints, gather
from envctl.snapshot import Snapshot
from envctl.stack import Stack, refuse_missing_files, workloads
from envctl.workload import Build, Recipe
from envctl.world.ports import is_free


def plan(
    here: Here,
    *,
    rebuild: bool = False,
    reload: Collection[str] = (),
    making_up: MakingUp | None = None,
    overcommit: bool = False,
    start_from: str | None = None,
) -> Planned:
    """The steps from what is to what the stack file says, with these databases filled again, perhaps with made-up rows.

    Changes nothing, and is refused what `up` would be.
    """
    chosen = None if start_from is None else _chosen(here, start_from)
    blueprint = read_again(here, draw_here(here), reload, making_up)
    decided, _ = decide(here, blueprint, rebuild=rebuild, reload=reload, overcommit=overcommit, chosen=chosen)
    return Planned(
        here.identity.name, here.identity.project, here.identity.branch, as_steps(decided), decided.other_folders
    )


def _chosen(here: Here, word: str) -> Snapshot:
    from envctl.ops.snapshots.start_from import origin

    return origin(here, word, dry_run=True).snapshot


def draw_here(here: Here) -> Blueprint:
    """The environment's blueprint, with images named after what they are built from. Raises EnvctlError(STACK_FILE)."""
    refuse_missing_files(here.stack)
    for notice in here.stack.composition.notices if here.stack.composition else ():
        here.world.tell(Event("compose", notice, "info"))
    return draw(here.stack, here.identity, _contents(here.stack))


def _contents(stack: Stack) -> dict[str, str]:
    """What each service that is built is built from; what several are built from is read once."""
    known: list[tuple[Build | Recipe, str]] = []
    found = {}
    for work in workloads(stack):
        if work.build is not None:
            digest = next((digest for build, digest in known if build == work.build), None) or _content(work.build)
            known.append((work.build, digest))
            found[work.service] = digest
    return found


def _content(build: Build | Recipe) -> str:
    return digest_of_recipe(build) if isinstance(build, Recipe) else content_digest(build)


def decide(
    here: Here,
    blueprint: Blueprint,
    *,
    rebuild: bool = False,
    reload: Collection[str] = (),
    overcommit: bool = False,
    chosen: Snapshot | None = None,
) -> tuple[Plan, Secrets]:
    """Look, and decide; with the secrets that the plan was made for. What it needs of the machine must be there.

    New data starts from the `chosen` snapshot as far as that has it.
    """
    observed = observe(here.world, here.identity, blueprint)
    secrets = gather(here.world, blueprint, observed)
    bases = bases_of(here, blueprint, observed, reload, chosen)
    plan = compare(blueprint, observed, fingerprints(secrets), is_free, rebuild=rebuild, reload=reload, bases=bases)
    to_be_made = {step.image for step in plan.prepare if isinstance(step, PrepareImage)}
    refuse_pretenders(here.world, here.identity, set(plan.started_from) - to_be_made)
    refuse_missing_files(here.stack, data_read(blueprint, plan))
    preflight(here, blueprint, plan, observed, overcommit=overcommit)
    return plan, secrets


def data_read(blueprint: Blueprint, plan: Plan) -> set[str]:
    """The `[data.NAME]` whose files are read, to load them or to build a snapshot of them."""
    building = {step.service for step in plan.prepare if isinstance(step, BuildSnapshot)}
    read = {name for w in blueprint.workloads if w.service in building for name in w.reads}
    return read | {step.data for step in plan.provision if isinstance(step, Load)}


def as_steps(plan: Plan) -> tuple[PlannedStep, ...]:
    """A plan as a report shows it."""
    return tuple(PlannedStep(str(step), step.because) for step in plan.steps)
