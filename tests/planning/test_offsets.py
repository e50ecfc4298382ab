"""Which broker and partitions are meant, and where a group is to stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.identity import Identity
from envctl.observed import Container, Observed
from envctl.offsets import End, Exactly, Goal, Partition, Range, Since
from envctl.planning.offsets import broker_of, moves, partitions, refuse_unknown
from envctl.reports.offsets import OffsetMove

IDENTITY = Identity("shop", "main", None)
ONE = Partition("orders", 0)
EARLIEST, LATEST = End("earliest"), End("latest")


def container(service: str, kind: str = "kafka", state: str = "running", role: str = "service") -> Container:
    """One of the environment's."""
    own = {labels.SERVICE: service, labels.KIND: kind, labels.ROLE: role, labels.PORT: "24900"}
    return Container(service, f"shop_main_{service}", own, "image", state)


def chosen(*there: Container, service: str | None = None) -> Container:
    """The broker that is meant of these."""
    return broker_of(Observed(containers=there), IDENTITY, service)


def refused(*there: Container, service: str | None = None) -> EnvctlError:
    """Why none of these is."""
    with pytest.raises(EnvctlError) as caught:
        chosen(*there, service=service)
    assert "No offset was changed." == caught.value.unchanged
    return caught.value


def move(goal: Goal, there: Range, before: int | None) -> tuple[int, int | None, int | None, str | None]:
    """What becomes of one partition: where it stands then, what is read again and what passed over, and a note."""
    (one,) = moves(goal, {ONE: there}, {} if before is None else {ONE: before})
    assert ("orders", 0, before) == (one.topic, one.partition, one.before)
    return one.after, one.again, one.skipped, one.note


def test_the_only_broker_is_meant() -> None:
    """Whatever else runs, and its own one-shot is none."""
    events = container("events")
    there = (container("db", "postgres"), container("events", role="before", state="exited"), events)
    assert events == chosen(*there) == chosen(*there, service="events")


def test_of_several_brokers_one_has_to_be_named() -> None:
    """The refusal names them as they are written."""
    there = (container("logs"), container("events"))
    error = refused(*there)
    assert (Exit.USAGE, "Say which: `--service events` or `--service logs`.") == (error.code, error.hint)
    assert there[0] == chosen(*there, service="logs")


@pytest.mark.parametrize(
    ("service", "message"),
    [
        ("evnts", "there is no service evnts in the environment main"),
        ("db", "db is no Kafka in the environment main"),
        ("", "there is no service  in the environment main"),
    ],
)
def test_what_is_no_broker_is_refused(service: str, message: str) -> None:
    """With those there are."""
    error = refused(container("db", "postgres"), container("events"), service=service)
    assert (Exit.NOT_FOUND, message) == (error.code, error.message)
    assert "There are: events." == error.details[-1]


def test_a_close_name_is_guessed() -> None:
    """Before all names are listed."""
    assert "Did you mean events?" == refused(container("events"), service="evnts").details[0]


def test_an_environment_without_kafka_is_told() -> None:
    """What would be one, and where else to look."""
    error = refused(container("db", "postgres"))
    assert (Exit.NOT_FOUND, "the environment main of shop has no Kafka") == (error.code, error.message)
    assert 'kind = "kafka"' in error.hint


@pytest.mark.parametrize(("state", "mend"), [("exited", "up"), ("created", "up"), ("dead", "up"), ("paused", "resume")])
def test_a_broker_that_does_not_run_is_not_asked(state: str, mend: str) -> None:
    """What lets it run is said, for this environment."""
    error = refused(container("events", state=state))
    assert Exit.UNHEALTHY == error.code
    assert f"it is {state}" in error.message
    assert f"`envctl {mend} --env main`" in error.hint


def test_a_group_that_is_not_there_is_refused() -> None:
    """With a guess, and with those that are; names that a broker tells stand where no terminal obeys them."""
    with pytest.raises(EnvctlError, match="events has no consumer group wrkers") as caught:
        refuse_unknown("wrkers", ["workers", "\x1b[2J"], "events")
    assert ("Did you mean workers?", "There are: \x1b[2J, workers.") == caught.value.details
    assert (Exit.NOT_FOUND, False) == (caught.value.code, "\x1b" in caught.value.hint)
    refuse_unknown("workers", ["workers"], "events")
    with pytest.raises(EnvctlError) as caught:
        refuse_unknown("workers", [], "events")
    assert ("There are none.",) == caught.value.details


THERE = {"orders": 2, "payments": 1, "__consumer_offsets": 1}


@pytest.mark.parametrize(
    ("named", "committed", "expected"),
    [
        ([], [("orders", 1)], [("orders", 0), ("orders", 1)]),
        ([], [("orders", 1), ("gone", 0)], [("orders", 0), ("orders", 1)]),
        (["payments"], [("orders", 1)], [("payments", 0)]),
        (["payments", "payments"], [], [("payments", 0)]),
        (["payments", "orders"], [], [("orders", 0), ("orders", 1), ("payments", 0)]),
    ],
)
def test_topics_are_meant_whole(
    named: list[str], committed: list[tuple[str, int]], expected: list[tuple[str, int]]
) -> None:
    """Those named, else those it has offsets in: every partition once, also where nothing is committed yet."""
    found = partitions(named, THERE, [Partition(*one) for one in committed], "events")
    assert tuple(Partition(*one) for one in expected) == found


def test_topics_that_are_not_there_are_refused_together() -> None:
    """Guesses for each; what Kafka keeps for itself is not offered."""
    with pytest.raises(EnvctlError, match="events has no topic ordrs, paymnts") as caught:
        partitions(["ordrs", "orders", "paymnts"], THERE, [], "events")
    assert Exit.NOT_FOUND == caught.value.code
    assert ("Did you mean orders, payments?", "There are: orders, payments.") == caught.value.details


def test_a_group_without_offsets_needs_a_topic() -> None:
    """Nobody knows what it would read."""
    with pytest.raises(EnvctlError, match="has committed no offset yet") as caught:
        partitions([], THERE, [], "events")
    assert (Exit.NOT_FOUND, True) == (caught.value.code, "--topic NAME" in caught.value.hint)


@pytest.mark.parametrize(
    ("goal", "there", "before", "expected"),
    [
        (EARLIEST, Range(0, 5), 5, (0, 5, 0, None)),
        (EARLIEST, Range(3, 5), 5, (3, 2, 0, None)),
        (EARLIEST, Range(3, 5), 1, (3, 0, 0, None)),
        (LATEST, Range(0, 5), 2, (5, 0, 3, None)),
        (LATEST, Range(0, 5), 9, (5, 0, 0, None)),
        (Exactly(2), Range(0, 5), 4, (2, 2, 0, None)),
        (Exactly(4), Range(0, 5), 2, (4, 0, 2, None)),
        (Exactly(5), Range(0, 5), 5, (5, 0, 0, None)),
        (Exactly(9), Range(3, 5), 4, (5, 0, 1, "offsets go from 3 to 5")),
        (Exactly(0), Range(3, 5), 5, (3, 2, 0, "offsets go from 3 to 5")),
        (Since(0.0), Range(0, 5, 1), 5, (1, 4, 0, None)),
        (Since(0.0), Range(0, 5, 0), 5, (0, 5, 0, None)),
        (Since(0.0), Range(0, 5, None), 2, (5, 0, 3, "no message since then")),
        (EARLIEST, Range(0, 5), None, (0, None, None, None)),
        (LATEST, Range(0, 0), None, (0, None, None, None)),
    ],
)
def test_a_goal_becomes_an_offset(
    goal: Goal, there: Range, before: int | None, expected: tuple[int, int | None, int | None, str | None]
) -> None:
    """One that the partition has, noted where it is another one than was asked for; messages that are not there any
    more can neither be read again nor be passed over, and where nothing was committed nobody knows.
    """
    assert expected == move(goal, there, before)


def test_partitions_come_in_order() -> None:
    """By topic, then by number: 10 after 9."""
    names = [Partition("b", 0), Partition("a", 10), Partition("a", 9)]
    found: tuple[OffsetMove, ...] = moves(EARLIEST, dict.fromkeys(names, Range(0, 1)), {})
    assert [("a", 9), ("a", 10), ("b", 0)] == [(one.topic, one.partition) for one in found]


offsets = st.integers(0, 50)


@given(offset=offsets, bounds=st.tuples(offsets, offsets), before=offsets)
def test_no_offset_leaves_its_partition(offset: int, bounds: tuple[int, int], before: int) -> None:
    """Whatever was asked for, and what is read again or passed over is there to be read."""
    there = Range(min(bounds), max(bounds))
    after, again, skipped, _ = move(Exactly(offset), there, before)
    assert there.first <= after <= there.end
    assert again is not None
    assert skipped is not None
    assert 0 == min(again, skipped)
    assert max(again, skipped) <= there.end - there.first
