"""`gc` of snapshots on a daemon made of values: what goes, in which order, and what comes in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest

from envctl import labels
from envctl.errors import Exit
from envctl.observed import COMPOSE_IMAGE
from envctl.ops.gc.reclaim import partly
from envctl.ops.snapshots.find import named
from envctl.ops.snapshots.show import ls
from envctl.reports.gc import Reclaimed
from envctl.snapshot import DATA, data_volume, marker
from envctl.world.engine import Engine
from tests.fakes.engine import Killed
from tests.ops.fake import DEAD, FakeEngine
from tests.ops.snapshots.ground import IMAGE, OTHER, Ground, address, site

ELSEWHERE = "another-machine - 1 1"


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """An empty daemon that has the image of all snapshots."""
    return site(tmp_path)


def told(report: Reclaimed) -> dict[str, tuple[str, str]]:
    """By the first digit of an address, what became of it and the word for why."""
    return {fate.address[0]: (fate.verdict, fate.reason) for fate in report.snapshots}


def test_what_nobody_needs_goes_wholly(ground: Ground) -> None:
    """Marker and bytes; a dry run says the same and changes nothing."""
    for number in (1, 2, 3):
        ground.build(number)
    ground.clone(named(ground.world, address(1)))
    would = told(ground.gc(dry_run=True))
    assert {1, 2, 3} == ground.left()
    did = told(ground.gc())
    assert {"3": ("keep", "newest"), "2": ("removed", "over-snapshot-budget"), "1": ("keep", "cloned")} == did
    assert {n: w.replace("removed", "remove") for n, (w, _) in did.items()} == {n: w for n, (w, _) in would.items()}
    assert {1, 3} == ground.left()
    assert not [v.name for v in ground.engine.vols if v.name.startswith(marker(address(2)))]


def test_an_environment_that_goes_frees_its_snapshots_in_the_same_run(ground: Ground) -> None:
    """And the dry run says so, too."""
    old = ground.build(1)
    ground.build(2)
    ground.clone(old)
    ground.engine.move(hours=25)
    report = ground.gc(dry_run=True)
    assert (["remove"], ("remove", "over-snapshot-budget")) == (
        [fate.verdict for fate in report.environments],
        told(report)["1"],
    )
    assert {"1": ("removed", "over-snapshot-budget"), "2": ("keep", "newest")} == told(ground.gc())
    assert {2} == ground.left()


def test_a_project_is_told_of_its_own(ground: Ground) -> None:
    """Its budget is for them alone; but a clone of another project is one."""
    ground.clone(ground.build(1), OTHER)
    for number in (2, 3):
        ground.build(number)
        ground.build(number + 3, project="blog")
    ground.engine.add_volume(data_volume(address(7), "t", 0), {labels.ROLE: DATA, labels.SNAPSHOT: address(7)})
    report = ground.gc(200, project="shop")
    assert {"1": "cloned", "2": "over-snapshot-budget", "3": "newest"} == {
        n: why for n, (_, why) in told(report).items()
    }
    assert None is report.remark


def test_a_project_that_only_snapshots_are_of_is_known(ground: Ground) -> None:
    """Nothing is remarked."""
    ground.build(1)
    assert None is ground.gc(project="shop").remark
    assert None is not ground.gc(project="shpo").remark


def test_a_clone_that_comes_meanwhile_keeps_it(ground: Ground) -> None:
    """It is looked at again under its lock, under which clones are made."""
    old = ground.build(1)
    ground.build(2)
    ground.meddle = lambda: ground.clone(old)
    assert ("keep", "cloned") == told(ground.gc())["1"]
    assert {1, 2} == ground.left()


@dataclass
class Racing(FakeEngine):
    """While a marker goes, a client elsewhere, who shares no lock with us, makes a clone."""

    racing: Callable[[], object] | None = None

    def remove_volume(self, volume: str) -> None:
        """Somebody is quicker."""
        if self.racing is not None and volume == marker(address(1)):
            self.racing()
            self.racing = None
        super().remove_volume(volume)


def test_a_clone_that_is_made_elsewhere_in_the_last_moment_keeps_it(ground: Ground, tmp_path: Path) -> None:
    """Who looks for the snapshot only after that finds it as it was."""
    engine = Racing(images={IMAGE: IMAGE})
    ground.engine, ground.world = engine, replace(ground.world, engine=cast(Engine, engine), clock=lambda: engine.time)
    old = ground.build(1)
    ground.build(2)
    engine.racing = lambda: ground.clone(old)
    assert ("keep", "cloned") == told(ground.gc())["1"]
    assert old == named(ground.world, old.address)
    assert {1, 2} == ground.left()


def test_one_that_somebody_works_on_stays(ground: Ground) -> None:
    """Its lock is held; nobody waits for it."""
    ground.build(1)
    ground.build(2)
    with ground.world.locks.hold(marker(address(1)), "up"):
        assert ("keep", "in-use") == told(ground.gc())["1"]
    assert {1, 2} == ground.left()


def test_one_that_cannot_go_keeps_no_other(ground: Ground) -> None:
    """A container of others has its bytes: the others go, the report tells, the status is that of half-done work."""
    for number in (1, 2, 3):
        ground.build(number)
    ground.engine.run("theirs", state="exited", volumes=[data_volume(address(1), "t", 0)])
    report = ground.gc()
    assert ["failed", "removed", "keep"] == [told(report)[n][0] for n in "123"]
    failure = partly(report)
    assert failure is not None
    assert (Exit.PARTLY_DONE, "1 of 2 snapshots could not be removed") == (failure.code, failure.message)
    assert "snapshot 100000000000: " in failure.details[0]


@pytest.mark.parametrize("at", [1, 2])
def test_what_was_half_removed_is_gone_after_the_next_run(ground: Ground, at: int) -> None:
    """Killed after any change: what is no snapshot any more goes, and no half of one was ever found."""
    for number in (1, 2):
        ground.build(number)
    ground.engine.break_off(at, Killed, after=True)
    with pytest.raises(Killed):
        ground.gc()
    assert ground.engine.mend()
    assert {2} == ground.left()
    ground.gc()
    assert {data_volume(address(2), "t", 0), marker(address(2))} == {v.name for v in ground.engine.vols}


def abandoned(ground: Ground, **container: object) -> str:
    """What a builder left that died: its data, and its server, which runs on. The server's ID."""
    said = {labels.SNAPSHOT: address(9), labels.SNAPSHOT_BUILDER: str(container.pop("mark", ELSEWHERE))}
    volume, own = data_volume(address(9), "dead", 0), {**said, COMPOSE_IMAGE: IMAGE}
    ground.engine.create_volume(volume, {labels.ROLE: DATA, **said})
    role = str(container.pop("role", "builder"))
    name = f"{marker(address(9))}-dead-{role}"
    return ground.engine.run(name, {**own, labels.ROLE: role}, image=IMAGE, volumes=[volume], **container)  # type: ignore[arg-type]


def test_what_a_dead_builder_left_goes_after_an_hour(ground: Ground) -> None:
    """Its server too: its process is known to be gone."""
    abandoned(ground, mark=DEAD)
    assert {"9": ("keep", "young")} == told(ground.gc())
    ground.engine.move(hours=2)
    assert {"9": ("removed", "abandoned")} == told(ground.gc())
    assert ((), ()) == (ground.engine.vols, ground.engine.held)


def test_a_server_of_a_builder_elsewhere_stays_for_a_day(ground: Ground) -> None:
    """Between two of his programs, and while it is stopped, nothing in it tells that he is at work."""
    server = abandoned(ground)
    ground.engine.move(hours=23)
    assert {"9": ("keep", "in-use")} == told(ground.gc())
    ground.engine.move(hours=2)
    assert {"9": ("removed", "abandoned")} == told(ground.gc())
    assert ((), None) == (ground.engine.vols, ground.engine.inspect(server))


@pytest.mark.parametrize("at", range(2))
def test_bytes_that_a_container_has_are_in_use(ground: Ground, at: int) -> None:
    """Whoever's it is: the helper that copies an environment's data says whose that is, not what it copies to."""
    volumes = [data_volume(address(9), "dead", number) for number in range(2)]
    for volume in volumes:
        ground.engine.create_volume(volume, {labels.ROLE: DATA, labels.SNAPSHOT: address(9)})
    helper = ground.engine.run("shop_main__helper-1a", {labels.ROLE: "helper"}, image=IMAGE, volumes=[volumes[at]])
    ground.engine.move(hours=99)
    assert {"9": ("keep", "in-use")} == told(ground.gc())
    ground.engine.kill_container(helper)
    assert {"9": ("removed", "abandoned")} == told(ground.gc())


@pytest.mark.parametrize("role", ["builder", "helper"])
def test_a_builder_elsewhere_that_is_at_work_keeps_it(ground: Ground, role: str) -> None:
    """It may have restored for hours: something runs in its server, or a helper of it does."""
    server = abandoned(ground, role=role)
    if role == "builder":
        ground.engine.execs[server] = ("pg_restore",)
    ground.engine.move(hours=99)
    assert {"9": ("keep", "in-use")} == told(ground.gc())
    ground.engine.execs.clear()
    ground.engine.stop_container(server)
    assert {"9": ("removed", "abandoned")} == told(ground.gc())


def test_what_is_built_elsewhere_meanwhile_is_not_taken_for_rubbish(ground: Ground) -> None:
    """Its builder comes to its end between the two looks."""
    ground.engine.create_volume(data_volume(address(1), "t", 0), {labels.ROLE: DATA, labels.SNAPSHOT: address(1)})
    ground.engine.move(hours=2)
    ground.meddle = lambda: ground.build(1)
    ground.gc()
    assert {1} == ground.left()


def test_a_marker_of_a_later_version_stays_and_is_named(ground: Ground) -> None:
    """With all that may be its."""
    one = ground.build(1)
    ground.engine.vols = tuple(
        replace(v, labels={**v.labels, labels.SNAPSHOT_PARTS: "v2:…"}) if v.name == one.marker else v
        for v in ground.engine.vols
    )
    assert {"1": ("keep", "unreadable")} == told(ground.gc())
    assert {1} == ground.left()
    assert (one.address,) == ls(ground.world).unreadable


def test_a_clock_in_doubt_keeps_all(ground: Ground) -> None:
    """Nobody knows how old anything is."""
    ground.build(1)
    ground.build(2)
    abandoned(ground)
    ground.engine.move(hours=2)
    ground.world = replace(ground.world, clock=lambda: ground.engine.time + timedelta(hours=1))
    assert {("keep", "clock-unknown")} == set(told(ground.gc()).values())
