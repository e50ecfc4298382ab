"""The story of `up`."""

from __future__ import annotations

from collections.abc import Collection
from time import monotonic

from envctl.blueprint import Blueprint
from envctl.ops.carry_out import carry_out
from envctl.ops.observe import observe
from envctl.ops.setting import Here
from envctl.ops.status import status_of
from envctl.plan import Plan
from envctl.planning.compare import compare
from envctl.planning.draw import draw
from envctl.reports import CameUp, Planned, PlannedStep
from envctl.runtimes.compose.images import content_digest
from envctl.secrets.passwords import Passwords, complete, recall
from envctl.stack import refuse_missing_files, workloads
from envctl.world.engine import SubnetTaken
from envctl.world.ports import is_free


def up(here: Here, *, dry_run: bool = False, rebuild: bool = False, reload: Collection[str] = ()) -> CameUp | Planned:
    """Bring this branch's environment to what its stack file says.

    `rebuild` builds images anew, `reload` names databases to fill again. Raises EnvctlError.
    """
    began = monotonic()
    refuse_missing_files(here.stack)
    blueprint = draw(here.stack, here.identity, _contents(here))
    if dry_run:
        plan, _ = _plan(here, blueprint, rebuild, reload)
        return Planned(here.identity.name, here.identity.project, here.identity.branch, _steps(plan))
    with here.world.locks.hold(here.identity.full):
        plan = _converge(here, blueprint, rebuild, reload)
        status = status_of(here, observe(here.world, here.identity))
    return CameUp(status, _steps(plan), round(monotonic() - began, 3))


def _converge(here: Here, blueprint: Blueprint, rebuild: bool, reload: Collection[str]) -> Plan:
    while True:
        plan, passwords = _plan(here, blueprint, rebuild, reload)
        try:
            carry_out(here, blueprint, plan, passwords)
        except SubnetTaken:
            continue  # another environment got the subnet since we looked: look again
        return plan


def _plan(here: Here, blueprint: Blueprint, rebuild: bool, reload: Collection[str]) -> tuple[Plan, Passwords]:
    observed = observe(here.world, here.identity, blueprint)
    passwords = complete(blueprint, recall(here.world, blueprint, observed))
    fingerprints = {service: password.fingerprint() for service, password in passwords.items()}
    return compare(blueprint, observed, fingerprints, is_free, rebuild=rebuild, reload=reload), passwords


def _contents(here: Here) -> dict[str, str]:
    return {w.service: content_digest(w.build) for w in workloads(here.stack) if w.build is not None}


def _steps(plan: Plan) -> tuple[PlannedStep, ...]:
    return tuple(PlannedStep(str(step), step.because) for step in plan.steps)
