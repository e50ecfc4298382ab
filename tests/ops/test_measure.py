"""Measuring how data is copied, on a daemon made of values: once for all, and nothing is left of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.job import Job, Output
from envctl.measure import Cost, Measured, volume_name
from envctl.ops.measure import PROBE, known, largest_file, measure, measured
from envctl.pool import Pool
from envctl.snapshot import Held
from envctl.snapshots import SCRIPT
from envctl.world import World, real_world
from envctl.world.engine import Engine
from tests.fakes.engine import FakeEngine, Killed, silent

IMAGE = "postgres:17"
DISK = Held("v", path="/v")


@dataclass
class Machine:
    """A daemon whose helpers find what a disk can."""

    engine: FakeEngine
    world: World
    told: list[Event] = field(default_factory=list)

    def twin(self) -> Machine:
        """Another one that has the same now."""
        engine = self.engine.twin()
        return Machine(engine, replace(self.world, engine=cast(Engine, engine)))

    def volumes(self, role: str) -> list[str]:
        return [v.name for v in self.engine.vols if v.labels.get(labels.ROLE) == role]

    def probes(self) -> list[str]:
        """What there is only while something is measured."""
        own = [c.name for c in self.engine.held if c.labels.get(labels.ROLE) == PROBE]
        return [*own, *self.volumes(PROBE)]


def does(job: Job) -> Output:
    """What the probe prints on a disk that can do overlays and copies: one line for each thing it was to do."""
    said = ["plain touch 1 1.1"]
    words = job.command[4:]
    for step in zip(*[iter(words)] * 4, strict=True):
        match step:
            case ("clone", "reflink", source, _) if not source.startswith("/pool/"):
                said.append("reflink why it cannot")
            case ("clone", how, _, _):
                said.append(f"{how} clone 2 2.5")
            case ("touch", how, _, _):
                said.append(f"{how} touch 3 {3.6 if how == 'overlay' else 3.1}")
    return Output(0, (*said, "script whole 1 4"))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """One with an image."""
    engine = FakeEngine(images={IMAGE: "sha256:1"}, does=does)
    told: list[Event] = []
    real = real_world(told.append, {"XDG_RUNTIME_DIR": str(tmp_path), "ENVCTL_LOCK_DIR": str(tmp_path)})
    return Machine(engine, replace(real, engine=cast(Engine, engine)), told)


def test_every_way_is_tried_and_written_down(machine: Machine) -> None:
    """What cannot be done says why; nothing but the result is left; who measures tells so."""
    found = measured(machine.world, IMAGE)
    assert (
        Cost("reflink", why="it cannot"),
        Cost("copy", clone=0.5),
        Cost("overlay", clone=0.5, touch=8.0),
    ) == found.costs
    assert "overlay" == found.choose(DISK)
    assert ([volume_name(1)], []) == (machine.volumes("measure"), machine.probes())
    assert ["working", "done"] == [event.phase for event in machine.told]
    assert "measured: overlay is used" == machine.told[-1].what


def test_the_ways_tried_are_those_of_clones(machine: Machine) -> None:
    """The probe runs the script of clones, and mounts an overlay as an environment does."""
    measured(machine.world, IMAGE)
    first, second = machine.engine.jobs.values()
    assert SCRIPT == first.command[3]
    (overlay,) = (name for name, options in machine.engine.options.items() if options.get("type") == "overlay")
    assert overlay in {mounted.volume for mounted in second.mounts.values()}
    assert overlay not in {mounted.volume for mounted in first.mounts.values()}


def test_what_is_known_is_not_measured_again(machine: Machine) -> None:
    """By nobody, with whatever image; who asks for it measures again, and the older result goes."""
    first = measured(machine.world, IMAGE)
    assert first == measured(machine.world, "redis:8") == known(machine.world)
    assert 2 == len(machine.engine.jobs)
    measure(machine.world, IMAGE)
    assert [volume_name(2)] == machine.volumes("measure")


def test_a_pool_that_comes_or_goes_has_it_measured_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its reflink is tried in it, beside what the disk can."""
    attached: list[Pool] = []
    monkeypatch.setattr("envctl.ops.pools.attach", lambda _, pool: attached.append(pool))
    measured(machine.world, IMAGE)
    pool = Pool("0123")
    machine.engine.add_volume(pool.volume, pool.labels)
    assert known(machine.world) is None
    found = measured(machine.world, IMAGE)
    assert ("0123", [pool]) == (found.pool, attached)
    assert "measured: overlay is used, and reflink in the pool" == machine.told[-1].what
    assert Cost("reflink", pooled=True, clone=0.5) == found.cost("reflink", pooled=True)
    assert machine.probes() == []
    machine.engine.vols = tuple(v for v in machine.engine.vols if v.name != pool.volume)
    assert "" == measured(machine.world, IMAGE).pool


def test_a_pool_that_cannot_be_used_says_why(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the disk can is known all the same."""

    def refuse(*_: object) -> None:
        raise EnvctlError(Exit.DOCKER, "no loop device is left")

    monkeypatch.setattr("envctl.ops.pools.attach", refuse)
    machine.engine.add_volume(Pool("0123").volume, Pool("0123").labels)
    found = measured(machine.world, IMAGE)
    assert Cost("reflink", pooled=True, why="no loop device is left") == found.cost("reflink", pooled=True)
    assert ("overlay", "copy") == found.order


def test_an_overlay_that_cannot_be_mounted_says_why(machine: Machine) -> None:
    """The daemon says so when the second helper starts."""

    def mounts(job: Job) -> Output:
        if "/copy" in job.mounts:
            raise EnvctlError(Exit.DOCKER, "error while mounting volume: invalid argument")
        return does(job)

    machine.engine.does = mounts
    found = measured(machine.world, IMAGE)
    assert "error while mounting volume: invalid argument" == (found.cost("overlay") or Cost("")).why
    assert ("copy",) == found.order
    assert [] == machine.probes()


def test_a_probe_that_fails_leaves_nothing(machine: Machine) -> None:
    """No result, no volume; a full disk is one that says so."""
    machine.engine.does = lambda _: Output(1, ("dd: error writing: No space left on device",))
    with pytest.raises(EnvctlError, match="could not be measured") as caught:
        measured(machine.world, IMAGE)
    assert Exit.NO_CAPACITY == caught.value.code
    assert ([], []) == (machine.volumes("measure"), machine.probes())


def test_who_is_killed_leaves_nothing_that_counts(machine: Machine) -> None:
    """Whenever that is: the next one measures, ends with a result, and in a while clears away what is left."""
    measured(machine.twin().world, IMAGE)
    for at in range(1, 100):
        one = machine.twin()
        one.engine.break_off(at, Killed)
        try:
            measured(one.world, IMAGE)
        except Killed:
            one.engine.mend()
        else:
            assert not one.engine.mend()
            break
        wanted = known(one.world)
        assert measured(one.world, IMAGE).costs == measured(machine.twin().world, IMAGE).costs
        assert wanted is None or wanted == known(one.world)
        one.engine.move(minutes=11)
        measure(one.world, IMAGE)
        assert (1, []) == (len(one.volumes("measure")), one.probes()), at
    else:
        pytest.fail("it never came to its end")
    assert at > 10


def test_what_another_measures_now_is_let_alone(machine: Machine) -> None:
    """What is old was left by the dead; what is not ours by name or label never goes."""
    engine = machine.engine
    engine.add_volume("envctl-measure__old-base", {labels.ROLE: PROBE, labels.MEASURED: "old"})
    engine.add_volume("theirs", {labels.ROLE: PROBE})
    engine.run("envctl-measure__old-1", {labels.ROLE: PROBE}, state="exited")
    engine.run("theirs-1", {labels.ROLE: PROBE})
    engine.move(minutes=11)
    engine.add_volume("envctl-measure__young-base", {labels.ROLE: PROBE, labels.MEASURED: "young"})
    measure(machine.world, IMAGE)
    assert ["theirs-1", "theirs", "envctl-measure__young-base"] == machine.probes()


def test_two_that_measure_at_once_both_have_a_result(machine: Machine) -> None:
    """Of clients that share no lock the second takes the next number; one result is left."""
    engine, other = machine.engine, Measured((Cost("copy"),), around=9.0)

    def meanwhile(job: Job) -> Output:
        if not machine.volumes("measure"):
            engine.add_volume(volume_name(1), other.labels)
        return does(job)

    engine.does = meanwhile
    found = measure(machine.world, IMAGE)
    assert found == known(machine.world) != other
    assert [volume_name(2)] == machine.volumes("measure")


def test_somebody_elses_volume_of_that_name_is_passed_over(machine: Machine) -> None:
    """It stays as it is."""
    machine.engine.add_volume(volume_name(1), {"somebody": "else"})
    found = measured(machine.world, IMAGE)
    assert found == known(machine.world)
    assert [{"somebody": "else"}] == [v.labels for v in machine.engine.vols if v.name == volume_name(1)]
    assert [volume_name(2)] == machine.volumes("measure")


def test_a_silent_daemon_is_told(machine: Machine) -> None:
    """It is no way of copying that fails."""
    machine.engine.break_off(3, silent)
    with pytest.raises(EnvctlError) as caught:
        measured(machine.world, IMAGE)
    assert Exit.DOCKER == caught.value.code
    machine.engine.mend()
    assert [] == machine.volumes("measure")


def test_the_largest_file_is_asked_of_those_who_hold_it(machine: Machine) -> None:
    """All in one helper, which changes nothing; without data there is none."""
    machine.engine.does = lambda job: Output(0, (str(1000 * len(job.mounts)),))
    places = (DISK, Held("w", path="/w"))
    assert 2000 == largest_file(machine.world, IMAGE, places)
    (job,) = machine.engine.jobs.values()
    assert all(mounted.read_only for mounted in job.mounts.values())
    assert 0 == largest_file(machine.world, IMAGE, ())
    machine.engine.does = lambda _: Output(0, ())
    assert 0 == largest_file(machine.world, IMAGE, places)
