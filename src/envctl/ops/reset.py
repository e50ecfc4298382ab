"""The story of `reset`: data goes back to the snapshot that it began as."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic

from envctl import labels
from envctl.errors import EnvctlError
from envctl.events import Event
from envctl.observed import Observed
from envctl.ops.client import DatabaseClient
from envctl.ops.leases import in_use
from envctl.ops.observe import observe
from envctl.ops.provision import provision
from envctl.ops.refill import refill
from envctl.ops.remember import remember
from envctl.ops.reset_case import Case, look
from envctl.ops.setting import Here
from envctl.ops.status import status_of
from envctl.ops.watch import see_through
from envctl.plan import Plan, SetPassword, Start
from envctl.planning.data import unrecorded
from envctl.planning.order import layers
from envctl.planning.ownership import REFILL
from envctl.planning.provision import service_of
from envctl.reports.reset import Reset
from envctl.reports.status import Status
from envctl.text import Password
from envctl.world.helper import ROLE as HELPER
from envctl.world.parallel import together

Work = Callable[[], object]


def reset(here: Here, services: Sequence[str] = (), *, wait: bool = True) -> Reset:
    """Put the data of services back to what it began as: of these, or of all that can be.

    Who needs them is started anew, with what comes before. Whoever is killed meanwhile leaves data that says it is not
    whole, and the next `up` finishes it. Raises EnvctlError.
    """
    began = monotonic()
    with here.world.locks.hold(here.identity.full, "reset", wait=wait), in_use(here.world, here.identity):
        case = look(here, services)
        _remove(case)
        if case.cloned:
            _put_back(case)
        status = _brought_up(here) if case.unfinished else status_of(here, _seen(case))
    return Reset(status, tuple(map(case.put, case.goals)), case.dependents, round(monotonic() - began, 3))


def _brought_up(here: Here) -> Status:
    from envctl.ops.up import converge  # takes longer to load than most of what is done where it is not needed

    return converge(here).status


def _remove(case: Case) -> None:
    """Who needs others goes first; then what begins empty: nothing is recorded of it before its bytes go.

    Before all of them what a run has left at work: a helper that copies would go on under the new server.
    """
    world, observed = case.here.world, case.observed
    left = [box.id for box in observed.boxes if box.labels.get(labels.ROLE) in (HELPER, REFILL)]
    together(world.shell, [partial(world.engine.kill_container, one) for one in left])
    for layer in reversed(layers(case.blueprint.workloads, case.dependents)):
        gone = [c for c in observed.containers if c.service in layer]
        for one in gone:
            if one.state == "running":  # some take all the seconds that they are given
                world.tell(Event(one.service, "stopping"))
        together(world.shell, [partial(world.engine.remove_container, one.id) for one in gone], at_most=16)
    empty = [goal for goal in case.goals if not goal.address]
    if empty:
        together(world.shell, [partial(world.engine.remove_container, goal.found.id) for goal in empty if goal.found])
        remember(world, case.blueprint, {}, forget=[goal.service for goal in empty])
        for goal in empty:
            for volume in goal.volumes:
                world.engine.remove_volume(volume.name)


def _put_back(case: Case) -> None:
    """The same containers on the same volumes: their servers are killed, since what they would still write goes.

    Nothing is recorded of the data before the first of its bytes goes, and all once its server is ready.
    """
    world, names = case.here.world, [goal.service for goal in case.cloned]
    helper = refill(world, case.here.identity, case.copies, case.there, case.cloned[0].container.image_id)
    try:
        works: list[Work] = [partial(world.engine.end_container, goal.container.id) for goal in case.cloned]
        works += [partial(remember, world, case.blueprint, {}, forget=names), helper.prepare]
        together(world.shell, works)
        helper.begin()
        for name in names:
            world.tell(Event(f"data of {name}", "put back", "done"))
        _start(case)
    except BaseException:
        with suppress(EnvctlError):
            helper.end()
        raise
    helper.leave()
    provision(case.here, case.blueprint, _rest(case), case.secrets, {})


def _start(case: Case) -> None:
    """A server that takes its password answers: that is not asked again of the daemon, which looks now and then."""
    world, ids = case.here.world, {goal.service: goal.container.id for goal in case.cloned}
    answering = {step.service: step for step in case.passwords}
    for layer in layers(case.blueprint.workloads, ids):
        together(world.shell, [partial(world.engine.start_container, ids[name]) for name in layer])
        works: list[Work] = [partial(_answered, case, answering[name]) for name in layer if name in answering]
        if others := frozenset(layer) - answering.keys():
            works.append(partial(see_through, case.here, case.blueprint, others))
        together(world.shell, works)


def _answered(case: Case, step: SetPassword) -> None:
    """Set a password as soon as the server answers. Raises EnvctlError: where it does not start, with the reason."""
    client = DatabaseClient(case.here.world, case.blueprint.container(step.service))
    case.here.world.tell(Event(step.service, "starting", "waiting"))
    try:
        client.set_password(step.user, case.secrets[Password(step.service)], patient=True)
    except EnvctlError:
        see_through(case.here, case.blueprint, frozenset([step.service]))
        raise
    case.here.world.tell(Event(step.service, "healthy", "done"))


def _seen(case: Case) -> Observed:
    """What is there now. Who answered us is well, although the daemon's own check may not have come round yet."""
    observed, answered = observe(case.here.world, case.here.identity), {step.service for step in case.passwords}
    containers = [
        replace(c, health="healthy") if c.service in answered and c.health == "starting" else c
        for c in observed.containers
    ]
    return replace(observed, containers=tuple(containers))


def _rest(case: Case) -> Plan:
    """What is not in the snapshot beside passwords, such as topics that the stack file names since; with all that is to
    be recorded."""
    versions = {k: v for k, v in unrecorded(case.blueprint, case.after).items() if service_of(k) in case.known}
    ports = {
        c.service: int(port) for c in case.observed.containers if (port := c.labels.get(labels.PORT, "")).isdecimal()
    }
    return Plan(
        stores=tuple(Start("its data was put back", name) for name in case.known),
        provision=tuple(step for step in case.contents if not isinstance(step, SetPassword)),
        ports=ports,
        versions={**case.facts, **versions},
    )
