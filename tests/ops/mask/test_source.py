"""The place of a throwaway server: what a run that was killed leaves goes, and what others are at stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from envctl import labels
from envctl.decision import Rules
from envctl.errors import EnvctlError, Exit
from envctl.job import Job, Output
from envctl.observed import COMPOSE_IMAGE
from envctl.ops.gc.reclaim import gc
from envctl.ops.mask.source import chosen, only, opened, workshop
from envctl.ops.setting import Here
from envctl.ops.snapshots.sources.base import Site
from envctl.ops.snapshots.throwaway import serving
from envctl.snapshot import DATA, data_volume, is_data, marker
from envctl.stack import load
from envctl.workload import Workload
from envctl.world import begun
from envctl.world.alive import myself
from envctl.world.shell import Finished, Shell
from tests.fakes.engine import FakeEngine, Killed, silent
from tests.ops.fake import DEAD, here

IMAGE = "postgres:17"
STACK = """
[project]
name = "shop"
[services.db]
kind = "postgres"
data = "catalogue"
[services.stock]
kind = "postgres"
data = "files"
[services.cache]
kind = "redis"
[data.catalogue]
from = "dump"
path = "shop.sql"
[data.files]
from = "backup"
path = "base"
"""
ELSEWHERE = "another-machine - 1 1"


class Programs:
    """All programs that are run succeed, and print nothing."""

    def run(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None, **more: Any) -> Finished:
        """Run one."""
        return Finished(0)

    @contextmanager
    def handing_down(self, descriptor: int) -> Iterator[None]:
        """Nothing lives on."""
        yield


@pytest.fixture
def engine() -> FakeEngine:
    """A daemon that has the image."""
    return FakeEngine(images={IMAGE: "sha256:pg"})


@pytest.fixture
def there(tmp_path: Path, engine: FakeEngine) -> Here:
    """A project with two databases."""
    known = here(tmp_path, engine)
    (tmp_path / "envctl.toml").write_text(STACK)
    (tmp_path / "shop.sql").write_text("")
    (tmp_path / "base").mkdir()
    stack = load(tmp_path / "envctl.toml", environ={"XDG_CONFIG_HOME": str(tmp_path)})
    locks = replace(known.world.locks, folder=tmp_path / "locks")
    world = replace(known.world, shell=cast(Shell, Programs()), locks=locks, clock=lambda: engine.time)
    return Here(world, stack, known.identity)


def db(there: Here) -> Workload:
    """The first of them."""
    (found,) = chosen(there, ("db",))
    return found


def left(engine: FakeEngine) -> set[str]:
    """The names of all that the daemon holds."""
    return {volume.name for volume in engine.vols} | {container.name for container in engine.held}


def work(there: Here) -> Site:
    """A server in such a place; where it was."""
    with workshop(there, db(there), IMAGE) as site, serving(site):
        return site


def planted(engine: FakeEngine, address: str, token: str, mark: str) -> set[str]:
    """What a builder has who is at it or was; the names."""
    own = {labels.SNAPSHOT: address, labels.SNAPSHOT_BUILDER: mark, COMPOSE_IMAGE: "sha256:pg"}
    engine.add_volume(data_volume(address, token, 0), {**own, labels.ROLE: DATA})
    engine.run(f"{marker(address)}-{token}-builder", {**own, labels.ROLE: "builder"}, image="sha256:pg")
    return {data_volume(address, token, 0), f"{marker(address)}-{token}-builder"}


def test_nothing_is_left_of_it(there: Here, engine: FakeEngine) -> None:
    """While it is there a volume and a server are, which say that somebody builds with them."""
    with workshop(there, db(there), IMAGE) as site:
        with serving(site):
            assert {site.data.volume, site.server} == left(engine)
            assert all(is_data(volume) for volume in engine.vols)
            carried = [*(volume.labels for volume in engine.vols), *(container.labels for container in engine.held)]
            assert {myself()} == {own[labels.SNAPSHOT_BUILDER] for own in carried}
        assert {site.data.volume} == left(engine)
    assert set() == left(engine)


def test_each_service_has_its_own(there: Here) -> None:
    """The same each time: so what is left of one run is found by the next; and another project's is another."""
    other = replace(there, identity=replace(there.identity, project="blog"))
    (stock,) = chosen(there, ("stock",))
    addresses = [work(there).address, work(there).address, work(other).address]
    with workshop(there, stock, IMAGE) as site:
        addresses.append(site.address)
    assert [addresses[0], addresses[0]] == addresses[:2]
    assert 3 == len(set(addresses))


@pytest.mark.parametrize("after", [False, True])
def test_who_is_killed_anywhere_leaves_nothing_for_long(there: Here, engine: FakeEngine, after: bool) -> None:
    """At any change: the next run clears it away, also what the daemon made and never told of."""
    at, done = 0, False
    while not done:
        at += 1
        engine.break_off(at, Killed, after=after)
        with suppress(Killed):
            work(there)
        done = not engine.mend()
        work(there)
        assert set() == left(engine), at
    assert 5 < at


def test_who_loses_the_daemon_says_so(there: Here, engine: FakeEngine) -> None:
    """It is no fault of the data, and the next run clears away what is left."""
    engine.break_off(2, silent)
    with pytest.raises(EnvctlError) as caught:
        work(there)
    assert Exit.DOCKER == caught.value.code
    engine.mend()
    work(there)
    assert set() == left(engine)


def test_what_others_are_at_stays(there: Here, engine: FakeEngine) -> None:
    """Only what is of a process that has surely ended goes: one elsewhere shares no lock with us."""
    address = work(there).address
    dead = planted(engine, address, "dead", DEAD)
    alive = planted(engine, address, "alive", ELSEWHERE)
    work(there)
    assert alive == left(engine)
    assert set() == dead & left(engine)


def test_a_volume_without_labels_that_we_asked_for_goes(there: Here, engine: FakeEngine) -> None:
    """The daemon may die while it makes one."""
    address = work(there).address
    noted, strange = data_volume(address, "noted", 0), data_volume(address, "strange", 0)
    engine.add_volume(noted, {})
    engine.add_volume(strange, {})
    begun.note(there.world.runtime, marker(address), noted)
    work(there)
    assert {strange} == left(engine)


def test_gc_takes_what_nobody_comes_back_for(there: Here, engine: FakeEngine) -> None:
    """After the time that a builder elsewhere may need."""
    address = work(there).address
    planted(engine, address, "dead", DEAD)
    (first,) = gc(there.world, None, Rules()).snapshots
    assert ("keep", "young") == (first.verdict, first.reason)
    engine.move(hours=2)
    (second,) = gc(there.world, None, Rules()).snapshots
    assert ("removed", "abandoned") == (second.verdict, second.reason)
    assert set() == left(engine)


def test_a_job_that_fails_leaves_nothing(there: Here, engine: FakeEngine) -> None:
    """And is told in words of a check: nothing was moved, and no environment was touched."""

    def fails(_: Job) -> Output:
        return Output(1, ("no space left on device",))

    engine.does = fails
    with pytest.raises(EnvctlError) as caught, opened(there, db(there)):
        pass
    assert (Exit.NO_CAPACITY, "No data was moved, and nothing was changed.") == (
        caught.value.code,
        caught.value.unchanged,
    )
    assert set() == left(engine)


def test_files_of_a_server_have_no_schema_to_mask(there: Here) -> None:
    """They are copied as they are; what to do instead is said, before anything is made."""
    (stock,) = chosen(there, ("stock",))
    with pytest.raises(EnvctlError, match="cannot be masked") as caught, opened(there, stock):
        pass
    assert Exit.DATA_REFUSED == caught.value.code
    assert "Take a dump" in caught.value.hint


def test_a_dump_that_is_missing_is_named(there: Here, tmp_path: Path, engine: FakeEngine) -> None:
    """A path that leads nowhere is a problem of the stack file."""
    (tmp_path / "shop.sql").unlink()
    with pytest.raises(EnvctlError) as caught, opened(there, db(there)):
        pass
    assert Exit.STACK_FILE == caught.value.code
    assert set() == left(engine)


def test_services_are_chosen_by_name_or_all(there: Here) -> None:
    """Each once; one without data is refused with those that have some."""
    assert ["db", "stock"] == [one.service for one in chosen(there, ())]
    assert ["stock", "db"] == [one.service for one in chosen(there, ("stock", "db", "stock"))]
    with pytest.raises(EnvctlError) as caught:
        chosen(there, ("db", "cache"))
    assert (Exit.USAGE, "cache has no data to be masked") == (caught.value.code, caught.value.message)
    assert "db, stock" in caught.value.hint


def test_one_of_several_has_to_be_named(there: Here) -> None:
    """Whichever is meant."""
    assert "db" == only(chosen(there, ("db",))).service
    with pytest.raises(EnvctlError, match="several services") as caught:
        only(chosen(there, ()))
    assert "db, stock" in caught.value.hint
