"""What the doctor says of how data is copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Job, Output
from envctl.measure import Cost, Measured
from envctl.ops.checks import data as check
from envctl.ops.checks.data import data, judge
from envctl.snapshot import DATA, Held, Part, Snapshot, data_volume
from tests.fakes.engine import NOON, FakeEngine
from tests.ops.test_doctor import patient, stack
from tests.ops.test_measure import does

MIB, GIB = 1 << 20, 1 << 30
NO = "files cannot share what they hold (Operation not supported)"
REFLINK, OVERLAY, COPY = Cost("reflink", clone=0.03), Cost("overlay", clone=0.01, touch=4.0), Cost("copy", clone=0.5)
UNABLE = replace(REFLINK, why=NO)
QUICK = "a clone takes 0.4 s, at any size"
POOLED = replace(REFLINK, pooled=True)


def measured(*costs: Cost, pool: str = "") -> Measured:
    return Measured(costs, pool, around=0.4, probe=128 * MIB)


@pytest.mark.parametrize(
    ("found", "largest", "verdict", "said"),
    [
        (
            measured(REFLINK, OVERLAY, COPY),
            0,
            "ok",
            "reflink on the daemon's own disk: a clone takes 0.4 s, at any size",
        ),
        (
            measured(UNABLE, OVERLAY, COPY, POOLED, pool="1"),
            0,
            "ok",
            "reflink in the pool: a clone takes 0.4 s, at any size",
        ),
        (
            measured(UNABLE, OVERLAY, COPY),
            0,
            "warning",
            "overlay: a clone takes 0.4 s; the first write to a file of 1 GiB takes 4.0 s more",
        ),
        (
            measured(UNABLE, OVERLAY, COPY),
            512 * MIB,
            "warning",
            "overlay: a clone takes 0.4 s; the first write to the largest file there is, of 512 MiB, takes 2.0 s more",
        ),
        (
            measured(UNABLE, OVERLAY, COPY),
            64 * MIB,
            "ok",
            "overlay: a clone takes 0.4 s; the first write to the largest file there is, of 64 MiB, takes 0.2 s more",
        ),
        (
            measured(UNABLE, replace(OVERLAY, why=NO), COPY),
            0,
            "warning",
            "every byte is copied: 0.4 s, and 4.0 s for each GiB at least",
        ),
    ],
)
def test_which_way_is_used_and_what_it_costs(found: Measured, largest: int, verdict: str, said: str) -> None:
    """With a remedy where that is felt: an overlay over large files, a full copy; and why nothing better can."""
    finding = judge(found, largest)
    assert (verdict, said) == (finding.verdict, finding.found.partition("\n")[0])
    if verdict == "warning":
        assert "envctl pool create --size 50G" in finding.remedy
        assert f"no reflink on the daemon's own disk: {NO}" in finding.found.splitlines()


def test_a_pool_that_cannot_be_used_is_told() -> None:
    """Who has one need not make another, but see what is wrong with it."""
    finding = judge(measured(REFLINK, OVERLAY, COPY, replace(POOLED, why="no loop device is left"), pool="1"), 0)
    assert ("warning", "`envctl pool ls` says what is wrong with the pool.") == (finding.verdict, finding.remedy)
    assert "no reflink in the pool: no loop device is left" in finding.found


def engine(*tags: str, does: Callable[[Job], Output] = does) -> FakeEngine:
    return FakeEngine(images=dict.fromkeys(tags, "sha256:1"), tagged=tags, does=does)


def test_it_is_tried_with_any_image_that_may_do(tmp_path: Path) -> None:
    """One of the stack's own that holds data before any other; of what others are nothing is known."""
    there = engine("mirror.example/theirs:1", "mirror.example/alpine:3", "postgres:17")
    assert "warning" == data(patient(tmp_path, engine=there)).verdict
    assert {"mirror.example/alpine:3"} == {job.image for job in there.jobs.values()}
    with_stack = engine("mirror.example/alpine:3", "postgres:17")
    data(patient(tmp_path, engine=with_stack, stack=stack(tmp_path)))
    assert {"postgres:17"} == {job.image for job in with_stack.jobs.values()}


def test_without_an_image_it_cannot_be_told(tmp_path: Path) -> None:
    """That is no failure, and says when it can."""
    finding = data(patient(tmp_path, engine=engine("mirror.example/theirs:1")))
    assert ("unknown", 0) == (finding.verdict, finding.exit)
    assert "envctl up" in finding.remedy


def test_what_cannot_be_tried_is_a_warning(tmp_path: Path) -> None:
    """A full disk among it: with the reason."""
    there = engine("postgres:17", does=lambda _: Output(1, ("dd: No space left on device",)))
    finding = data(patient(tmp_path, engine=there))
    assert ("warning", 0) == (finding.verdict, finding.exit)
    assert "No space left" in finding.found


def test_a_daemon_that_goes_away_is_docker_s_fault(tmp_path: Path) -> None:
    """Another check says so."""
    there = engine("postgres:17")
    there.break_off(1, lambda: EnvctlError(Exit.DOCKER, "gone"))
    with pytest.raises(EnvctlError) as caught:
        data(patient(tmp_path, engine=there))
    assert Exit.DOCKER == caught.value.code


def test_a_disk_that_takes_too_long_is_no_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was known before is told then; without that, nothing is."""
    monkeypatch.setattr(check, "_PATIENCE", 0.05)
    monkeypatch.setattr(check, "_TIDYING", 0.05)
    forever = Event()

    def hangs(_: Job) -> Output:
        forever.wait()
        return Output(0, ())

    there = engine("postgres:17", does=hangs)
    assert "unknown" == data(patient(tmp_path / "a", engine=there)).verdict
    there = engine("postgres:17", does=hangs)
    there.add_volume("envctl-measure__1", measured(REFLINK).labels)
    assert "ok" == data(patient(tmp_path / "b", engine=there)).verdict
    forever.set()


def snapshot(there: FakeEngine, address: str, pool: str) -> None:
    """One that the daemon holds, in a pool or on its own disk."""
    place = Held(data_volume(address, "t", 0), "snapshots/x" if pool else "", pool)
    part = Part("db", "postgres", "postgres:17", "sha256:1", "17", "app", "db-data", place)
    one = Snapshot(address, "empty postgres", NOON, "me@here", (part,), size=GIB)
    where = {labels.SUBPATH: place.subpath, labels.POOL: pool} if pool else {}
    there.add_volume(place.volume, {labels.ROLE: DATA, labels.SNAPSHOT: address, **where})
    there.add_volume(one.marker, one.labels())


def test_what_took_too_long_is_stopped_and_clears_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its helper is ended at once, so that nothing of it is left when the doctor ends."""
    monkeypatch.setattr(check, "_PATIENCE", 0.05)
    there = engine("postgres:17")

    def ends_when_killed(_: Job) -> Output:
        until = monotonic() + 30
        while monotonic() < until and helpers(there):
            pause.wait(0.01)
        return Output(137, ())

    pause = Event()
    there.does = ends_when_killed
    assert "unknown" == data(patient(tmp_path, engine=there)).verdict
    assert ([], []) == (helpers(there), [v.name for v in there.vols])


def helpers(there: FakeEngine) -> list[str]:
    """Those that are there."""
    return [container.name for container in there.held]


def test_the_largest_file_of_all_snapshots_counts(tmp_path: Path) -> None:
    """As many as there are; what lies in a pool has nothing to fear."""
    asked: list[Job] = []

    def sizes(job: Job) -> Output:
        if any(path.startswith("/data/") for path in job.mounts):
            asked.append(job)
            return Output(0, (str(256 * MIB),))
        return does(job)

    there = engine("postgres:17", does=sizes)
    for address, pool in (("a" * 32, ""), ("b" * 32, "0123")):
        snapshot(there, address, pool)
    finding = data(patient(tmp_path, engine=there))
    assert "the largest file there is, of 256 MiB, takes 2.0 s more" in finding.found
    assert [{data_volume("a" * 32, "t", 0)}] == [{mounted.volume for mounted in job.mounts.values()} for job in asked]
