"""A session that is asked one thing after the other, and answers ahead of whoever takes the answers."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.seeds.servers.parts import Large, Listing
from envctl.seeds.servers.shared import Elsewhere, Shared
from envctl.seeds.servers.talks import Ended, Talk
from envctl.seeds.servers.url import Url
from envctl.world.pipes import Reading, Words
from envctl.world.shell import Finished, Shell

# Speaks as psql does: prints what it is told to echo, as many rows as it is asked for, or ends.
PROGRAM = r"""
import os, sys
out = sys.stdout.buffer
for line in sys.stdin:
    word, _, rest = line.strip().partition(" ")
    if word == "\\echo":
        out.write(rest.encode() + b"\n")
    elif word == "rows":
        how, size = rest.rstrip(";").split()
        for number in range(int(how)):
            out.write(b"%d %s\n" % (number, b"x" * int(size)))
    elif word == "slowly":
        for byte in b"row\n":
            os.write(1, bytes([byte]))
    elif word == "die;":
        out.write(b"half a ro")
        out.flush()
        print("ERROR:  57P01: gone", file=sys.stderr)
        sys.exit(3)
    out.flush()
"""
PATIENCE = 60  # seconds: longer than any test may take


@contextmanager
def talking(program: str = PROGRAM) -> Iterator[Talk]:
    """Such a session."""
    said = Words()
    with Shell(os.environ).reading((sys.executable, "-c", program), stdin=said) as reading:
        talk = Talk(reading, said)
        try:
            yield talk
        finally:
            talk.end()


def rows(how: int, size: int) -> bytes:
    """What it answers."""
    return b"".join(b"%d %s\n" % (number, b"x" * size) for number in range(how))


def test_an_answer_ends_where_the_session_says_so() -> None:
    """Whatever the size, in pieces of any length, with nothing of what tells its end."""
    with talking() as talk:
        assert b"" == talk.ask("nothing")
        assert rows(3, 4) == talk.ask("rows 3 4")
        assert rows(9, 1_000_000) == talk.ask("rows 9 1000000")
        assert b"row\n" == talk.ask("slowly")
        assert rows(200_000, 1) == talk.ask("rows 200000 1")


def test_answers_come_as_they_are_printed() -> None:
    """No more of one is held than a few blocks."""
    with talking() as talk:
        blocks = [len(block) for block in talk.answer(talk.say("rows 50 1000000"))]
    assert len(rows(50, 1_000_000)) == sum(blocks)
    assert 3_000_000 > max(blocks)


def test_answers_are_read_ahead_in_order() -> None:
    """Each statement has its own."""
    with talking() as talk:
        ahead = talk.read_ahead((f"rows {number} 5" for number in range(20)), 1 << 20)
        assert [rows(number, 5) for number in range(20)] == [b"".join(ahead.answer()) for _ in range(20)]


def test_who_reads_ahead_waits() -> None:
    """Of what nobody takes no more is held than was allowed, but for a block."""
    asked: list[int] = []

    def statements() -> Iterator[str]:
        for number in range(100):
            asked.append(number)
            yield "rows 1 500000"

    with talking() as talk:
        ahead = talk.read_ahead(statements(), 1 << 20)
        assert rows(1, 500_000) == b"".join(ahead.answer())
        until(lambda: len(asked) >= 4)
        assert 6 > len(asked)
        for _ in range(99):
            assert rows(1, 500_000) == b"".join(ahead.answer())
        assert 100 == len(asked)


def test_a_session_that_ends_early_is_told_in_its_turn() -> None:
    """With its status and its own words, after the answers before; and no half of an answer counts."""
    with talking() as talk:
        ahead = talk.read_ahead(["rows 2 2", "die", "rows 2 2"], 1 << 20)
        assert rows(2, 2) == b"".join(ahead.answer())
        with pytest.raises(Ended) as raised:
            list(ahead.answer())
        assert (3, b"ERROR:  57P01: gone\n") == (raised.value.finished.status, raised.value.finished.stderr)


def test_who_gives_up_is_not_held_up() -> None:
    """By a session in the middle of an answer, or one whose answers nobody takes; no thread is left."""
    before = time.monotonic()
    for statement in ("rows 100000000 1000", "rows 1 3000000"):
        with talking() as talk:
            ahead = talk.read_ahead([statement] * 9, 1 << 20)
            assert next(ahead.answer())
        assert not ahead.is_alive()
    assert PATIENCE > time.monotonic() - before


def test_a_server_without_room_for_a_session_is_told() -> None:
    """Where none of them sees the snapshot; rows that pg_dump has printed until then count for nothing."""
    shell, said = Shell(os.environ), "psql: error: FATAL:  too many connections"

    def programs(script: str, *words: str, stdin: Iterable[bytes]) -> AbstractContextManager[Reading]:
        does = "echo SELECT" if words[0] == "pg_dump" else f"echo '{said}' >&2; exit 2"
        return shell.reading(("sh", "-c", does), stdin=stdin)

    def failed(finished: Finished) -> EnvctlError:
        return EnvctlError(Exit.DATA_REFUSED, finished.stderr.decode())

    large = Large("public", "orders", ("id",), 9, 90_000)
    url = Url((("dbname", "shop"),))
    text = Shared(
        Elsewhere(programs, url, 17, failed), b"CREATE;\n", b"ALTER;\n", "0-1", Listing(90_000, True, (large,))
    )
    with text.text() as blocks:
        assert b"CREATE;\nSELECT\n" == next(blocks) + next(blocks)
        with pytest.raises(EnvctlError, match="too many connections"):
            next(blocks)


def until(asked: object) -> None:
    """Once it is so."""
    assert callable(asked)
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    while not asked():
        assert time.monotonic() < end
        pause.wait(0.01)
