"""Completes a stack that wraps a Compose project with what that project says."""

from __future__ import annotations

from dataclasses import replace

from envctl.composition import Composition
from envctl.identity import Identity
from envctl.runtimes.compose.read import read
from envctl.services.composed import ComposedService
from envctl.stack import Problem, Stack
from envctl.stack.model import Wraps
from envctl.stack.problems import Notes, dotted, guessed, refused
from envctl.stack.shares import check_limits
from envctl.workload import PORTS, published
from envctl.world import World


def complete(world: World, stack: Stack, identity: Identity) -> Stack:
    """The stack with the services of the project it wraps; one that wraps none is whole already.

    The environment's own name is what `COMPOSE_PROJECT_NAME` stands for. Raises EnvctlError(STACK_FILE).
    """
    if (wraps := stack.wraps) is None:
        return stack
    composition = read(world, wraps.files, wraps.profiles, identity.full, wraps.public)
    services = {work.service: ComposedService.of(work) for work in composition.workloads}
    notes = Notes(stack.lines)
    check_limits(services, stack.limits, notes)
    if problems := [*_problems(stack, wraps, composition), *notes.problems()]:
        raise refused(stack.path, problems)
    return replace(stack, services=services, composition=composition)


def _problems(stack: Stack, wraps: Wraps, composition: Composition) -> list[Problem]:
    """What the stack file says of the project and does not hold."""
    ports = {work.service: work.port for work in composition.workloads}
    found = []
    if not ports:
        hint = "name the profiles of those that shall run: profiles = […]"
        found.append(
            Problem(
                "project.compose", stack.lines.find(("project", "compose")), "the Compose project has no service", hint
            )
        )
    if (count := sum(len(published(work)) for work in composition.workloads)) > PORTS:
        message = f"the Compose project publishes {count} ports, and an environment has {PORTS} of the host's"
        hint = "services reach each other without `ports`"
        found.append(Problem("project.compose", stack.lines.find(("project", "compose")), message, hint))
    for index, name in enumerate(wraps.public):
        key = ("project", "public", index)
        if name not in ports:
            hint = f"services are: {', '.join(sorted(ports))}"
            message = f"the Compose project has no service {name!r}"
            found.append(Problem(dotted(key), stack.lines.find(key), message, hint, guessed(name, ports)))
        elif ports[name] is None:
            hint = "give it `ports` in the Compose file"
            found.append(Problem(dotted(key), stack.lines.find(key), f"{name} publishes no TCP port", hint))
    return found
