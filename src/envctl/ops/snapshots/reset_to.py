"""The snapshots that data goes back to: those that are there, and those that can be built once more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from envctl.base import Base
from envctl.blueprint import Blueprint
from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.snapshots.bases import refuse_lost_parts
from envctl.ops.snapshots.find import look
from envctl.planning.fitting import of_service
from envctl.planning.resetting import Goal, refuse_other_image
from envctl.snapshot import Snapshot
from envctl.world.parallel import together


def begun_as(here: Here, blueprint: Blueprint, goals: Sequence[Goal]) -> dict[str, Base]:
    """By service, what its data is a copy of. Raises EnvctlError where that is gone, or not for the image any more."""
    if not goals:
        return {}
    there = {snapshot.address: snapshot for snapshot in look(here.world)}
    refuse_lost_parts(
        here.world, blueprint, [volume for goal in goals for volume in goal.volumes], [goal.service for goal in goals]
    )
    lost = [goal for goal in goals if goal.address not in there]
    built = together(here.world.shell, [partial(_again, here, blueprint, goal) for goal in lost])
    there |= {snapshot.address: snapshot for snapshot in built}
    found = {}
    for goal in goals:
        snapshot = there[goal.address]
        parts = of_service(snapshot, goal.workload)
        refuse_other_image(goal, parts)
        if len(parts) != len(goal.volumes):
            raise _gone(goal)
        found[goal.service] = Base(snapshot.source, snapshot, parts)
    return found


def _again(here: Here, blueprint: Blueprint, goal: Goal) -> Snapshot:
    """What the stack file says may still be what it was."""
    # needed so rarely that they are not loaded before
    from envctl.ops.snapshots.build import find_or_build
    from envctl.ops.snapshots.recipe import made_for

    image = goal.container.image_id
    try:
        same = made_for(here, blueprint, goal.workload, image).address == goal.address
    except EnvctlError as error:
        raise _gone(goal) from error
    if not same:
        raise _gone(goal)
    return find_or_build(here, blueprint, goal.workload, image)


def _gone(goal: Goal) -> EnvctlError:
    return EnvctlError(
        Exit.NOT_FOUND,
        f"the snapshot {goal.address[:12]} that the data of {goal.service} began as is gone, and what it was made from "
        "is not what the stack file says now",
        unchanged="Nothing was changed.",
        hint="Begin anew with what it says: `envctl down`, then `envctl up`.",
    )
