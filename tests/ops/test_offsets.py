"""`kafka offsets` on a made-up daemon and broker: what is set, and that nothing is where it is refused."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.lease import lease_of
from envctl.observed import Container
from envctl.offsets import Ago, End, Exactly, Group, Member, Partition, Since, Wish
from envctl.ops.offsets import reset_offsets
from envctl.reports.offsets import OffsetMove, OffsetsReset
from envctl.seeds.kafka.offsets import Joined
from envctl.world import World, real_world
from envctl.world.engine import Engine
from tests.fakes.broker import FakeBroker
from tests.fakes.engine import NOON, FakeEngine
from tests.ops.fake import IDENTITY, own

AT = int(NOON.timestamp() * 1000)  # milliseconds
HOUR = 3_600_000
FIRST, SECOND = Partition("orders", 0), Partition("orders", 1)
EARLIEST = Wish("workers", End("earliest"))
STOOD = {FIRST: 3, SECOND: 1}


def container(service: str, kind: str, state: str = "running", **more: str) -> Container:
    """One of the environment's, whose ID is long enough to be cut."""
    labelled = own(service, **{labels.KIND: kind, **more})
    return Container(f"{service:0<64}", f"shop_main_{service}", labelled, "image", state)


EVENTS = container("events", "kafka", **{labels.PORT: "24901"})
WORKER = container("worker", "app")


class Ground:
    """An environment with one broker, of which two partitions were read."""

    def __init__(self, folder: Path) -> None:
        self.engine = FakeEngine((EVENTS, WORKER))
        self.broker = FakeBroker(
            {FIRST: [AT - 3 * HOUR, AT - 2 * HOUR, AT], SECOND: [AT - 2 * HOUR]}, offsets={"workers": dict(STOOD)}
        )
        self.addresses: list[str] = []
        real = real_world(lambda event: None, {**os.environ, "XDG_RUNTIME_DIR": str(folder)})
        self.world = World(cast(Engine, self.engine), real.shell, real.locks, real.runtime, real.tell)

    def connect(self, address: str) -> FakeBroker:
        self.addresses.append(address)
        return self.broker

    def reset(self, wish: Wish = EARLIEST, identity: Identity = IDENTITY, **how: Any) -> OffsetsReset:
        return reset_offsets(self.world, identity, wish, connect=self.connect, **how)

    def refused(self, wish: Wish = EARLIEST, **how: Any) -> EnvctlError:
        """Why the offsets stay as they are."""
        with pytest.raises(EnvctlError) as caught:
            self.reset(wish, **how)
        assert STOOD == self.broker.committed("workers")
        return caught.value

    def joined(self, *members: Member) -> None:
        self.broker.joined["workers"] = Group("workers", active=True, members=members)


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Where it all happens."""
    return Ground(tmp_path)


def test_offsets_go_back(ground: Ground) -> None:
    """What the report says is what the broker then has."""
    report = ground.reset()
    assert ("main", "shop", "events", "workers", "earliest", False) == (
        report.name, report.project, report.service, report.group, report.to, report.dry_run
    )  # fmt: skip
    assert (OffsetMove("orders", 0, 3, 0, 3, 0), OffsetMove("orders", 1, 1, 0, 1, 0)) == report.partitions
    assert {FIRST: 0, SECOND: 0} == ground.broker.committed("workers")
    assert ["127.0.0.1:24901"] == ground.addresses


def test_once_more_there_is_nothing_to_do(ground: Ground) -> None:
    """Twice is once: the broker is not even asked to."""
    ground.reset()
    assert [(0, 0), (0, 0)] == [(one.before, one.after) for one in ground.reset().partitions]
    assert 1 == ground.broker.commits


def test_all_offsets_are_set_by_one_request(ground: Ground) -> None:
    """And only those that change."""
    ground.reset(Wish("workers", Exactly(1)))
    assert ({FIRST: 1, SECOND: 1}, 1) == (ground.broker.committed("workers"), ground.broker.commits)


@pytest.mark.parametrize("goal", [Ago(7200.0), Since(NOON.timestamp() - 7200)])
def test_so_long_ago_is_counted_by_the_daemons_clock(ground: Ground, goal: Ago | Since) -> None:
    """It is the clock of who wrote the messages, and the report says which moment it was."""
    report = ground.reset(Wish("workers", goal))
    assert "2026-03-01T10:00:00.000+00:00" == report.to
    assert {FIRST: 1, SECOND: 0} == ground.broker.committed("workers")


def test_a_dry_run_changes_nothing(ground: Ground, tmp_path: Path) -> None:
    """It says the same, takes no lock and renews no lease."""
    before = ground.engine.vols
    with ground.world.locks.hold(IDENTITY.full, "seed"):
        report = ground.reset(dry_run=True)
    assert (True, 0) == (report.dry_run, ground.broker.commits)
    assert (STOOD, before) == (ground.broker.committed("workers"), ground.engine.vols)
    assert report == replace(ground.reset(), dry_run=True)


def test_another_command_on_the_environment_is_not_disturbed(ground: Ground) -> None:
    """Who does not want to wait is told so."""
    with ground.world.locks.hold(IDENTITY.full, "seed"):
        assert Exit.LOCKED == ground.refused(wait=False).code


def test_it_is_a_use_of_the_environment(ground: Ground) -> None:
    """Its lease is renewed."""
    from envctl.ops.leases import ensure, turn

    turn(ground.world, IDENTITY, ensure)
    ground.engine.move(hours=1)
    ground.reset()
    lease = lease_of(ground.engine.vols)
    assert lease is not None
    assert ground.engine.time == lease.used  # type: ignore[union-attr]  # a damaged one would have been none


def test_a_partition_that_was_never_read_gets_an_offset_too(ground: Ground) -> None:
    """Else its consumers would begin there wherever they like."""
    ground.broker.offsets["workers"] = {FIRST: 3}
    assert OffsetMove("orders", 1, None, 0, None, None) == ground.reset().partitions[1]
    assert {FIRST: 0, SECOND: 0} == ground.broker.committed("workers")


def test_only_the_named_topics_are_touched(ground: Ground) -> None:
    """Also one that the group has not read yet."""
    ground.broker.messages[Partition("payments", 0)] = [AT]
    ground.reset(Wish("workers", End("latest"), ("payments",)))
    assert {**STOOD, Partition("payments", 0): 1} == ground.broker.committed("workers")


def test_an_environment_that_is_gone_is_told(ground: Ground) -> None:
    """It may have been removed while somebody waited for it."""
    ground.engine.held = ()
    assert (Exit.NOT_FOUND, []) == (ground.refused().code, ground.addresses)


@pytest.mark.parametrize(
    ("held", "wish", "code"),
    [
        ((WORKER,), EARLIEST, Exit.NOT_FOUND),
        ((replace(EVENTS, state="exited"),), EARLIEST, Exit.UNHEALTHY),
        ((replace(EVENTS, state="paused"),), EARLIEST, Exit.UNHEALTHY),
        ((EVENTS, WORKER), replace(EARLIEST, service="worker"), Exit.NOT_FOUND),
    ],
)
def test_a_broker_that_cannot_be_asked_is_not(
    ground: Ground, held: tuple[Container, ...], wish: Wish, code: Exit
) -> None:
    """Nobody waits for an answer that cannot come."""
    ground.engine.held = held
    assert (code, []) == (ground.refused(wish).code, ground.addresses)


@pytest.mark.parametrize(
    "wish",
    [
        replace(EARLIEST, group="wrkers"),
        replace(EARLIEST, topics=("ordrs",)),
        replace(EARLIEST, topics=("orders", "ordrs")),
    ],
)
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_name_that_is_not_there_is_refused(ground: Ground, wish: Wish, dry_run: bool) -> None:
    """Group or topic, also in a dry run; a right one beside it is left alone too."""
    error = ground.refused(wish, dry_run=dry_run)
    assert (Exit.NOT_FOUND, 0) == (error.code, ground.broker.commits)
    assert error.details[0] in ("Did you mean workers?", "Did you mean orders?")


def test_a_group_that_is_read_is_left_alone(ground: Ground) -> None:
    """Its members would commit their own place again: each is named, with what stops it and starts it again."""
    ground.engine.contents[WORKER.id, "/etc/hosts"] = f"127.0.0.1\tlocalhost\n10.0.0.5\t{WORKER.id[:12]}\n".encode()
    ground.joined(Member("consumer-1", "10.0.0.5"), Member("consumer-2", "10.0.0.5"), Member("mine", "10.0.0.1"))
    error = ground.refused()
    assert (Exit.DATA_REFUSED, 0) == (error.code, ground.broker.commits)
    told = ("consumer-1: the service worker", "consumer-2: the service worker", "mine: a program at 10.0.0.1")
    assert told == error.details
    assert "`docker stop shop_main_worker`" in error.hint
    assert "`envctl up --env main`" in error.hint
    assert "paused stays a member" in error.hint


def test_a_reader_that_is_no_service_is_named_as_it_names_itself(ground: Ground) -> None:
    """An address that stands in a container's file for another reason is not its own."""
    ground.engine.contents[WORKER.id, "/etc/hosts"] = b"10.0.0.1\thost.docker.internal\n\xff\n\n"
    ground.joined(Member("mine", "10.0.0.1"))
    error = ground.refused()
    assert ("mine: a program at 10.0.0.1",) == error.details
    assert "docker stop" not in error.hint


def test_a_dry_run_meets_the_same_refusal(ground: Ground) -> None:
    """What would be refused is not shown as if it could be done. A group that is being joined has no members yet."""
    ground.joined()
    assert Exit.DATA_REFUSED == ground.refused(dry_run=True).code


def test_who_joins_at_the_last_moment_is_left_alone_too(ground: Ground) -> None:
    """The broker says so then, and it is the same refusal."""

    class Late(FakeBroker):
        def commit(self, *_: object) -> dict[Partition, str]:
            self.joined["workers"] = Group("workers", active=True, members=(Member("late", "10.0.0.9"),))
            raise Joined

    ground.broker = Late(ground.broker.messages, offsets=ground.broker.offsets)
    error = ground.refused()
    assert (Exit.DATA_REFUSED, ("late: a program at 10.0.0.9",)) == (error.code, error.details)


def test_what_was_done_in_part_is_told(ground: Ground) -> None:
    """Status 10; which partition failed and why, and with --json where each of them stands."""
    ground.broker.refused = {SECOND: "Broker: Not coordinator"}
    with pytest.raises(EnvctlError) as caught:
        ground.reset()
    error = caught.value
    assert (Exit.PARTLY_DONE, ("orders 1: Broker: Not coordinator",)) == (error.code, error.details)
    assert error.data is not None
    rows = cast(list[dict[str, Any]], error.data["partitions"])
    assert [(0, None), (0, "Broker: Not coordinator")] == [(row["after"], row["error"]) for row in rows]
    assert {FIRST: 0, SECOND: 1} == ground.broker.committed("workers")
    ground.broker.refused = {}
    ground.reset()
    assert {FIRST: 0, SECOND: 0} == ground.broker.committed("workers")


def test_what_was_not_done_at_all_is_no_part(ground: Ground) -> None:
    """Where no offset could be set, the broker is ill."""
    ground.broker.refused = dict.fromkeys(STOOD, "Broker: Not coordinator")
    error = ground.refused()
    assert (Exit.UNHEALTHY, "No offset was changed.") == (error.code, error.unchanged)


@pytest.mark.parametrize("answer", ["topics", "groups", "group", "committed", "ranges"])
def test_a_broker_that_falls_silent_changes_nothing(
    ground: Ground, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is asked before."""
    silent: Callable[..., Any] = _silent
    monkeypatch.setattr(ground.broker, answer, silent)
    with pytest.raises(EnvctlError, match="silent"):
        ground.reset()
    assert 0 == ground.broker.commits


def _silent(*_: object) -> Any:
    raise EnvctlError(Exit.UNHEALTHY, "silent")
