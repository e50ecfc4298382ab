"""Making, attaching, growing and removing a pool, on a daemon and a machine made of values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.events import Event
from envctl.identity import Identity
from envctl.job import Output
from envctl.ops import pools
from envctl.ops.clones import remove_folders
from envctl.ops.pools.create import create
from envctl.ops.pools.grow import grow
from envctl.ops.pools.remove import remove
from envctl.ops.pools.status import ls
from envctl.ops.snapshots.remove import remove as remove_snapshot
from envctl.planning.ownership import own_labels
from envctl.pool import Pool
from envctl.snapshot import DATA, Held, Part, Snapshot, data_volume
from tests.fakes.engine import Killed
from tests.ops.pools.machine import GIB, Machine

ADDRESS = "0123456789abcdef" * 2
NOTHING: tuple[list[str], ...] = ([], [], [], [], [])


def made(tmp_path: Path) -> tuple[Machine, Pool]:
    """A machine with a pool."""
    machine = Machine()
    create(machine.world(tmp_path), 20 * GIB)
    pool = pools.look(machine.world(tmp_path))
    assert pool is not None
    return machine, pool


def snapshot(machine: Machine, pool: Pool, name: str = "") -> Snapshot:
    """One whose bytes lie in the pool."""
    volume = data_volume(ADDRESS, "token", 0)
    held = Held(volume, f"snapshots/{volume}", pool.id)
    own = {labels.SNAPSHOT: ADDRESS, labels.ROLE: DATA, labels.POOL: pool.id, labels.SUBPATH: held.subpath}
    part = Part("db", "postgres", "postgres:17", "sha256:1", "17", "app", "db-data", held)
    found = Snapshot(ADDRESS, "dump catalogue", datetime(2026, 1, 2, tzinfo=UTC), "me@laptop", (part,), name=name)
    machine.engine.add_volume(volume, own)
    machine.engine.add_volume(found.marker, found.labels())
    return found


def clone(machine: Machine, pool: Pool) -> None:
    """An environment's data in the pool."""
    own = {labels.PROJECT: "shop", labels.ENVIRONMENT: "a", labels.CLONE: ADDRESS, labels.POOL: pool.id}
    machine.engine.add_volume("shop_a_db-data", own)


def whole(machine: Machine, pool: Pool) -> tuple[list[str], ...]:
    """What there is of a pool, and nothing else."""
    return [pool.store, pool.volume], [], [pool.store], [pool.store], [pool.device]


def refusal(code: Exit, story: Callable[[], object]) -> EnvctlError:
    """The error of a story that must be refused."""
    with pytest.raises(EnvctlError) as refused:
        story()
    assert code is refused.value.code
    assert refused.value.hint
    return refused.value


def test_a_pool_is_made_and_measured(tmp_path: Path) -> None:
    """What `create` answers is what was asked of the finished pool; the sizes are rounded to whole mebibytes."""
    machine = Machine()
    found = create(machine.world(tmp_path), 20 * GIB + 1).pool
    pool = Pool(found.id)
    assert (20 * GIB + (1 << 20), 100, 900, 70, True) == (
        found.size,
        found.used,
        found.free,
        found.taken,
        found.attached,
    )
    assert whole(machine, pool) == machine.left()
    assert {"type": "xfs", "device": f"/dev/envctl/{pool.id}", "o": "discard"} == machine.engine.options[pool.volume]


def test_what_lies_elsewhere_is_named(tmp_path: Path) -> None:
    """It is not brought over: whoever makes a pool for its sake has to know."""
    machine = Machine()
    snapshot(machine, Pool(""))
    assert (ADDRESS[:12],) == create(machine.world(tmp_path), 20 * GIB).outside


@pytest.mark.parametrize("after", [False, True])
def test_a_create_that_is_killed_leaves_nothing_that_counts(tmp_path: Path, after: bool) -> None:
    """At whatever change it died there is a whole pool or none; the next one makes it and sweeps what there was."""
    for at in count(1):
        machine = Machine()
        world = machine.world(tmp_path)
        machine.engine.break_off(at, Killed, after=after)
        try:
            create(world, 20 * GIB)
        except Killed:
            machine.engine.mend()
        else:
            assert at > 5
            return
        pool = pools.look(world)
        machine.engine.move(hours=1)
        pool = pool or Pool(create(world, 20 * GIB).pool.id)
        with pools.alone(world, "attach"):
            assert whole(machine, pool) == machine.left(), at


@pytest.mark.parametrize("after", [False, True])
def test_a_removal_that_is_killed_is_finished_by_the_next(tmp_path: Path, after: bool) -> None:
    """At whatever change it died: afterwards nothing is there."""
    for at in count(1):
        machine, pool = made(tmp_path)
        snapshot(machine, pool)
        world = machine.world(tmp_path)
        machine.engine.break_off(at, Killed, after=after)
        try:
            remove(world)
        except Killed:
            machine.engine.mend()
        else:
            assert at > 8
            return
        machine.engine.move(hours=1)
        remove(world)
        assert NOTHING == machine.left(), at


def test_there_is_one_pool(tmp_path: Path) -> None:
    """A second one is refused by the name of the first, and the machine is not touched."""
    machine, pool = made(tmp_path)
    machine.ran.clear()
    said = refusal(Exit.USAGE, lambda: create(machine.world(tmp_path), 20 * GIB))
    assert pool.volume in said.message
    assert [] == machine.ran


@pytest.mark.parametrize("size", [0, 300 << 20, GIB - (1 << 20)])
def test_what_is_too_small_for_xfs_is_refused(tmp_path: Path, size: int) -> None:
    """Below 1 GiB nothing is begun."""
    machine = Machine()
    refusal(Exit.USAGE, lambda: create(machine.world(tmp_path), size))
    assert NOTHING == machine.left()


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("losetup: cannot find an unused loop device: Permission denied", Exit.DOCKER),
        ("mount: /mnt/pool: unknown filesystem type 'xfs'.", Exit.DOCKER),
        ("mkfs.xfs: pwrite failed: No space left on device", Exit.NO_CAPACITY),
    ],
)
def test_a_machine_that_cannot_says_why(tmp_path: Path, said: str, code: Exit) -> None:
    """Its own words are in the error, and nothing is left behind."""
    machine = Machine(fails={"make": Output(1, ("something before", said))})
    error = refusal(code, lambda: create(machine.world(tmp_path), 20 * GIB))
    assert said in (error.message, *error.details) or said in error.message
    assert "nothing of one was left behind" in error.unchanged
    assert NOTHING == machine.left()


def test_after_a_restart_it_is_attached_again(tmp_path: Path) -> None:
    """Whoever asks next attaches it; the file is what it was."""
    machine, pool = made(tmp_path)
    machine.restart()
    pools.attach(machine.world(tmp_path), pool)
    assert whole(machine, pool) == machine.left()
    machine.restart()
    found = ls(machine.world(tmp_path)).pool
    assert found is not None
    assert (True, 20 * GIB) == (found.attached, found.size)


def test_a_pool_that_lost_its_file_is_said_to_have(tmp_path: Path) -> None:
    """Nothing is made in its place; `ls` shows it with the reason, and `rm` takes what is left away."""
    machine, pool = made(tmp_path)
    machine.restart()
    machine.files.clear()
    machine.engine.remove_volume(pool.store)
    refusal(Exit.NOT_FOUND, lambda: pools.attach(machine.world(tmp_path), pool))
    assert [pool.volume] == machine.left()[0]
    found = ls(machine.world(tmp_path)).pool
    assert found is not None
    assert (False, None) == (found.attached, found.size)
    assert pool.store in (found.problem or "")
    remove(machine.world(tmp_path))
    assert NOTHING == machine.left()


def test_it_grows_and_never_shrinks(tmp_path: Path) -> None:
    """Larger is done, smaller refused; the size it has is done again, as a run that died may have stopped half-way."""
    machine, pool = made(tmp_path)
    grown = grow(machine.world(tmp_path), 30 * GIB)
    assert (20 * GIB, 30 * GIB) == (grown.before, grown.pool.size)
    machine.ran.clear()
    refusal(Exit.USAGE, lambda: grow(machine.world(tmp_path), 10 * GIB))
    assert "grow" not in machine.ran
    grow(machine.world(tmp_path), 30 * GIB)
    assert "grow" in machine.ran
    assert 30 * GIB == machine.files[pool.store]


def test_what_is_not_there_cannot_grow(tmp_path: Path) -> None:
    """The error says how to make one."""
    assert "pool create" in refusal(Exit.NOT_FOUND, lambda: grow(Machine().world(tmp_path), 30 * GIB)).hint


def test_nothing_to_remove_is_no_failure(tmp_path: Path) -> None:
    """As with `down` of something absent."""
    assert None is remove(Machine().world(tmp_path)).id


def test_environments_keep_their_data(tmp_path: Path) -> None:
    """While a clone lies in the pool it stays, also with force, and the clone is named."""
    machine, pool = made(tmp_path)
    clone(machine, pool)
    before = machine.left()
    said = refusal(Exit.DATA_REFUSED, lambda: remove(machine.world(tmp_path), force=True))
    assert "shop_a_db-data" in said.message
    assert before == machine.left()


def test_a_clone_that_comes_at_the_last_moment_is_kept(tmp_path: Path) -> None:
    """Between the first look and the cut somebody began to clone: the pool is attached again."""
    machine, pool = made(tmp_path)
    machine.meanwhile["unlink"] = lambda: clone(machine, pool)
    refusal(Exit.DATA_REFUSED, lambda: remove(machine.world(tmp_path)))
    volumes, *rest = machine.left()
    assert [pool.store, pool.volume, "shop_a_db-data"] == volumes
    assert list(whole(machine, pool)[1:]) == rest


def test_a_pool_that_somebody_works_in_stays(tmp_path: Path) -> None:
    """A container that has a volume of it mounted is named."""
    machine, pool = made(tmp_path)
    found = snapshot(machine, pool)
    machine.engine.run("builder", volumes=[found.parts[0].held.volume])
    assert "builder" in refusal(Exit.DATA_REFUSED, lambda: remove(machine.world(tmp_path))).message


def test_snapshots_go_with_it(tmp_path: Path) -> None:
    """Without a name by themselves, and they are told; marker and data are gone."""
    machine, pool = made(tmp_path)
    found = snapshot(machine, pool)
    said: list[Event] = []
    report = remove(replace(machine.world(tmp_path), tell=said.append))
    assert (pool.id, (found.short,), 70) == (report.id, report.snapshots, report.freed)
    assert ["detaching", "detached"] == [event.what for event in said]  # that it is gone the answer says
    assert NOTHING == machine.left()


def test_named_snapshots_go_only_with_force(tmp_path: Path) -> None:
    """Somebody meant to keep them."""
    machine, pool = made(tmp_path)
    snapshot(machine, pool, "before-the-migration")
    said = refusal(Exit.DATA_REFUSED, lambda: remove(machine.world(tmp_path)))
    assert "before-the-migration" in said.message
    assert ("before-the-migration",) == remove(machine.world(tmp_path), force=True).snapshots
    assert NOTHING == machine.left()


def test_what_only_says_that_it_lies_there_is_left_alone(tmp_path: Path) -> None:
    """A label proves nothing; what has it and is not called as ours is reported."""
    machine, pool = made(tmp_path)
    machine.engine.add_volume("precious", {labels.POOL: pool.id})
    assert ("precious",) == remove(machine.world(tmp_path)).left
    assert ["precious"] == machine.left()[0]


@pytest.mark.parametrize("name", ["envctl-pool__other", "precious"])
def test_what_only_says_that_it_is_a_pool_is_none(tmp_path: Path, name: str) -> None:
    """Its name must be what our rule makes of its label."""
    machine = Machine()
    machine.engine.add_volume(name, {labels.ROLE: "pool", labels.POOL: "ab"})
    machine.engine.add_volume(f"{name}-file", {labels.ROLE: "pool-file", labels.POOL: "ab"})
    assert None is pools.look(machine.world(tmp_path))
    assert None is remove(machine.world(tmp_path)).id
    assert [name, f"{name}-file"] == machine.left()[0]


def test_containers_of_runs_that_died_go(tmp_path: Path) -> None:
    """Those that ended a while ago; one that runs, a new one, and one with a name that is not ours stay."""
    machine, pool = made(tmp_path)
    own = {labels.ROLE: pools.HELPER, labels.POOL: pool.id}
    machine.engine.run(f"{pool.volume}__helper-1", own, state="exited")
    machine.engine.run(f"{pool.volume}__helper-2", own, state="running")
    machine.engine.run("helper-3", own, state="exited")
    machine.engine.move(hours=1)
    machine.engine.run(f"{pool.volume}__helper-4", own, state="created")
    with pools.alone(machine.world(tmp_path), "attach"):
        assert [f"{pool.volume}__helper-2", "helper-3", f"{pool.volume}__helper-4"] == machine.left()[1]


def test_what_a_dead_command_left_running_keeps_no_pool_from_going(tmp_path: Path) -> None:
    """Its container has ended just now, or works on the file still: neither a whole pool nor a half-made one stays."""
    machine, pool = made(tmp_path)
    own = {labels.ROLE: pools.HELPER, labels.POOL: pool.id}
    machine.engine.run(f"{pool.volume}__helper-1", own, state="exited", volumes=[pool.volume, pool.store])
    remove(machine.world(tmp_path))
    assert NOTHING == machine.left()
    machine.engine.add_volume(pool.store, pool.store_labels)
    machine.engine.run(f"{pool.volume}__helper-2", own, volumes=[pool.store])
    found = Pool(create(machine.world(tmp_path), 20 * GIB).pool.id)
    assert whole(machine, found) == machine.left()


def test_what_lay_in_a_pool_that_lost_its_data_can_be_removed(tmp_path: Path) -> None:
    """Nobody can use it any more: environments and snapshots go, and so the pool can."""
    machine, pool = made(tmp_path)
    world, identity = machine.world(tmp_path), Identity("shop", "a")
    lying = snapshot(machine, pool)
    own = {**own_labels(identity), labels.CLONE: ADDRESS, labels.POOL: pool.id, labels.SUBPATH: "clones/shop_a_db-data"}
    machine.engine.add_volume("shop_a_db-data", own)
    machine.engine.remove_volume(pool.store)
    machine.restart()
    machine.ran.clear()
    remove_folders(world, identity, world.engine.volumes(own_labels(identity)))
    world.engine.remove_volume("shop_a_db-data")
    assert () == remove_snapshot(world, lying)
    assert [pool.volume] == machine.left()[0]
    assert [] == machine.ran


def test_a_pool_that_somebody_builds_in_stays(tmp_path: Path) -> None:
    """Between two of its containers a builder has nothing there but bytes, and the lock of what it builds."""
    machine, pool = made(tmp_path)
    world, lying = machine.world(tmp_path), snapshot(machine, pool)
    machine.engine.remove_volume(lying.marker)
    machine.ran.clear()
    with world.locks.hold(lying.marker, "build"):
        assert "in use" in refusal(Exit.DATA_REFUSED, lambda: remove(world, force=True)).message
    assert [] == machine.ran
    remove(world)
    assert NOTHING == machine.left()
