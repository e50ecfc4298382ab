"""A restore that is killed, at any moment, and run again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from envctl.seeds.dumps.check import check
from envctl.seeds.dumps.restore import restore
from envctl.workload import Database
from envctl.world.shell import Finished
from tests.seeds.postgres import USER, Postgres

pytestmark = pytest.mark.docker

ROWS = "".join(f"{number}\trow {number}\n" for number in range(20_000))
CONTENT = f"CREATE TABLE new (id int, text text);\nCOPY new FROM stdin;\n{ROWS}\\.\n"
RUNS = 4  # programs that a restore runs in the container: ask, begin, load, swap and sweep


@dataclass
class Mortal:
    """A client that is gone after some runs, and stays gone."""

    postgres: Postgres
    runs: int

    def run(
        self, argv: tuple[str, ...], *, stdin: Iterable[bytes] | None = None, env: Mapping[str, str] | None = None
    ) -> Finished:
        """Run, or die."""
        self.runs -= 1
        if self.runs < 0:
            raise KeyboardInterrupt
        return self.postgres.run(argv, stdin=stdin, env=env)


@pytest.fixture
def dump(tmp_path: Path) -> Path:
    """A dump that takes a moment."""
    path = tmp_path / "a.sql"
    path.write_text(CONTENT)
    return path


@pytest.fixture
def database(postgres: Postgres) -> Iterator[Database]:
    """A database that holds something already."""
    name = postgres.fresh()
    postgres.sql(name, "CREATE TABLE old (id int)")
    yield Database(name, USER)
    for left in postgres.databases():
        if left.startswith(name):
            postgres.sql("postgres", f"DROP DATABASE {left} WITH (FORCE)")


def tables(postgres: Postgres, database: Database) -> list[str]:
    """What the database holds."""
    return postgres.sql(database.name, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")


def again(postgres: Postgres, database: Database, dump: Path) -> None:
    """Restore once more, and see that all is well."""
    filled = restore(postgres, check(dump), database)
    assert (["new"], ["20000"]) == (tables(postgres, database), postgres.sql(database.name, "SELECT count(*) FROM new"))
    assert filled == postgres.filled_from(database.name)
    assert {database.name} == {name for name in postgres.databases() if name.startswith(database.name)}


@pytest.mark.parametrize("runs", range(RUNS))
def test_killed_between_two_steps(postgres: Postgres, database: Database, dump: Path, runs: int) -> None:
    """Whichever step is the last, the old data or the new is there, and the next run finishes."""
    with pytest.raises(KeyboardInterrupt):
        restore(Mortal(postgres, runs), check(dump), database)
    assert ["old"] == tables(postgres, database)
    assert postgres.filled_from(database.name) is None
    again(postgres, database, dump)


@dataclass
class Stubborn:
    """A client for whom nothing is dropped once the new data is in its place."""

    postgres: Postgres

    def run(
        self, argv: tuple[str, ...], *, stdin: Iterable[bytes] | None = None, env: Mapping[str, str] | None = None
    ) -> Finished:
        """As ever, but for that."""
        swaps = any("RENAME TO" in word for word in argv)
        kept = tuple(word.replace("DROP DATABASE", "DROP NOTHING") if swaps else word for word in argv)
        return self.postgres.run(kept, stdin=stdin, env=env)


def test_what_cannot_be_swept_is_left_to_the_next(postgres: Postgres, database: Database, dump: Path) -> None:
    """As where it is killed right behind the swap: the new data is there all the same."""
    filled = restore(Stubborn(postgres), check(dump), database)
    assert filled == postgres.filled_from(database.name)
    assert ["new"] == tables(postgres, database)
    assert 2 == len([name for name in postgres.databases() if name.startswith(database.name)])
    again(postgres, database, dump)


def test_it_takes_that_many_steps(postgres: Postgres, database: Database, dump: Path) -> None:
    """So that the test above leaves out no moment."""
    client = Mortal(postgres, RUNS)
    restore(client, check(dump), database)
    assert 0 == client.runs


def test_killed_in_the_middle_of_the_data(postgres: Postgres, database: Database, dump: Path) -> None:
    """Half a table is nothing, though psql takes the end of its input for the end of the dump."""
    argv = [sys.executable, "-m", "tests.seeds.dying", postgres.container, database.name, str(dump)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as restoring:
        assert restoring.stdin and restoring.stdout
        assert b"half of it is there\n" == restoring.stdout.readline()
        restoring.kill()
    assert ["old"] == tables(postgres, database)
    again(postgres, database, dump)


def test_interrupted_in_the_middle_of_the_data(postgres: Postgres, database: Database, dump: Path) -> None:
    """After Ctrl-C nothing is left behind at all."""

    def interrupt(what: str, _read: int, _total: int) -> None:
        if what == "restoring":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(postgres, check(dump), database, progress=interrupt)
    assert ["old"] == tables(postgres, database)
    assert {database.name} == {name for name in postgres.databases() if name.startswith(database.name)}
    again(postgres, database, dump)


def test_a_dump_that_changes_meanwhile_is_refused(postgres: Postgres, database: Database, dump: Path) -> None:
    """What was checked and what was restored must be the same."""

    def change(what: str, _read: int, _total: int) -> None:
        if what == "restoring":
            dump.write_text(CONTENT.replace("row 1", "row 2"))

    with pytest.raises(Exception, match="changed while it was restored"):
        restore(postgres, check(dump), database, progress=change)
    assert ["old"] == tables(postgres, database)
