"""Snapshots are built on the real daemon, found again, and leave nothing when they cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from secrets import token_hex
from signal import SIGINT, SIGTERM, Signals

import pytest

from envctl import labels, pool
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.job import Mounted
from envctl.observed import Volume
from envctl.ops.setting import Here
from envctl.ops.snapshots.build import find_or_build
from envctl.ops.snapshots.recipe import made_for
from envctl.ops.snapshots.sources import Site
from envctl.ops.snapshots.throwaway import serving
from envctl.snapshot import Snapshot
from envctl.snapshots import SCRIPT
from envctl.workload import Workload
from envctl.world.engine import Engine
from tests.scenarios.pools import pooled
from tests.scenarios.sites import site, sql
from tests.scenarios.stage import Stage
from tests.scenarios.test_interrupts import INTERRUPTED, interrupt

pytestmark = pytest.mark.docker

STACK = """
[services.db]
kind = "postgres"
data = "catalogue"
[data.catalogue]
from = "dump"
path = "catalogue.sql"
"""
EMPTY = """
[services.db]
kind = "postgres"
settings = { "test.number" = "NUMBER" }
[services.events]
kind = "kafka"
config = { "log.segment.bytes" = NUMBER }
[services.cache]
kind = "redis"
config = { "maxmemory" = NUMBER }
"""
HEAD, FOOT = "--\n-- PostgreSQL database dump\n--\n", "--\n-- PostgreSQL database dump complete\n--\n"
TABLE = "CREATE TABLE public.items (name text PRIMARY KEY);\nCOPY public.items (name) FROM stdin;\n"
ROOM = 150 << 20  # bytes: enough for an empty server, and not for the dump that is too large for it


def dump(*rows: str, then: str = "") -> str:
    """A plain dump with these rows."""
    return f"{HEAD}{TABLE}{''.join(f'{row}{chr(10)}' for row in rows)}\\.\n{then}{FOOT}"


def build(here: Here, service: str = "db") -> Snapshot:
    """Find or build what the service's data starts from."""
    workload, image = start_of(here, service)
    return find_or_build(here, here.blueprint(), workload, image)


def address(here: Here, service: str = "db") -> str:
    """The address of that."""
    workload, image = start_of(here, service)
    return made_for(here, here.blueprint(), workload, here.world.engine.image(image) or "").address


def start_of(here: Here, service: str) -> tuple[Workload, str]:
    """A service, and the reference that the daemon has its image under."""
    blueprint = here.blueprint()
    workload = blueprint.workload(service)
    assert workload is not None
    return workload, next(one for one in blueprint.images[service].candidates if here.world.engine.image(one))


def traces(stage: Stage) -> set[str]:
    """What the daemon holds of the project's snapshots and their builders."""
    filters: dict[str, str | list[str] | bool] = {"label": f"{labels.SNAPSHOT_PROJECT}={stage.project}"}
    volumes = stage.docker.volumes.list(filters=filters)
    containers = stage.docker.containers.list(all=True, filters=filters)
    return {*(str(c.name) for c in containers), *(str(v.name) for v in volumes)}


@contextmanager
def copied(stage: Stage, snapshot: Snapshot, service: str) -> Iterator[Site]:
    """A copy of its bytes, as an environment would have one."""
    with site(stage, service) as made:
        held = snapshot.parts[0].held
        volumes = {"/from": Mounted(held.volume, held.subpath, read_only=True), "/to": made.data}
        _copy(made, volumes)
        yield made


def _copy(made: Site, volumes: Mapping[str, Mounted]) -> None:
    from envctl.job import script
    from envctl.world import helper

    job = script(made.image, SCRIPT, "copy", "/from", "/to", mounts=volumes)
    helper.must(helper.run(made.here.world.engine, job, made.name("helper"), made.labels("helper")), "copy")


def test_a_snapshot_of_a_dump_must_hold_its_rows(stage: Stage) -> None:
    """The server of a copy has them; its own bytes stay as they are; it says what was done to it."""
    stage.write(STACK, **{"catalogue.sql": dump("one", "two")})
    made = build(stage.here())
    (part,) = made.parts
    assert {"database": stage.project, "version": "17", "data": made.digest} == dict(part.facts)
    assert {made.marker, part.held.volume} == traces(stage)
    with copied(stage, made, "db") as copy, serving(copy):
        assert ["one", "two"] == sql(copy, "SELECT name FROM items ORDER BY 1")
        assert ["2"] == sql(copy, "SELECT reltuples FROM pg_class WHERE relname = 'items'"), "the planner knows it"
    assert made == build(stage.here())


def test_another_dump_must_make_another_snapshot(stage: Stage) -> None:
    """The older one stays for who still stands on it."""
    stage.write(STACK, **{"catalogue.sql": dump("one")})
    first = build(stage.here())
    stage.write(STACK, **{"catalogue.sql": dump("two")})
    second = build(stage.here())
    assert first.address != second.address
    assert {first.marker, second.marker} <= traces(stage)


def test_empty_servers_must_be_kept_ready(stage: Stage) -> None:
    """A copy of each starts, with nothing in it and no password that anybody knows."""
    number = str(2_000_000 + int(token_hex(2), 16))  # nobody else builds the same meanwhile
    stage.write(EMPTY.replace("NUMBER", number))
    for service in ("db", "events", "cache"):
        made = build(stage.here(), service)
        assert f"empty {made.parts[0].kind}" == made.source
        with copied(stage, made, service) as copy, serving(copy):
            pass  # it became ready
        with stage_lock(stage, made):
            remove(stage, made)


@contextmanager
def stage_lock(stage: Stage, snapshot: Snapshot) -> Iterator[None]:
    """Hold a snapshot's lock."""
    with stage.here().world.locks.hold(snapshot.marker, "test"):
        yield


def remove(stage: Stage, snapshot: Snapshot) -> None:
    """Remove a snapshot."""
    from envctl.ops.snapshots.remove import remove

    assert () == remove(stage.here().world, snapshot)


def test_who_builds_the_same_must_wait(stage: Stage) -> None:
    """Two at once: one builds, the other waits and gets the same."""
    stage.write(STACK, **{"catalogue.sql": dump("one")})
    told: list[list[Event]] = [[], []]

    def one(number: int) -> Snapshot:
        here = stage.here()
        locks = replace(here.world.locks, tell=told[number].append)
        return build(replace(here, world=replace(here.world, tell=told[number].append, locks=locks)))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(one, (0, 1))
    assert first == second
    assert {first.marker, first.parts[0].held.volume} == traces(stage)
    built = [event for events in told for event in events if event.what.startswith("building the snapshot")]
    assert 1 == len(built)
    assert any(event.subject == "lock" for events in told for event in events)


def test_a_dump_that_cannot_be_restored_must_leave_nothing(stage: Stage) -> None:
    """Its rows break its own key: said without a value, and nothing that was begun stays."""
    stage.write(STACK, **{"catalogue.sql": dump("secret-one", "secret-one")})
    with pytest.raises(EnvctlError) as caught:
        build(stage.here())
    error = caught.value
    assert Exit.DATA_REFUSED == error.code
    assert "could not be restored" in error.message
    assert "secret-one" not in f"{error.message} {error.hint} {error.details}"
    assert "The environment is as it was, and nothing of the snapshot was kept." == error.unchanged
    assert "envctl logs" not in error.hint
    assert set() == traces(stage)


def test_a_server_that_does_not_start_must_leave_nothing(stage: Stage) -> None:
    """It is told what the server said of it."""
    broken = STACK.replace('data = "catalogue"', 'data = "catalogue"\nsettings = { shared_buffers = "1 parsec" }')
    stage.write(broken, **{"catalogue.sql": dump("one")})
    with pytest.raises(EnvctlError) as caught:
        build(stage.here())
    assert Exit.UNHEALTHY == caught.value.code
    assert any("parsec" in line for line in caught.value.details)
    assert set() == traces(stage)


class Cramped(Engine):
    """The daemon without a pool, whose disk for snapshots is a small one in memory."""

    def volumes(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Volume, ...]:
        """Some volumes."""
        found = super().volumes(*any_of, prefix=prefix)
        return tuple(volume for volume in found if volume.labels.get(labels.ROLE) != pool.ROLE)

    def create_volume(
        self, name: str, own: Mapping[str, str], *, driver: str | None = None, options: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        """Make a volume."""
        small = {"type": "tmpfs", "device": "tmpfs", "o": f"size={ROOM}"}
        holds_bytes = own.get(labels.ROLE) == "snapshot-data"
        return super().create_volume(name, own, driver=driver, options=small if holds_bytes else options)


@pytest.mark.parametrize("mask", ["", '[data.catalogue.mask]\nunlisted = "keep"\n'], ids=["as it is", "masked"])
def test_a_disk_that_fills_up_must_be_said(stage: Stage, mask: str) -> None:
    """Not the data is at fault; and nothing of it stays."""
    rows = (f"{number:0>2000}" for number in range(60_000))
    stage.environ["ENVCTL_MASK_KEY"] = "a key of the tests, long enough"
    stage.write(STACK + mask, **{"catalogue.sql": dump(*rows)})
    here = stage.here()
    with pytest.raises(EnvctlError) as caught:
        build(replace(here, world=replace(here.world, engine=Cramped(stage.environ))))
    assert Exit.NO_CAPACITY == caught.value.code, caught.value.message
    assert set() == traces(stage)


def test_a_snapshot_must_lie_in_the_pool(stage: Stage) -> None:
    """Only there its copies share their bytes with it; its folder goes with it."""
    stage.write(STACK, **{"catalogue.sql": dump("one")})
    with pooled() as there:
        made = build(stage.here())
        held = made.parts[0].held
        assert (there.id, f"snapshots/{held.volume}") == (held.pool, held.subpath)
        with stage_lock(stage, made):
            remove(stage, made)
        assert set() == traces(stage)


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
def test_an_up_that_is_interrupted_while_it_builds_must_leave_nothing(stage: Stage, number: Signals) -> None:
    """Neither the server that was filled, nor the bytes."""
    stage.write(STACK, **{"catalogue.sql": dump("one", then="SELECT pg_catalog.pg_sleep(60);\n")})
    ran = interrupt(stage, "restoring", "up", number=number)
    assert INTERRUPTED == ran.status, ran.stderr
    assert set() == traces(stage)
    assert [] == stage.docker.containers.list(all=True, filters={"label": f"{labels.SNAPSHOT}={address(stage.here())}"})
