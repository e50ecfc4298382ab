"""What every way of copying data does, with GNU's programs and busybox's, on the real daemon."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

import pytest
from docker.errors import NotFound

from envctl.events import nobody
from envctl.job import Mounted
from envctl.measure import OVERLAY, REFLINK
from envctl.ops.clones import job
from envctl.ops.measure import measure, measured
from envctl.ops.refill import BEGIN, Refill
from envctl.snapshot import Held
from envctl.snapshots import SCRIPT, Layout
from envctl.world import real_world
from envctl.world.helper import made
from tests.contracts.copying import BYTES, HAVOC, Lab, busybox_image, lab, sharing_daemon
from tests.contracts.daemons import small_image
from tests.scenarios.pools import pooled

pytestmark = pytest.mark.docker

MANY = 10
IN_POOL = "reflink in a pool"


@pytest.fixture(scope="module", params=[IN_POOL, "reflink", "overlay", "copy"])
def place(request: pytest.FixtureRequest, small: str, busybox: str) -> Iterator[Lab]:
    """A way of copying, on the disk that it is for, with GNU's programs."""
    world, how, pool = real_world(nobody), request.param, None
    with ExitStack() as stack:
        if how == IN_POOL:
            pool, how = stack.enter_context(pooled()), REFLINK
        elif how not in measured(world, small).order:
            world = stack.enter_context(sharing_daemon(small, busybox))
        made = lab(world, how, small, small, pool)
        stack.callback(made.clear)
        yield made


@pytest.fixture(scope="module")
def small() -> str:
    """An image that has GNU's programs."""
    return small_image(real_world(nobody).engine)


@pytest.fixture(scope="module")
def base(place: Lab) -> Held:
    """The original, which no test changes."""
    return place.original()


@pytest.fixture(scope="module")
def original(place: Lab, base: Held) -> list[str]:
    """What the original looks like."""
    return place.seen(base)


@pytest.fixture(scope="module")
def busybox() -> str:
    """An image that has none but busybox's programs."""
    return busybox_image(real_world(nobody).engine)


@pytest.fixture(params=["GNU", "busybox"])
def it(request: pytest.FixtureRequest, place: Lab) -> Lab:
    """The same way, with either's programs."""
    return replace(place, image=request.getfixturevalue("busybox")) if request.param == "busybox" else place


def test_a_copy_is_the_same(it: Lab, base: Held, original: list[str]) -> None:
    """Content, owners, modes, times, links of both kinds, odd names, an empty folder, holes; and the root folder."""
    layout = it.clone(base)
    assert "3" == original[-1]  # names of one file
    assert [".", "directory", "70:71", "2750", "1672628645"] == original[0].replace("'", "").split()
    assert original == it.seen(layout.held)
    it.remove(layout)


def test_what_is_written_to_copies_never_reaches_the_original(place: Lab, base: Held, original: list[str]) -> None:
    """Ten at once write, rename and remove; not a byte of the original changes, and what each wrote is still there."""
    before = place.seen(base, BYTES)
    layouts = [place.clone(base, number) for number in range(MANY)]
    with ThreadPoolExecutor(MANY + 1) as threads:
        wrote = [threads.submit(place.seen, layout.held, HAVOC, read_only=False) for layout in layouts]
        meanwhile = threads.submit(place.seen, base, BYTES)
        assert [[]] * MANY == [one.result() for one in wrote]
        assert before == meanwhile.result()
    assert (before, original) == (place.seen(base, BYTES), place.seen(base))
    for layout in layouts:
        names = {line.partition(" ")[0] for line in place.seen(layout.held)}
        assert {"'./renamed'", "'./moved'", "'./elsewhere'", "'./elsewhere/folder/file'"} <= names
        assert names.isdisjoint({"'./plain'", "'./deep'", "'./broken'", "'./pipe'"})
    for layout in layouts:
        place.remove(layout)


def test_a_file_of_two_names_stays_one(place: Lab, base: Held) -> None:
    """Who writes to it by one of them reads it by the other. Not by overlay, which the kernel would then refuse to
    mount while another mount of it is being taken down; no server's data has such files.
    """
    if place.how == OVERLAY:
        pytest.skip("by overlay they become two")
    layout = place.clone(base)
    place.seen(layout.held, 'printf more >>"$1/two"', read_only=False)
    assert ["oncemore", "oncemore"] == place.seen(layout.held, 'cd "$1"; cat one; echo; cat deep/three; echo')
    place.remove(layout)


def test_a_copy_is_filled_again(it: Lab, base: Held, original: list[str]) -> None:
    """Whatever was there: what an environment has made of it, and what a run left that died half-way."""
    layout = it.clone(base)
    it.seen(layout.held, HAVOC, read_only=False)
    it.fill(layout)
    assert original == it.seen(layout.held)
    _, _, place = layout.words
    half = 'cd "$1"; rm -rf ./*; mkdir -p upper/deep deep; printf half >deep/er; chmod 700 .; printf x >.hidden'
    it.run(it.looks, half, place, mounts=layout.mounts)
    it.fill(layout)
    assert original == it.seen(layout.held)
    it.remove(layout)


@contextmanager
def refilling(it: Lab, layout: Layout) -> Iterator[Refill]:
    """What puts a copy back as `reset` does, not started yet."""
    helper = made(it.world.engine, job(it.world, [layout], it.image, begins=BEGIN), f"{it.token}_one__helper", it.own)
    refill = Refill(it.world, helper, it.world.engine.connect(helper))
    try:
        yield refill
    finally:
        refill.end()


def leave(it: Lab, refill: Refill) -> None:
    """Leave it, and wait until it has removed itself."""
    refill.leave()
    with suppress(NotFound):  # it may be gone already
        it.world.engine.client.wait(refill.helper, condition="removed")


def put_aside(it: Lab, layout: Layout) -> list[str]:
    """What is aside in the volumes that are written to when a copy is made."""
    mounts = {path: mounted for path, mounted in layout.mounts.items() if not mounted.read_only}
    return it.run(it.looks, 'find "$@" -name "*~"', *mounts, mounts=mounts)


def test_a_copy_is_put_back_at_a_word(it: Lab, base: Held, original: list[str]) -> None:
    """Nothing is touched before it. What was there goes when the helper is left, and then the helper does."""
    layout = it.clone(base)
    it.seen(layout.held, HAVOC, read_only=False)
    havoc = it.seen(layout.held)
    with refilling(it, layout) as refill:
        refill.prepare()
        assert havoc == it.seen(layout.held)
        refill.begin()
        assert original == it.seen(layout.held)
        leave(it, refill)
        assert [] == put_aside(it, layout)
    it.remove(layout)


def test_a_copy_is_put_back_after_a_run_that_was_killed(it: Lab, base: Held, original: list[str]) -> None:
    """At some moment of its work, and at the one when nothing is there: what was is aside, and no byte is copied."""
    layout = it.clone(base)
    it.seen(layout.held, HAVOC, read_only=False)
    with refilling(it, layout) as refill:
        refill.prepare()
        assert refill.line is not None
        refill.line.say(BEGIN)
    ending = f"cp() {{ exit 0; }}; chown() {{ exit 0; }}\n{SCRIPT}"
    assert [] == it.run(it.image, ending, *layout.words, mounts=layout.mounts)
    assert original != it.seen(layout.held)
    with refilling(it, layout) as refill:
        refill.prepare()
        refill.begin()
        assert original == it.seen(layout.held)
        leave(it, refill)
    assert [] == put_aside(it, layout)
    it.remove(layout)


def test_a_helper_that_nobody_will_tell_anything_ends(it: Lab, base: Held) -> None:
    """By itself, and with the data as it was: who would have told it is gone."""
    layout = it.clone(base)
    it.seen(layout.held, HAVOC, read_only=False)
    havoc = it.seen(layout.held)
    with refilling(it, layout) as refill:
        refill.prepare()
        leave(it, refill)
        assert havoc == it.seen(layout.held)
    it.remove(layout)


def test_several_are_filled_by_one_helper(it: Lab, base: Held, original: list[str]) -> None:
    """As the data of several services is."""
    layouts = [it.layout(base, number) for number in range(3)]
    for wanted in (wanted for layout in layouts for wanted in layout.volumes):
        it.make(wanted)
    it.fill(*layouts)
    assert [original] * 3 == [it.seen(layout.held) for layout in layouts]
    for layout in layouts:
        it.remove(layout)


def test_a_removed_copy_leaves_nothing(it: Lab, base: Held) -> None:
    """No volume, and no folder in a pool."""
    there = {volume.name for volume in it.world.engine.volumes(it.own)}
    layout = it.clone(base)
    it.seen(layout.held, HAVOC, read_only=False)
    it.remove(layout)
    assert there == {volume.name for volume in it.world.engine.volumes(it.own)}
    if base.pool:
        left = it.run(it.looks, "ls /pool/clones", mounts={"/pool": Mounted(base.volume)})
        assert layout.held.volume not in left


def test_a_name_in_a_pool_is_never_read_as_code(it: Lab, base: Held) -> None:
    """Nor as an option: whatever a folder is called, only it is copied."""
    if not base.pool:
        pytest.skip("only a pool has folders that we name")
    odd = "snapshots/ -rf $(touch /pool/code) `touch /pool/code` '; touch /pool/code; \n\"*"
    mounts = {"/pool": Mounted(base.volume)}
    it.run(it.looks, 'mkdir -p "$1"; printf odd >"$1/file"', f"/pool/{odd}", mounts=mounts)
    layout = it.clone(replace(base, subpath=odd))
    assert ["odd"] == it.seen(layout.held, 'cat "$1/file"; echo; cd /; ls data | grep -vx file || true')
    it.run(it.looks, "test ! -e /pool/code; rm -rf /pool/snapshots/' '*", mounts=mounts)
    it.remove(layout)


def test_it_is_measured_with_real_files(it: Lab) -> None:
    """What can be done here is found to be able, in some seconds, whoever's programs do it."""
    found = measure(it.world, it.image)
    cost = found.cost(it.how, pooled=it.pool is not None)
    assert cost is not None
    assert cost.able, cost.why
    assert 0 <= cost.whole < 600
    assert found == measured(it.world, it.image)
    if it.pool is None:
        assert it.how in found.order
        assert "copy" == found.order[-1]  # an overlay may be quicker than a reflink: on such a disk both share
