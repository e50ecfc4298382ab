"""What envctl relies on of a Docker Engine: the real one does it, and so does the one made of values."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Mounted, Output
from envctl.observed import Container, Network, Volume
from envctl.world import helper
from envctl.world.archive import wrapped
from envctl.world.client import InUse
from envctl.world.engine import Engine, SubnetTaken
from tests.contracts.daemons import ENDS, Acts, FakeRoom, RealRoom, Room

GONE = "envctl-test-there-is-no-such-thing"


@pytest.fixture(params=["made of values", pytest.param("real", marks=pytest.mark.docker)])
def room(request: pytest.FixtureRequest) -> Iterator[Room]:
    """A daemon, and names that are this test's alone."""
    made = FakeRoom() if request.param == "made of values" else RealRoom(Engine(os.environ))
    yield made
    made.clear()


def test_a_network_is_made_found_and_removed(room: Room) -> None:
    """With its labels and its one subnet; by its ID it is removed, and once more is no error."""
    room.engine.create_network(room.name, room.subnet(), room.labels)
    (network,) = (n for n in room.engine.networks() if n.name == room.name)
    assert ((room.subnet(),), room.labels) == (network.subnets, network.labels)
    room.engine.remove_network(network.id)
    room.engine.remove_network(network.id)
    assert room.name not in {n.name for n in room.engine.networks()}


def test_overlapping_subnets_are_refused_by_the_daemon(room: Room) -> None:
    """Whoever creates a network first has the slot; the other one is told so in a way of its own."""
    room.engine.create_network(f"{room.name}_a", room.subnet(), room.labels)
    with pytest.raises(SubnetTaken):
        room.engine.create_network(f"{room.name}_b", room.subnet(24), room.labels)
    assert [f"{room.name}_a"] == [n.name for n in room.engine.networks() if n.name.startswith(room.name)]


def test_two_networks_of_one_name_are_refused(room: Room) -> None:
    """Whatever their subnets, and the daemon's reason is passed on."""
    room.engine.create_network(room.name, room.subnet(), room.labels)
    with pytest.raises(EnvctlError, match="already exists") as caught:
        room.engine.create_network(room.name, "10.213.251.0/28", room.labels)
    assert Exit.DOCKER == caught.value.code


def test_a_volume_is_made_found_and_removed(room: Room) -> None:
    """Making it says what it carries; removing it again is no error."""
    wanted = {**room.labels, labels.ROLE: "data"}
    assert wanted == room.engine.create_volume(room.name, wanted)
    (volume,) = room.engine.volumes(room.labels)
    assert (room.name, wanted) == (volume.name, volume.labels)
    for _ in range(2):
        room.engine.remove_volume(room.name)
    assert () == room.engine.volumes(room.labels)


def test_a_volume_that_is_there_keeps_its_labels(room: Room) -> None:
    """Who makes it again is answered with those, and so learns that somebody was quicker."""
    first = {**room.labels, labels.ROLE: "lease", labels.USED: "first"}
    room.engine.create_volume(room.name, first)
    assert first == room.engine.create_volume(room.name, {**first, labels.USED: "second"})
    (volume,) = room.engine.volumes(room.labels)
    assert "first" == volume.labels[labels.USED]


def test_somebody_elses_volume_is_not_taken_for_ours(room: Room) -> None:
    """The daemon answers the creation of a volume that is there with that volume: it is refused, and kept."""
    room.volume(room.name, {"somebody": "else"})
    with pytest.raises(EnvctlError, match="envctl did not make it") as caught:
        room.engine.create_volume(room.name, room.labels)
    assert Exit.NOT_OURS == caught.value.code
    assert [{"somebody": "else"}] == [v.labels for v in room.engine.volumes(prefix=room.name)]


def test_all_labels_of_an_alternative_are_asked_for(room: Room) -> None:
    """Another environment of the project is not listed; each thing is listed once, though several of these find it."""
    other = {**room.labels, labels.ENVIRONMENT: "other"}
    room.engine.create_volume(f"{room.name}_a", room.labels)
    room.engine.create_volume(f"{room.name}_b", other)
    made = [
        room.container(f"{room.name}_{own['dev.envctl.environment']}", ENDS, own=own) for own in (room.labels, other)
    ]
    assert [f"{room.name}_a"] == [v.name for v in room.engine.volumes(room.labels)]
    assert [made[0]] == [c.id for c in room.engine.containers(room.labels)]
    both = room.engine.containers(room.labels, other, {labels.PROJECT: room.labels[labels.PROJECT]}, prefix=room.name)
    assert sorted(made) == sorted(c.id for c in both)
    assert [f"{room.name}_a", f"{room.name}_b"] == [v.name for v in room.engine.volumes(room.labels, other)]


def test_without_a_question_there_is_what_has_our_label(room: Room) -> None:
    """Of volumes; nobody asks for every container."""
    room.engine.create_volume(f"{room.name}_a", room.labels)
    room.volume(f"{room.name}_b", {})
    found = {v.name for v in room.engine.volumes()}
    assert (True, False) == (f"{room.name}_a" in found, f"{room.name}_b" in found)
    assert () == room.engine.containers()


def test_a_name_is_asked_for_by_its_beginning_and_literally(room: Room) -> None:
    """Whatever its labels are: a dot stands for itself, and what only contains it is another one."""
    for name in (f"{room.name}.x_1", f"{room.name}-x_2", f"{room.name}--{room.name}.x_3"):
        room.volume(name, {})
        room.container(name, ENDS, own={})
    assert [f"{room.name}.x_1"] == [v.name for v in room.engine.volumes(prefix=f"{room.name}.x_")]
    assert [f"{room.name}.x_1"] == [c.name for c in room.engine.containers(prefix=f"{room.name}.x_")]


def test_the_quick_list_has_what_ls_needs(room: Room) -> None:
    """ID, name, labels and state of every container of ours, without looking into each; also how one ended."""
    stays = room.container(f"{room.name}_api", own={**room.labels, labels.SERVICE: "api"})
    ended = room.container(f"{room.name}_job", Acts(ends=7))
    theirs = room.container(f"{room.name}_theirs", ENDS, own={})
    seen = {c.id: c for c in room.engine.listed(room.labels)}
    assert {stays, ended} == set(seen)
    assert (f"{room.name}_api", "api", "running") == (seen[stays].name, seen[stays].service, seen[stays].state)
    assert ("exited", 7) == (seen[ended].state, seen[ended].exit_code)
    every = {c.id for c in room.engine.listed()}
    assert {stays, ended} <= every
    assert theirs not in every


def test_an_image_hands_its_labels_on(room: Room) -> None:
    """A container has them beside its own; what they were can be asked as long as the image is there."""
    image = room.image({labels.SERVICE: "inherited", "theirs": "yes"})
    made = room.inspected(room.container(f"{room.name}_a", image=image, started=False))
    assert (image, {**room.labels, labels.SERVICE: "inherited", "theirs": "yes"}) == (made.image_id, made.labels)
    assert {labels.SERVICE: "inherited", "theirs": "yes"} == room.engine.image_labels(image)
    room.forget(image)
    assert room.engine.image_labels(image) is None


def test_states_are_told_apart(room: Room) -> None:
    """Created has neither time nor status, ended has both, and running has no status."""
    created = room.inspected(room.container(f"{room.name}_a", started=False))
    running = room.inspected(room.container(f"{room.name}_b"))
    ended = room.inspected(room.container(f"{room.name}_c", Acts(ends=3)))
    assert ("created", None, None) == (created.state, created.exit_code, created.started_at)
    assert ("running", None, None) == (running.state, running.exit_code, running.health)
    assert ("exited", 3) == (ended.state, ended.exit_code)
    assert [True, True] == [(c.started_at or "").startswith("20") for c in (running, ended)]


def test_a_container_is_paused_and_resumed_stopped_and_started(room: Room) -> None:
    """Stopping and starting twice is no error."""
    one = room.container(f"{room.name}_a")
    seen = []
    for change in ("pause", "resume", "stop", "stop", "start", "start"):
        getattr(room.engine, f"{change}_container")(one)
        seen.append(room.inspected(one).state)
    assert ["paused", "running", "exited", "exited", "running", "running"] == seen


def test_what_does_not_fit_a_state_is_refused(room: Room) -> None:
    """Pausing what is not running, resuming what is not paused: nothing changes."""
    one = room.container(f"{room.name}_a", ENDS)
    with pytest.raises(EnvctlError, match="is not running"):
        room.engine.pause_container(one)
    with pytest.raises(EnvctlError, match="is not paused"):
        room.engine.resume_container(one)
    assert "exited" == room.inspected(one).state


@pytest.mark.parametrize("acts", ["stays", "ended", "created"])
def test_a_container_is_removed_in_any_state(room: Room, acts: str) -> None:
    """By its ID, and once more is no error."""
    one = room.container(f"{room.name}_a", ENDS if acts == "ended" else Acts(), started=acts != "created")
    for _ in range(2):
        room.engine.remove_container(one)
    assert room.engine.inspect(one) is None
    assert () == room.engine.containers(room.labels)


@pytest.mark.parametrize("acts", ["stays", "ended", "created"])
def test_a_volume_is_in_use_by_any_container_that_has_it(room: Room, acts: str) -> None:
    """Whether it runs or not; the volume goes once the container is gone."""
    room.engine.create_volume(room.name, room.labels)
    acting = ENDS if acts == "ended" else Acts()
    one = room.container(f"{room.name}_a", acting, volumes=[room.name], started=acts != "created")
    with pytest.raises(InUse, match="in use"):
        room.engine.remove_volume(room.name)
    room.engine.remove_container(one)
    room.engine.remove_volume(room.name)
    assert () == room.engine.volumes(room.labels)


def test_a_network_is_in_use_by_what_runs_in_it(room: Room) -> None:
    """A container that is stopped keeps no network from going; a paused one does."""
    room.engine.create_network(room.name, room.subnet(), room.labels)
    (network,) = (n.id for n in room.engine.networks() if n.name == room.name)
    one = room.container(f"{room.name}_a", network=room.name)
    with pytest.raises(InUse, match="in use"):
        room.engine.remove_network(network)
    room.engine.pause_container(one)
    with pytest.raises(InUse, match="in use"):
        room.engine.remove_network(network)
    room.engine.resume_container(one)
    room.engine.stop_container(one)
    room.engine.remove_network(network)
    assert room.name not in {n.name for n in room.engine.networks()}


def lines(room: Room, container: str, stream: str, tail: int | None = None) -> list[str]:
    raw = room.engine.logs(container, stream=stream, follow=False, since=None, tail=tail)
    return [line.decode().partition(" ")[2] for line in raw]


def test_each_stream_of_a_log_is_read_by_itself(room: Room) -> None:
    """Empty lines included, each led by its time."""
    said = (("stdout", "one"), ("stdout", ""), ("stderr", "bad"), ("stdout", "two"))
    one = room.container(f"{room.name}_a", Acts(0, said))
    assert ["one", "", "two"] == lines(room, one, "stdout")
    assert ["bad"] == lines(room, one, "stderr")
    (raw,) = room.engine.logs(one, stream="stderr", follow=False, since=None, tail=None)
    assert raw[:2] == b"20" and raw.split(b" ")[0].endswith(b"Z")


def test_the_last_lines_of_a_log_are_those_of_both_streams_together(room: Room) -> None:
    """Whose stream has none of them is empty."""
    one = room.container(f"{room.name}_a", Acts(0, (("stdout", "one"), ("stdout", "two"))))
    other = room.container(f"{room.name}_b", Acts(0, (("stdout", "out"), ("stderr", "err"))))
    assert ["two"] == lines(room, one, "stdout", 1)
    assert 1 == sum(len(lines(room, other, stream, 1)) for stream in ("stdout", "stderr"))


def test_files_get_into_a_volume_and_out_of_it_through_a_box(room: Room) -> None:
    """A container that is never started, and goes again; the volume keeps the file until it goes itself."""
    room.engine.create_volume(room.name, room.labels)
    image = room.named_image()
    for content in (b"first", b"second\0"):
        made = room.engine.make_box(f"{room.name}_box", image, room.labels, {"/volumes/it": room.name})
        assert ("created", [room.name]) == (
            room.inspected(made).state,
            [v.name for v in room.engine.volumes(room.labels)],
        )
        room.engine.put_archive(made, "/volumes/it", wrapped("file", len(content), iter([content]), 0))
        room.engine.remove_container(made)
        reader = room.engine.make_box(f"{room.name}_r", image, room.labels, {"/volumes/it": room.name}, read_only=True)
        assert content == room.engine.read_file(reader, "/volumes/it/file")
        assert room.engine.read_file(reader, "/volumes/it/none") is None
        with pytest.raises(InUse):
            room.engine.remove_volume(room.name)
        room.engine.remove_container(reader)


def test_two_boxes_of_one_name_are_refused(room: Room) -> None:
    """And so is one of an image that is not there."""
    image = room.named_image()
    room.engine.make_box(f"{room.name}_box", image, room.labels, {})
    with pytest.raises(EnvctlError, match="already in use"):
        room.engine.make_box(f"{room.name}_box", image, room.labels, {})
    with pytest.raises(EnvctlError, match="No such image"):
        room.engine.make_box(f"{room.name}_other", f"{GONE}:1", room.labels, {})


def test_a_volume_says_where_it_lies(room: Room) -> None:
    """On the daemon's machine, in a folder of its name."""
    room.engine.create_volume(room.name, room.labels)
    (volume,) = room.engine.volumes(room.labels)
    assert volume.mountpoint.startswith("/")
    assert volume.mountpoint.endswith(f"/{room.name}/_data")


@pytest.mark.parametrize("owner", [labels.SNAPSHOT, labels.POOL])
def test_a_volume_of_no_environment_is_ours_by_what_it_says(room: Room, owner: str) -> None:
    """A snapshot's and a pool's: who else has the name is refused, also where he is of another snapshot or pool."""
    wanted = {owner: room.project, labels.ROLE: "x"}
    assert wanted == room.engine.create_volume(f"{room.name}_a", wanted)
    assert wanted == room.engine.create_volume(f"{room.name}_a", {**wanted, labels.ROLE: "y"})
    with pytest.raises(EnvctlError, match="envctl did not make it"):
        room.engine.create_volume(f"{room.name}_a", {**wanted, owner: "another"})
    room.volume(f"{room.name}_b", {})
    with pytest.raises(EnvctlError, match="envctl did not make it"):
        room.engine.create_volume(f"{room.name}_b", wanted)


def test_a_volume_that_says_no_owner_is_whosever_it_is(room: Room) -> None:
    """Who makes it sees by its labels whether it is his."""
    room.volume(room.name, {"somebody": "else"})
    assert {"somebody": "else"} == room.engine.create_volume(room.name, {labels.ROLE: "measure"})


def test_a_helper_works_to_its_end_and_is_gone(room: Room) -> None:
    """Its status and its last lines are told, in the order of the streams; the volume stays."""
    room.engine.create_volume(room.name, room.labels)
    job = room.job(Acts(3, (("stdout", "one"), ("stdout", "two"), ("stderr", "bad"))), {"/it": Mounted(room.name)})
    assert Output(3, ("one", "two", "bad")) == helper.run(room.engine, job, f"{room.name}__helper", room.labels)
    assert () == room.engine.containers(room.labels)
    assert [room.name] == [v.name for v in room.engine.volumes(room.labels)]


def test_a_helper_is_made_before_it_is_started(room: Room) -> None:
    """Its volumes are in use from then on; one that is not there is made, as nobody's."""
    mounts = {"/it": Mounted(room.name), "/ro": Mounted(f"{room.name}_b", read_only=True)}
    made = room.engine.make_helper(f"{room.name}__helper", room.job(Acts(4), mounts), room.labels)
    assert "created" == room.inspected(made).state
    assert room.labels.items() <= room.inspected(made).labels.items()
    assert [(room.name, {}), (f"{room.name}_b", {})] == [
        (v.name, v.labels) for v in room.engine.volumes(prefix=room.name)
    ]
    with pytest.raises(InUse):
        room.engine.remove_volume(room.name)
    room.engine.start_container(made)
    assert 4 == room.engine.wait_container(made)
    assert ("exited", 4) == (room.inspected(made).state, room.inspected(made).exit_code)
    room.engine.kill_container(made)
    room.engine.remove_volume(room.name)


def test_files_get_into_a_helper_before_it_starts(room: Room) -> None:
    """Also where no volume lies."""
    made = room.engine.make_helper(f"{room.name}__helper", room.job(ENDS, {}), room.labels)
    room.engine.put_archive(made, "/", wrapped("told", 5, iter([b"words"]), 0))
    assert b"words" == room.engine.read_file(made, "/told")


def test_two_helpers_of_one_name_are_refused(room: Room) -> None:
    """And so is one of an image that is not there."""
    job = room.job(ENDS, {})
    room.engine.make_helper(f"{room.name}__helper", job, room.labels)
    with pytest.raises(EnvctlError, match="already in use"):
        room.engine.make_helper(f"{room.name}__helper", job, room.labels)
    with pytest.raises(EnvctlError, match="No such image"):
        room.engine.make_helper(f"{room.name}__other", replace(job, image=f"{GONE}:1"), room.labels)


@pytest.mark.parametrize("acts", ["stays", "ended", "created"])
def test_a_container_is_killed_in_any_state(room: Room, acts: str) -> None:
    """At once, and once more is no error; its volume is free."""
    room.engine.create_volume(room.name, room.labels)
    acting = ENDS if acts == "ended" else Acts()
    one = room.container(f"{room.name}_a", acting, volumes=[room.name], started=acts != "created")
    for _ in range(2):
        room.engine.kill_container(one)
    assert room.engine.inspect(one) is None
    room.engine.remove_volume(room.name)


@pytest.mark.parametrize("acts", ["stays", "ended", "created", "paused"])
def test_a_container_that_is_ended_stays(room: Room, acts: str) -> None:
    """Its processes are killed if there are any; it can be started again, on the same volume."""
    room.engine.create_volume(room.name, room.labels)
    acting = ENDS if acts == "ended" else Acts()
    one = room.container(f"{room.name}_a", acting, volumes=[room.name], started=acts != "created")
    if acts == "paused":
        room.engine.pause_container(one)
    for _ in range(2):
        room.engine.end_container(one)
    seen = room.engine.inspect(one)
    assert seen is not None
    assert {"ended": "exited", "created": "created"}.get(acts, "exited") == seen.state
    if acts in ("stays", "paused"):
        assert 137 == seen.exit_code
    room.engine.start_container(one)
    room.engine.kill_container(one)
    room.engine.remove_volume(room.name)


def test_who_runs_in_a_network_or_on_a_volume_is_found(room: Room) -> None:
    """Whoever's container it is; one that is stopped is not."""
    room.engine.create_network(room.name, room.subnet(), room.labels)
    room.engine.create_volume(room.name, room.labels)
    (network,) = (n.id for n in room.engine.networks() if n.name == room.name)
    inside = room.container(f"{room.name}_a", own={}, network=room.name)
    beside = room.container(f"{room.name}_b", own={}, volumes=[room.name])
    room.container(f"{room.name}_c", ENDS, own={}, volumes=[room.name], network=room.name)
    room.container(f"{room.name}_d")
    assert {inside, beside} == {c.id for c in room.engine.running_with([network], [room.name])}
    assert [beside] == [c.id for c in room.engine.running_with([], [room.name])]
    assert () == room.engine.running_with([], [])


def test_nobody_runs_a_program_in_what_is_let_alone(room: Room) -> None:
    """Nor in what is gone."""
    one = room.container(f"{room.name}_a")
    assert [(), ()] == [room.engine.open_execs(which) for which in (one, GONE)]


def test_everything_says_when_it_was_created(room: Room) -> None:
    """By the daemon's clock."""
    began = room.engine.now()
    room.engine.create_network(room.name, room.subnet(), room.labels)
    room.engine.create_volume(room.name, room.labels)
    room.container(f"{room.name}_a", started=False)
    made: list[Container | Network | Volume] = [
        *room.engine.listed(room.labels),
        *room.engine.containers(room.labels),
        *(n for n in room.engine.networks() if n.name == room.name),
        *room.engine.volumes(room.labels),
    ]
    moments = [datetime.fromisoformat(thing.created) for thing in made]
    assert 4 == len(moments)
    assert all(timedelta(seconds=-1) <= moment - began < timedelta(minutes=1) for moment in moments)


def test_what_is_gone_is_none(room: Room) -> None:
    """Looking at it and removing it raise nothing."""
    engine = room.engine
    assert engine.inspect(GONE) is None
    assert engine.image(f"{GONE}:1") is None
    assert engine.read_file(GONE, "/etc/passwd") is None
    assert engine.usage(GONE) is None
    assert [] == list(engine.logs(GONE, stream="stdout", follow=False, since=None, tail=None))
    engine.remove_container(GONE)
    engine.kill_container(GONE)
    engine.remove_volume(GONE)
    engine.remove_network(GONE)


@pytest.mark.parametrize("change", ["pause", "resume", "stop", "start", "wait", "end"])
def test_what_is_gone_cannot_be_changed(room: Room, change: str) -> None:
    """It is an error that says so."""
    with pytest.raises(EnvctlError, match="No such container") as caught:
        getattr(room.engine, f"{change}_container")(GONE)
    assert Exit.DOCKER == caught.value.code


def test_a_container_is_found_by_its_name_too(room: Room) -> None:
    """The same as by its ID."""
    one = room.container(f"{room.name}_a", ENDS)
    assert one == room.inspected(f"{room.name}_a").id


def test_the_daemon_has_one_clock_for_all(room: Room) -> None:
    """In UTC, to the second, and not running back by itself."""
    first, second = room.engine.now(), room.engine.now()
    assert (UTC, 0) == (first.tzinfo, first.microsecond)
    assert timedelta() <= second - first < timedelta(minutes=1)
