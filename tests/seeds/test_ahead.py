"""Programs that wait to be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest

from envctl.seeds.ahead import Tell, ahead
from envctl.seeds.server import ENV, PSQL, connection
from tests.seeds.postgres import USER, Postgres

Begin = Callable[[], AbstractContextManager[Tell]]
# Of the sessions that wait to be told, and the one that asks.
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"


@pytest.fixture
def database(postgres: Postgres) -> str:
    """One of its own."""
    return postgres.fresh()


@pytest.fixture
def begin(postgres: Postgres, database: str) -> Begin:
    """A psql in it."""
    argv = (*PSQL, connection(database, USER), "--tuples-only", "--no-align", "--file=-")
    return lambda: ahead(postgres, argv, ENV)


def sessions(postgres: Postgres, database: str, count: int) -> bool:
    """Whether there are so many some time."""
    return any(postgres.sql(database, SESSIONS) == [str(count)] for _ in range(200))


def test_it_is_there_before_it_is_told(postgres: Postgres, database: str, begin: Begin) -> None:
    """And does all of it then, with what it printed and how it ended."""
    with begin() as tell:
        assert sessions(postgres, database, 1)
        finished = tell([b"SELECT 'ann';\n", b"SELECT 'bob';\n"])
    assert (0, b"ann\nbob\n", b"") == (finished.status, finished.stdout, finished.stderr)


def test_what_it_gives_up_at_is_said(begin: Begin) -> None:
    """By its status and its errors."""
    with begin() as tell:
        finished = tell([b"SELECT 1 / 0;\n"])
    assert 3 == finished.status
    assert b"division by zero" in finished.stderr


def test_what_reading_the_text_raises_is_raised(postgres: Postgres, database: str, begin: Begin) -> None:
    """And what had been said by then is not taken for all."""

    def text() -> Iterator[bytes]:
        yield b"BEGIN;\nCREATE TABLE half (id int);\n"
        raise LookupError("the rest")

    with pytest.raises(LookupError, match="the rest"), begin() as tell:
        tell(text())
    assert [""] == postgres.sql(database, "SELECT to_regclass('half')")


def test_one_that_is_never_told_does_nothing_and_ends(postgres: Postgres, database: str, begin: Begin) -> None:
    """Also where something else has failed."""
    with pytest.raises(LookupError), begin():
        raise LookupError
    with begin():
        pass
    assert sessions(postgres, database, 0)
