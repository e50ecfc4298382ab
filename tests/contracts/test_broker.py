"""What envctl relies on of a Kafka broker: the real one does it, and so does the one made of values."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from envctl.offsets import End, Exactly, Group, Partition, Range, Since
from envctl.seeds.kafka.offsets import Joined
from tests.contracts.brokers import CLIENT, FakeRoom, RealRoom, Room

STACK = '[services.events]\nkind = "kafka"\n'
HOUR = 3_600_000  # milliseconds
NOON = 1_772_366_400_000
LATEST = End("latest")


@pytest.fixture(
    params=[
        "made of values",
        pytest.param("classic", marks=pytest.mark.docker),
        pytest.param("consumer", marks=pytest.mark.docker),
    ]
)
def room(request: pytest.FixtureRequest) -> Room:
    """A broker; of the real one both protocols by which consumers share a topic."""
    if request.param == "made of values":
        return FakeRoom()
    return RealRoom(request.getfixturevalue("address"), request.param)


@pytest.fixture(scope="module")
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a real broker listens."""
    stage = request.getfixturevalue("shared_stage")
    stage.write(STACK)
    stage.up()
    yield stage.data("env")["EVENTS_BROKERS"]


def test_topics_are_told_with_their_partitions(room: Room) -> None:
    """How many each has."""
    room.make(3)
    assert 3 == room.broker.topics()[room.topic]


def test_asking_for_a_topic_makes_none(room: Room) -> None:
    """Whatever a broker does for those who write to one."""
    room.make(1)
    assert room.name not in room.broker.topics()
    assert room.name not in room.broker.topics()


def test_a_group_that_nobody_knows_is_empty(room: Room) -> None:
    """It has neither members nor offsets, and asking for it does not make it."""
    assert Group(room.name) == room.broker.group(room.name)
    assert {} == room.broker.committed(room.name)
    assert room.name not in room.broker.groups()


def test_a_reader_is_a_member(room: Room) -> None:
    """As long as it is there; the group outlives it."""
    room.make(1)
    room.write(0, NOON)
    with room.reading():
        group = room.broker.group(room.name)
        assert (True, [CLIENT]) == (group.active, [member.client for member in group.members])
        assert not group.members[0].host.startswith("/")
        assert room.name in room.broker.groups()
    assert Group(room.name) == room.broker.group(room.name)
    assert room.name in room.broker.groups()


def test_a_partition_without_a_commit_has_no_offset(room: Room) -> None:
    """Only where something was read there is one."""
    room.make(3)
    room.write(0, NOON, NOON)
    room.write(2, NOON)
    with room.reading():
        pass
    assert {room.partition(0): 2, room.partition(2): 1} == room.broker.committed(room.name)


def test_offsets_go_from_the_first_message_to_behind_the_last(room: Room) -> None:
    """In an empty partition both are 0; messages that were removed count on."""
    room.make(2)
    room.write(0, NOON, NOON, NOON, NOON)
    both = [room.partition(0), room.partition(1)]
    assert {both[0]: Range(0, 4), both[1]: Range(0, 0)} == room.broker.ranges(both, LATEST)
    room.remove(0, 3)
    assert {both[0]: Range(3, 4)} == room.broker.ranges(both[:1], Exactly(0))
    assert {} == room.broker.ranges([], LATEST)


@pytest.mark.parametrize(
    ("after", "found"), [(-1e6, 0), (0, 0), (0.001, 1), (3600, 1), (3601, 2), (7200, 2), (7200.001, None), (1e9, None)]
)
def test_a_time_finds_the_first_message_that_is_not_older(room: Room, after: float, found: int | None) -> None:
    """To the millisecond; where there is none it finds nothing, and of an empty partition neither."""
    room.make(2)
    room.write(0, NOON, NOON + HOUR, NOON + 2 * HOUR)
    both = [room.partition(0), room.partition(1)]
    expected = {both[0]: Range(0, 3, found), both[1]: Range(0, 0, None)}
    assert expected == room.broker.ranges(both, Since(NOON / 1000 + after))


def test_a_time_finds_no_message_that_was_removed(room: Room) -> None:
    """The next one that is there."""
    room.make(1)
    room.write(0, NOON, NOON, NOON + HOUR)
    room.remove(0, 2)
    assert {room.partition(): Range(2, 3, 2)} == room.broker.ranges([room.partition()], Since(NOON / 1000))


def test_the_beginning_of_time_is_no_word_of_the_protocol(room: Room) -> None:
    """Negative times mean other things to a broker; a moment is never one."""
    room.make(1)
    room.write(0, NOON, NOON)
    assert {room.partition(): Range(0, 2, 0)} == room.broker.ranges([room.partition()], Since(0.0))


def test_offsets_are_set_where_it_is_said(room: Room) -> None:
    """Others stay, and one can be set where none was."""
    room.make(3)
    room.write(0, NOON, NOON)
    room.write(1, NOON, NOON)
    with room.reading():
        pass
    assert {} == room.broker.commit(room.name, {room.partition(0): 1, room.partition(2): 0})
    expected = {room.partition(0): 1, room.partition(1): 2, room.partition(2): 0}
    assert expected == room.broker.committed(room.name)


def test_the_offsets_of_who_reads_are_not_set(room: Room) -> None:
    """Of none of its partitions."""
    room.make(2)
    room.write(0, NOON, NOON)
    with room.reading(), pytest.raises(Joined):
        room.broker.commit(room.name, {room.partition(0): 0, room.partition(1): 0})
    assert {room.partition(0): 2} == room.broker.committed(room.name)


def test_a_partition_that_is_not_there_fails_alone(room: Room) -> None:
    """The others are set."""
    room.make(1)
    room.write(0, NOON, NOON)
    with room.reading():
        pass
    failed = room.broker.commit(room.name, {room.partition(0): 0, Partition(room.topic, 7): 0})
    assert {Partition(room.topic, 7): "Broker: Unknown topic or partition"} == failed
    assert {room.partition(0): 0} == room.broker.committed(room.name)
