"""Rows as messages."""

from __future__ import annotations

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.seeds.kafka.made import Made
from envctl.seeds.kafka.messages import Message

ALL = Made("COPY", keyed=True, timed=True, headers=("a", "b"))


def moment(milliseconds: int) -> bytes:
    """As COPY writes a bigint."""
    return milliseconds.to_bytes(8, signed=True)


def test_a_row_is_a_message() -> None:
    """A null is no header, no key, and no value: not an empty one."""
    rows = [(b"v", b"k", moment(1700), b"", None), (None, None, moment(0), None, b"x")]
    assert [
        Message(b"k", b"v", 1700, (("a", b""),)),
        Message(None, None, 0, (("b", b"x"),)),
    ] == list(ALL.messages("t", rows))
    assert [Message(None, b"v")] == list(Made("COPY", keyed=False, timed=False, headers=()).messages("t", [(b"v",)]))


@pytest.mark.parametrize(("raw", "why"), [(None, "is null"), (moment(-1), "lies before 1970")])
def test_a_message_without_a_time_is_refused(raw: bytes | None, why: str) -> None:
    """The broker would give it another, and each time a different one."""
    with pytest.raises(EnvctlError) as refused:
        list(ALL.messages("orders", [(b"v", b"k", raw, None, None)]))
    expected = f"the messages of orders cannot all be sent: the timestamp of one {why}"
    assert (Exit.DATA_REFUSED, expected) == (refused.value.code, refused.value.message)
