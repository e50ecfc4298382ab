"""What made-up data is known by, and when there is any."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.mask.refuse import refuse_unmasked
from envctl.ops.setting import Here
from envctl.ops.snapshots.recipe import made_for
from envctl.ops.snapshots.sources import MakingUp, dump, read_again, source_of
from envctl.stack import load
from envctl.workload import Schema, Workload
from tests.ops.fake import FakeEngine, here

STACK = """
[project]
name = "shop"
[services.db]
kind = "postgres"
data = "trial"
[data.trial]
from = "synthetic"
schema = "a.sql"
[data.real]
from = "dump"
path = "real.sql"
"""
Drawn = Callable[..., tuple[Here, Workload]]


@pytest.fixture
def drawn(tmp_path: Path) -> Iterator[Drawn]:
    """The database of a stack file; its schema lies beside that."""
    known = here(tmp_path, FakeEngine())
    (tmp_path / "a.sql").write_text("CREATE TABLE a (n int);\n")
    (tmp_path / "real.sql").write_text("CREATE TABLE a (n int);\n")

    def drawn(stack: str = STACK) -> tuple[Here, Workload]:
        dump._READ.clear()
        known.stack.path.write_text(stack)
        found = replace(known, written=load(known.stack.path, environ={}))
        return replace(
            found, world=replace(found.world, environ={"XDG_CACHE_HOME": str(tmp_path / "cache")})
        ), found.blueprint().workloads[0]

    yield drawn
    dump._READ.clear()


def address(place: tuple[Here, Workload]) -> str:
    """Of the snapshot that it would be."""
    there, workload = place
    return made_for(there, there.blueprint(), workload, "sha256:17").address


def test_its_address_is_all_that_shapes_it(drawn: Drawn, tmp_path: Path) -> None:
    """Schema, settings, seed and what it is to be like; the same for the same."""
    there, workload = drawn()
    assert "synthetic trial" == source_of(there, workload).words
    found = [address((there, workload))]
    assert found == [address(drawn())]
    found += [
        address(drawn(STACK.replace("[data.real]", f"{more}\n[data.real]")))
        for more in ("seed = 2", "rows = 2", 'like = "real"', "[data.trial.counts]\na = 2")
    ]
    (tmp_path / "a.sql").write_text("CREATE TABLE a (n bigint);\n")
    found.append(address(drawn()))
    liked = STACK.replace("[data.real]", 'like = "real"\n[data.real]')
    (tmp_path / "a.sql").write_text("CREATE TABLE a (n int);\n")
    (tmp_path / "real.sql").write_text("CREATE TABLE a (n int);\nINSERT INTO a VALUES (1);\n")
    found.append(address(drawn(liked)))
    assert len(found) == len(set(found))


def test_it_begins_empty_where_nothing_says_its_tables(drawn: Drawn) -> None:
    """Until somebody asks: then it is what the environment's database has, under the section's name."""
    there, workload = drawn(STACK.replace('schema = "a.sql"\n', ""))
    assert "empty postgres" == source_of(there, workload).words
    with pytest.raises(EnvctlError, match=r"trial consists: .* db does not run") as caught:
        read_again(there, there.blueprint(), ["db"])
    assert Exit.DATA_REFUSED == caught.value.code
    assert there.blueprint() == read_again(there, there.blueprint(), [])
    assert workload.database is not None
    schema = Schema(text=b"CREATE TABLE a (n int);")
    asked = replace(workload, database=replace(workload.database, data="trial", schema=schema))
    assert "synthetic trial" == source_of(there, asked).words


def test_what_is_made_of_rows_that_are_not_there_yet_begins_empty(drawn: Drawn) -> None:
    """A broker's messages come with the rows of the database."""
    events = """
[services.events]
kind = "kafka"
data = "messages"
topics = { a = 1 }
[data.messages]
from = "rows"
of = "trial"
[data.messages.messages.a]
table = "a"
value = "${n}"
"""
    there, _ = drawn(STACK.replace('schema = "a.sql"\n', "") + events)
    workload = there.blueprint().workload("events")
    assert workload is not None
    assert (None, "empty kafka") == (workload.data, source_of(there, workload).words)
    there, _ = drawn(STACK + events)
    workload = there.blueprint().workload("events")
    assert workload is not None
    assert ("messages", "rows messages") == (workload.data, source_of(there, workload).words)


def test_any_data_can_be_made_up_instead(drawn: Drawn) -> None:
    """Nothing of what the stack file says of it is read; made-up data keeps its settings but for what is asked."""
    _there, workload = drawn(STACK.replace('"trial"', '"real"'))
    assert workload.database is not None
    made = MakingUp(seed=7).of("db", workload.database)
    assert (None, "data of db", Schema()) == (made.dump, made.data, made.schema)
    _there, workload = drawn(STACK.replace("[data.real]", "seed = 2\nrows = 5\n[data.real]"))
    assert workload.database is not None
    assert workload.database == MakingUp().of("db", workload.database)
    liked = MakingUp(like="real", seed=0).of("db", workload.database).synthetic
    assert liked is not None
    assert ("real", 0) == (liked.like, liked.seed)
    assert '"rows": 5' in liked.settings
    refuse_unmasked([workload])
