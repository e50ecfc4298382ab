"""The story of `kafka offsets`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.observed import Observed
from envctl.offsets import Ago, Partition, Wish
from envctl.ops.consumers import refuse_active
from envctl.ops.leases import in_use
from envctl.ops.observe import running_here
from envctl.planning.offsets import broker_of, moves, partitions, refuse_unknown
from envctl.reports.offsets import OffsetsReset
from envctl.seeds.kafka.offsets import Broker, Joined, RealBroker
from envctl.world import World


def reset_offsets(
    world: World,
    identity: Identity,
    wish: Wish,
    *,
    dry_run: bool = False,
    wait: bool = True,
    connect: Callable[[str], Broker] = RealBroker,
) -> OffsetsReset:
    """Let a consumer group go on at another place of its topics.

    Everything is checked before anything is changed, and changed by one request. Raises EnvctlError.
    """
    if dry_run:
        case = _look(world, identity, wish, connect)
        return replace(_decided(case), dry_run=True)
    with world.locks.hold(identity.full, "kafka offsets", wait=wait), in_use(world, identity):
        case = _look(world, identity, wish, connect)
        return _carried_out(case, _decided(case))


@dataclass(frozen=True)
class _Case:
    """A wish, and whom it is about."""

    world: World
    identity: Identity
    wish: Wish
    observed: Observed
    service: str
    broker: Broker


def _look(world: World, identity: Identity, wish: Wish, connect: Callable[[str], Broker]) -> _Case:
    observed = running_here(world, identity)
    container = broker_of(observed, identity, wish.service)
    broker = connect(f"127.0.0.1:{container.labels[labels.PORT]}")
    return _Case(world, identity, wish, observed, container.service, broker)


def _decided(case: _Case) -> OffsetsReset:
    """Where the group is to stand, all of it checked."""
    wish, broker, identity = case.wish, case.broker, case.identity
    refuse_unknown(wish.group, broker.groups(), case.service)
    refuse_active(case.world, identity, case.observed, broker.group(wish.group))
    committed = broker.committed(wish.group)
    chosen = partitions(wish.topics, broker.topics(), committed, case.service)
    goal = wish.goal.before(case.world.engine.now()) if isinstance(wish.goal, Ago) else wish.goal
    decided = moves(goal, broker.ranges(chosen, goal), committed)
    return OffsetsReset(identity.name, identity.project, case.service, wish.group, str(goal), False, decided)


def _carried_out(case: _Case, decided: OffsetsReset) -> OffsetsReset:
    """Raises EnvctlError(PARTLY_DONE) where some of the offsets could not be set."""
    wanted = {Partition(one.topic, one.partition): one.after for one in decided.partitions if one.before != one.after}
    try:
        failed = case.broker.commit(decided.group, wanted) if wanted else {}
    except Joined:  # since we looked
        group = replace(case.broker.group(decided.group), active=True)
        refuse_active(case.world, case.identity, case.observed, group)
        raise
    if failed:
        raise _unfinished(decided, failed, nothing=len(failed) == len(wanted))
    return decided


def _unfinished(decided: OffsetsReset, failed: Mapping[Partition, str], *, nothing: bool) -> EnvctlError:
    told = tuple(replace(one, error=failed.get(Partition(one.topic, one.partition))) for one in decided.partitions)
    return EnvctlError(
        Exit.UNHEALTHY if nothing else Exit.PARTLY_DONE,
        f"{decided.service} did not set {'the' if nothing else 'all'} offsets of {decided.group}",
        details=tuple(f"{one}: {why}" for one, why in sorted(failed.items())),
        unchanged="No offset was changed." if nothing else "Those of the other partitions were set.",
        hint=f"See `envctl logs --env {decided.name} {decided.service}`, then run the same command again.",
        data=replace(decided, partitions=told).data(),
    )
