"""Places to begin to read, as people write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from envctl.offsets import LARGEST, Ago, End, Exactly, Goal, Since, parse_goal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        ("earliest", End("earliest")),
        ("latest", End("latest")),
        ("0", Exactly(0)),
        ("42", Exactly(42)),
        ("20260131", Exactly(20260131)),
        (str(LARGEST), Exactly(LARGEST)),
        ("00000000000000000000000042", Exactly(42)),
        ("2h", Ago(7200)),
        ("1d12h", Ago(129600)),
        ("90s", Ago(90)),
        ("1.5h", Ago(5400)),
        ("2026-03-01T12:00:00Z", Since(NOON.timestamp())),
        ("2026-03-01T13:00:00+01:00", Since(NOON.timestamp())),
        ("2026-03-01 12:00:00.250Z", Since(NOON.timestamp() + 0.25)),
        ("1969-12-31T00:00:00Z", Since(0.0)),
        ("9999-12-31T23:59:59Z", Since(253402300799.0)),
    ],
)
def test_a_place_is_read(text: str, goal: Goal | Ago) -> None:
    """An end, a number, a time, or how long ago; none is before the epoch, which Kafka would take for a word."""
    assert goal == parse_goal(text)


def test_a_time_without_a_zone_is_of_this_machine() -> None:
    """As `--since` of `logs` takes it."""
    here = datetime(2026, 3, 1, 12).astimezone()
    assert Since(here.timestamp()) == parse_goal("2026-03-01T12:00:00")
    assert Since(here.replace(hour=0).timestamp()) == parse_goal("2026-03-01")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "Earliest", "beginning", "-1", "+1", "1.5", "1e3", "٤٢", "²", "1h30", "0x10", "2026-13-01",
        "2026-02-30", "2026-03-01T25:00:00Z", "2026-03-01Tnoon", "2026-W09", str(LARGEST + 1), "9" * 5000,
        "2 fortnights", "2h\n",
    ],
)  # fmt: skip
def test_anything_else_is_none(text: str) -> None:
    """What could be meant in two ways is taken in neither."""
    assert parse_goal(text) is None


def test_long_ago_is_the_beginning_of_time() -> None:
    """So many hours back that no clock ever showed it."""
    assert Since(0.0) == Ago(1e15).before(NOON)
    assert Since(NOON.timestamp() - 60) == Ago(60).before(NOON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T12:00:00.001Z", 1772366400001),
        ("2026-03-01T12:00:00.999Z", 1772366400999),
        ("2026-03-01T12:00:00.0011Z", 1772366400002),
        ("1970-01-01T00:00:00Z", 0),
    ],
)
def test_a_moment_is_the_next_whole_millisecond(text: str, expected: int) -> None:
    """A message of the millisecond before is older; a binary fraction moves nothing."""
    goal = parse_goal(text)
    assert isinstance(goal, Since)
    assert expected == goal.milliseconds


@pytest.mark.parametrize(
    ("goal", "text"),
    [
        (End("latest"), "latest"),
        (Exactly(7), "7"),
        (Since(NOON.timestamp() + 0.5), "2026-03-01T12:00:00.500+00:00"),
    ],
)
def test_a_place_is_told_as_it_could_be_written(goal: Goal, text: str) -> None:
    """What a report says can be asked for again."""
    assert text == str(goal)
    assert goal == parse_goal(text)
