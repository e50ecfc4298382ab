"""A lock's file says who holds it, and whatever it says is safe to print."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl.holder import Holder, read_holder

NOON = datetime(2026, 1, 2, 12, 0, 30, tzinfo=UTC)
HOLDER = Holder(4711, "up", "alice", "ci-7", NOON)
WRITTEN = {"pid": 4711, "command": "up", "user": "alice", "host": "ci-7", "since": "2026-01-02T12:00:30+00:00"}


def test_a_holder_is_read_as_it_was_written() -> None:
    """As JSON, with the time as RFC 3339 has it."""
    assert WRITTEN == HOLDER.data()
    assert HOLDER == read_holder(json.dumps(HOLDER.data()).encode())


def test_a_holder_is_said_in_words() -> None:
    """Which command, whose, which process."""
    assert '"envctl up" of alice (process 4711)' == str(HOLDER)


@pytest.mark.parametrize(
    ("now", "since"),
    [
        (NOON + timedelta(hours=1), "12:00:30"),
        (NOON + timedelta(days=1), "2026-01-02 12:00:30"),
        ((NOON + timedelta(hours=1)).astimezone(timezone(timedelta(hours=2))), "14:00:30"),
    ],
)
def test_since_when_is_the_time_of_day_here(now: datetime, since: str) -> None:
    """In the reader's zone; with the date if it was not today."""
    assert since == HOLDER.since_when(now)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"process 12",
        b"null",
        b"[" * 4096,
        b"\xff\xfe",
        *(
            json.dumps({**WRITTEN, **wrong}).encode()
            for wrong in (
                {"pid": 0},
                {"pid": -1},
                {"pid": True},
                {"pid": "12"},
                {"pid": 2**31},
                {"pid": 10**400},
                {"user": ""},
                {"user": None},
                {"command": ["up"]},
                {"since": "yesterday"},
                {"since": 12},
                {"since": "2026-01-02T12:00:30"},
                {"since": "0001-01-01T00:00:00+14:00"},
            )
        ),
        json.dumps({key: value for key, value in WRITTEN.items() if key != "host"}).encode(),
    ],
)
def test_a_file_that_names_nobody_is_no_error(raw: bytes) -> None:
    """Whoever wrote it: nothing is raised, and no wrong name is said."""
    assert read_holder(raw) is None


@given(st.text(min_size=1))
def test_a_name_cannot_play_tricks_on_the_terminal(name: str) -> None:
    """No control characters, no changes of direction, no end of a line, not longer than 40."""
    holder = read_holder(json.dumps({**WRITTEN, "user": name, "command": name, "host": name}).encode())
    assert holder is not None
    for text in (holder.user, holder.command, holder.host):
        assert text.isprintable()
        assert len(text) <= 40
