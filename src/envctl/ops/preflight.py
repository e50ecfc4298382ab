"""Asks before anything is touched whether what a plan needs is there: tools, memory, disk, open files."""

from __future__ import annotations

from envctl.blueprint import Blueprint
from envctl.events import Event
from envctl.observed import Observed
from envctl.ops.setting import Here
from envctl.plan import Plan, PrepareImage
from envctl.planning.capacity import refusal, shortages
from envctl.runtimes.compose import tools
from envctl.world.machine import read_machine, size_of
from envctl.world.parallel import together


def preflight(here: Here, blueprint: Blueprint, plan: Plan, observed: Observed, *, overcommit: bool) -> None:
    """Raises EnvctlError(DOCKER) for a tool that is missing or too old, and EnvctlError(NO_CAPACITY) for what is short.

    `overcommit` lets what is short pass. A plan without steps needs nothing, and nothing is asked.
    """
    if not plan.steps:
        return
    builds = any(isinstance(step, PrepareImage) and step.build for step in plan.prepare)
    short: list[str] = []

    def look() -> None:
        machine = read_machine(here.world.engine.daemon())
        read = {w.database.read for w in blueprint.workloads if w.database is not None}
        sizes = {path: size_of(path) for path in read if path is not None}
        short.extend(shortages(blueprint, plan, observed, machine, sizes))

    together(here.world.shell, [lambda: tools.require(here.world, builds=builds), look])
    if short and not overcommit:
        raise refusal(short)
    for sentence in short:
        here.world.tell(Event("overcommitted", sentence, "info"))
