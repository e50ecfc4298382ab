"""What is made of a build that is broken off, and what two that build the same do, on an engine made of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Job, Output
from envctl.observed import COMPOSE_IMAGE, Volume
from envctl.ops.setting import Here
from envctl.ops.snapshots.build import abandon, find_or_build
from envctl.ops.snapshots.recipe import made_for
from envctl.planning.names import by_hand
from envctl.snapshot import DATA, Snapshot, data_volume, marker
from envctl.workload import Workload
from envctl.world import begun
from envctl.world.alive import myself
from envctl.world.shell import Finished, Shell
from tests.fakes.engine import silent
from tests.ops.fake import DEAD, FakeEngine, here

IMAGE = "apache/kafka:4.1.1"
STACK = """
[project]
name = "shop"
[services.events]
kind = "kafka"
"""
ELSEWHERE = "another-machine - 1 1"


class Programs:
    """All programs that are run succeed, and print nothing."""

    def run(self, argv: Sequence[str], **more: Any) -> Finished:
        """Run one."""
        return Finished(0)

    @contextmanager
    def handing_down(self, descriptor: int) -> Iterator[None]:
        """Nothing lives on."""
        yield


def does(job: Job) -> Output:
    """What a job prints: the one that looks at data at rest tells its size."""
    return Output(0, ("kilobytes=7",))


@pytest.fixture
def engine() -> FakeEngine:
    """A daemon that has the image."""
    return FakeEngine(images={IMAGE: "sha256:kafka"}, does=does)


@pytest.fixture
def there(tmp_path: Path, engine: FakeEngine) -> Here:
    """A project with a broker."""
    from envctl.stack import load

    known = here(tmp_path, engine)
    (tmp_path / "envctl.toml").write_text(STACK)
    stack = load(tmp_path / "envctl.toml", environ={"XDG_CONFIG_HOME": str(tmp_path)})
    locks = replace(known.world.locks, folder=tmp_path / "locks")
    return Here(replace(known.world, shell=cast(Shell, Programs()), locks=locks), stack, known.identity)


def events(there: Here) -> Workload:
    """The broker."""
    found = there.blueprint().workload("events")
    assert found is not None
    return found


def build(there: Here) -> Snapshot:
    """Find or build the snapshot of an empty broker."""
    return find_or_build(there, there.blueprint(), events(there), IMAGE)


def address_of(there: Here) -> str:
    """The address of what is built."""
    return made_for(there, there.blueprint(), events(there), "sha256:kafka").address


def left(engine: FakeEngine) -> set[str]:
    """The names of all that the daemon holds."""
    return {volume.name for volume in engine.vols} | {container.name for container in engine.held}


def bytes_of(engine: FakeEngine, address: str, token: str, mark: str, **more: str) -> str:
    """Plant the volume of a builder; its name."""
    name = data_volume(address, token, 0)
    own = {labels.ROLE: DATA, labels.SNAPSHOT: address, labels.SNAPSHOT_BUILDER: mark, **more}
    engine.add_volume(name, own)
    return name


def worker(engine: FakeEngine, address: str, token: str, mark: str) -> str:
    """Plant the container of a builder; its name."""
    name = f"{marker(address)}-{token}-builder"
    own = {labels.ROLE: "builder", labels.SNAPSHOT: address, labels.SNAPSHOT_BUILDER: mark, COMPOSE_IMAGE: "sha256:k"}
    engine.run(name, own, image="sha256:k")
    return name


def test_what_is_built_is_found_again(there: Here, engine: FakeEngine) -> None:
    """The daemon holds its marker and its bytes, nothing else; who asks again changes nothing."""
    made = build(there)
    assert {made.marker, made.parts[0].held.volume} == left(engine)
    changes = engine.changes
    assert made == build(there)
    assert changes == engine.changes


def test_a_snapshot_says_what_it_is(there: Here) -> None:
    """Its labels tell all that the builder knew."""
    made = build(there)
    (part,) = made.parts
    assert ("empty kafka", "empty", "shop", 7 * 1024) == (made.source, made.digest, made.project, made.size)
    assert ("events", "kafka", IMAGE, "sha256:kafka", "4.1", "events-data") == (
        part.service,
        part.kind,
        part.image,
        part.image_id,
        part.version,
        part.volume,
    )
    assert {"version": "4.1"} == dict(part.facts)


def test_environments_share_what_they_start_from(there: Here) -> None:
    """Neither the name of an environment nor its branch is a part of what data is made from."""
    other = replace(there, identity=by_hand("shop", "other"))
    assert address_of(there) == address_of(other)


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ('version = "4.1.1"', True),
        ('heap = "1GiB"', True),
        ("topics = { orders = 3 }", True),  # made once a server runs
        ('config = { "log.segment.bytes" = 1000000 }', False),
    ],
)
def test_what_shapes_data_makes_another_snapshot(tmp_path: Path, there: Here, line: str, same: bool) -> None:
    """A setting that its data depends on, and no other."""
    from envctl.stack import load

    (tmp_path / "envctl.toml").write_text(f"{STACK}{line}\n")
    changed = replace(there, written=load(tmp_path / "envctl.toml", environ={"XDG_CONFIG_HOME": str(tmp_path)}))
    assert same == (address_of(there) == address_of(changed))


def test_another_image_makes_another_snapshot(there: Here) -> None:
    """Its programs may write data otherwise, its C library sort it otherwise."""
    other = made_for(there, there.blueprint(), events(there), "sha256:other")
    assert address_of(there) != other.address


@pytest.mark.parametrize("after", [False, True])
def test_a_build_that_is_broken_off_anywhere_is_made_good(there: Here, engine: FakeEngine, after: bool) -> None:
    """The daemon stops answering at any change: nothing is taken for a snapshot but a whole one, and the next run has
    it, with nothing else left.
    """
    at, done = 0, False
    while not done:
        at += 1
        engine.vols, engine.held = (), ()
        engine.break_off(at, silent, after=after)
        try:
            build(there)
        except EnvctlError as error:
            assert Exit.DOCKER == error.code
        done = not engine.mend()
        made = build(there)
        assert {made.marker, made.parts[0].held.volume} == left(engine), at
    assert 10 < at


def test_a_job_that_fails_leaves_nothing(there: Here, engine: FakeEngine) -> None:
    """The data is refused with the job's last words, and all of it is gone."""
    engine.does = lambda job: Output(1, ("it is not whole",))
    with pytest.raises(EnvctlError) as caught:
        build(there)
    assert caught.value.message.endswith("it is not whole")
    assert "The environment is as it was, and nothing of the snapshot was kept." == caught.value.unchanged
    assert set() == left(engine)


def test_a_full_disk_is_no_fault_of_the_data(there: Here, engine: FakeEngine) -> None:
    """It is told by its own status."""
    engine.does = lambda job: Output(1, ("cp: error writing 'x': No space left on device",))
    with pytest.raises(EnvctlError) as caught:
        build(there)
    assert Exit.NO_CAPACITY == caught.value.code
    assert set() == left(engine)


def test_what_a_dead_builder_left_goes(there: Here, engine: FakeEngine) -> None:
    """Its containers and its bytes; those of a builder elsewhere stay, which may live."""
    address = address_of(there)
    dead = {bytes_of(engine, address, "dead", DEAD), worker(engine, address, "dead", DEAD)}
    living = {bytes_of(engine, address, "far", ELSEWHERE), worker(engine, address, "far", ELSEWHERE)}
    other = bytes_of(engine, "f" * 32, "dead", DEAD)
    made = build(there)
    assert {made.marker, made.parts[0].held.volume, other, *living} == left(engine)
    assert not dead & left(engine)


def test_bytes_that_an_environment_lives_on_stay(there: Here, engine: FakeEngine) -> None:
    """Somebody took the marker away; the clone still reads what lies below it."""
    address = address_of(there)
    base = bytes_of(engine, address, "dead", DEAD)
    own = {labels.PROJECT: "shop", labels.ENVIRONMENT: "main", labels.ROLE: "data", labels.CLONE: address}
    engine.add_volume("shop_main_events-data", own)
    build(there)
    assert base in left(engine)


def test_a_marker_without_its_bytes_is_replaced(there: Here, engine: FakeEngine) -> None:
    """Somebody removed them by hand."""
    first = build(there)
    engine.remove_volume(first.parts[0].held.volume)
    second = build(there)
    assert {second.marker, second.parts[0].held.volume} == left(engine)
    assert first.address == second.address


def test_who_comes_second_takes_what_the_first_has_made(there: Here, engine: FakeEngine) -> None:
    """Two clients of one daemon, on two machines, share no lock: the marker decides, and the other's bytes go."""
    winners: list[Snapshot] = []
    far = replace(there.world.locks, folder=there.world.locks.folder.with_name("locks-elsewhere"))

    def meanwhile(job: Job) -> Output:
        engine.does = does
        engine.vols = tuple(replace(v, labels=_from_afar(v.labels)) for v in engine.vols)
        engine.held = tuple(replace(c, labels=_from_afar(c.labels)) for c in engine.held)
        winners.append(build(replace(there, world=replace(there.world, locks=far))))
        return does(job)

    engine.does = meanwhile
    made = build(there)
    assert [made] == winners
    assert {made.marker, made.parts[0].held.volume} == left(engine)


def _from_afar(own: Mapping[str, str]) -> Mapping[str, str]:
    return {**own, labels.SNAPSHOT_BUILDER: ELSEWHERE}


def test_a_marker_in_unknown_words_is_not_replaced(there: Here, engine: FakeEngine) -> None:
    """A later version of envctl may have made it, and environments live on it."""
    address = address_of(there)
    own: Mapping[str, str] = {labels.ROLE: "snapshot", labels.SNAPSHOT: address, labels.SNAPSHOT_PARTS: "later"}
    engine.add_volume(marker(address), own)
    with pytest.raises(EnvctlError) as caught:
        build(there)
    assert Exit.NOT_OURS == caught.value.code
    assert {marker(address)} == left(engine)


def test_what_is_no_builders_is_left_alone(there: Here, engine: FakeEngine) -> None:
    """A container with the labels but another name, or with labels that its image gave it, is somebody else's."""
    address = address_of(there)
    own = {labels.ROLE: "builder", labels.SNAPSHOT: address, labels.SNAPSHOT_BUILDER: DEAD}
    engine.run("mine", {**own, COMPOSE_IMAGE: "sha256:k"}, image="sha256:k")
    engine.run(f"{marker(address)}-x-builder", own, image="sha256:k")
    engine.vols = (*engine.vols, Volume("mine", {labels.ROLE: DATA, labels.SNAPSHOT: address}))
    build(there)
    assert {"mine", f"{marker(address)}-x-builder"} <= left(engine)


def test_what_a_process_builds_can_be_given_up(there: Here, engine: FakeEngine) -> None:
    """After Ctrl-C its threads do not come to clear away; what others build goes on, and what is whole stays."""
    made = build(there)
    own = {bytes_of(engine, "a" * 32, "own", myself()), worker(engine, "a" * 32, "own", myself())}
    others = {bytes_of(engine, "a" * 32, "far", ELSEWHERE), bytes_of(engine, "b" * 32, "far", ELSEWHERE)}
    abandon(there.world, myself())
    assert {made.marker, made.parts[0].held.volume, *others} == left(engine)
    assert not own & left(engine)


def test_a_volume_that_the_daemon_left_without_labels_goes(there: Here, engine: FakeEngine) -> None:
    """It died over making it, and a note says that we asked for it; without one it is somebody else's."""
    address = address_of(there)
    noted, other = (data_volume(address, token, 0) for token in ("noted", "other"))
    begun.note(there.world.runtime, marker(address), noted)
    engine.vols = (Volume(noted), Volume(other))
    made = build(there)
    assert {made.marker, made.parts[0].held.volume, other} == left(engine)
    assert not list(there.world.runtime.glob("environments/*"))
