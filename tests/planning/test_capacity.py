"""What a plan needs of the machine: exactly what is short is said, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from envctl.blueprint import Blueprint
from envctl.errors import Exit
from envctl.machine import Machine
from envctl.plan import Plan
from envctl.planning.capacity import DISK_FLOOR, disk_needed, memory_needed, refusal, shortages
from envctl.workload import Csv, Database, Limits
from tests.planning.made_up import API, DB, EVENTS, PASSWORDS, WEB, Daemon, blueprint, running

MIB, GIB = 1 << 20, 1 << 30
DUMP = Path("/shop.dump")
PLENTY = Machine(memory=64 * GIB, memory_in_all=64 * GIB, disk=500 * GIB, root="/var/lib/docker", files=1024)


def limited(memory: int | None = GIB) -> Blueprint:
    """The shop's four services, each with this limit."""
    return blueprint(replace(w, limits=Limits(memory=memory)) for w in (DB, EVENTS, API, WEB))


def short(machine: Machine, daemon: Daemon | None = None, drawn: Blueprint | None = None) -> tuple[str, ...]:
    """What `up` of the shop would be short of."""
    there, drawn = daemon or Daemon(), drawn or limited()
    return shortages(drawn, there.plan(drawn), there.observed(), machine, {DUMP: 0})


def test_a_machine_with_plenty_is_short_of_nothing() -> None:
    """Nothing is said."""
    assert () == short(PLENTY)


@pytest.mark.parametrize(("free", "enough"), [(4 * GIB, True), (4 * GIB - 1, False), (0, False)])
def test_the_limits_must_fit_into_what_is_free(free: int, enough: bool) -> None:
    """To the byte."""
    said = short(replace(PLENTY, memory=free))
    assert enough is (said == ())
    assert enough or said[0].startswith("memory: the limits of what would be started add up to 4 GiB, and ")


def test_a_daemon_elsewhere_is_judged_by_all_its_memory() -> None:
    """What is free there cannot be told from here, and the sentence says what was compared."""
    elsewhere = Machine(memory_in_all=2 * GIB, files=1024)
    (said,) = short(elsewhere)
    assert said.endswith("and the daemon's machine has 2 GiB in all")
    assert () == short(replace(elsewhere, memory_in_all=4 * GIB))


def test_what_cannot_be_told_is_not_complained_of() -> None:
    """Unknown is not short."""
    assert () == short(Machine())


def test_everything_that_is_short_is_said_at_once() -> None:
    """Memory, disk and open files, one sentence each."""
    said = short(Machine(memory=1, memory_in_all=1, disk=1, root="/data", files=1))
    assert ["memory", "disk", "open files"] == [sentence.partition(":")[0] for sentence in said]
    assert "/data" in said[1]
    error = refusal(said)
    assert (Exit.NO_CAPACITY, said) == (error.code, error.details)
    assert "--overcommit" in error.hint


def test_what_has_nothing_to_do_needs_nothing() -> None:
    """`up` of what is up is not refused, however little is left."""
    there = running(limited())
    assert Plan().steps == there.plan().steps
    assert () == short(Machine(memory=0, disk=0, files=0), there)


def test_what_runs_already_counts_not() -> None:
    """It has its memory: only what is started now needs some."""
    there = running(limited())
    there.lose("web")
    assert GIB == memory_needed(there.drawn, there.plan(), there.observed())


def test_a_service_that_is_made_anew_needs_what_it_gets_more() -> None:
    """Its container that runs now gives back what it may use."""
    there = running(limited(GIB))
    for workload in there.drawn.workloads:
        there.change(workload.service, memory=GIB)
    raised = limited(3 * GIB)
    assert 4 * 2 * GIB == memory_needed(raised, there.plan(raised), there.observed())
    lowered = limited(GIB // 2)
    assert 0 == memory_needed(lowered, there.plan(lowered), there.observed())


def test_a_stopped_service_has_given_its_memory_back() -> None:
    """As after a reboot: all of it is needed again."""
    there = running(limited())
    for workload in there.drawn.workloads:
        there.change(workload.service, memory=GIB)
    there.stop()
    assert 4 * GIB == memory_needed(there.drawn, there.plan(), there.observed())


def test_a_service_without_a_limit_counts_nothing() -> None:
    """Nobody said what it needs."""
    drawn = limited(None)
    assert 0 == memory_needed(drawn, Daemon().plan(drawn), Daemon().observed())


@pytest.mark.parametrize(
    ("dump", "factor"),
    [("a.sql", 2), ("a.tar", 2), ("a.sql.gz", 6), ("a.sql.zst", 6), ("a.dump", 6), ("a.SQL.GZ", 6), ("folder", 6)],
)
def test_a_dump_needs_more_than_its_size(dump: str, factor: int) -> None:
    """More where it is compressed; and nothing for those that are not loaded."""
    path = Path("/data", dump)
    drawn = blueprint([replace(DB, database=Database("shop", "postgres", path, "catalogue"))])
    sizes = {path: 100 * MIB, Path("/data/other"): 900 * GIB}
    assert DISK_FLOOR + factor * 100 * MIB == disk_needed(drawn, Daemon().plan(drawn), sizes)
    there = running(drawn)
    assert DISK_FLOOR == disk_needed(drawn, there.plan(), sizes)
    reloaded = there.plan(passwords=PASSWORDS, reload=["db"])
    assert DISK_FLOOR + factor * 100 * MIB == disk_needed(drawn, reloaded, sizes)


@pytest.mark.parametrize(("name", "factor"), [("exports", 2), ("a.csv", 2), ("a.csv.gz", 6), ("a.parquet", 6)])
def test_files_with_rows_need_more_than_their_size(name: str, factor: int) -> None:
    """As a dump does; what a folder holds is taken for plain text."""
    path = Path("/data", name)
    drawn = blueprint([replace(DB, database=Database("shop", "postgres", data="catalogue", csv=Csv(path)))])
    assert DISK_FLOOR + factor * 100 * MIB == disk_needed(drawn, Daemon().plan(drawn), {path: 100 * MIB})


def test_a_disk_that_is_nearly_full_starts_nothing() -> None:
    """Also without a dump: a database that cannot write its first files is none."""
    said = short(replace(PLENTY, disk=DISK_FLOOR - 1))
    assert ["disk: about 512 MiB are needed in /var/lib/docker, and 512 MiB are free"] == list(said)


def test_many_services_need_many_files() -> None:
    """Four each beside our own."""
    assert () == short(replace(PLENTY, files=64 + 4 * 4))
    (said,) = short(replace(PLENTY, files=64 + 4 * 4 - 1))
    assert "open files: 80 are needed, and this process may have 79 (`ulimit -Hn`)" == said
