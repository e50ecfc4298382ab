"""Which snapshots go and which stay: what somebody stands on stays, whatever else is the case."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from envctl import labels
from envctl.identity import Identity
from envctl.observed import COMPOSE_IMAGE, Container, Record, Volume
from envctl.planning.ownership import own_labels
from envctl.planning.reclaim import GRACE, Known
from envctl.planning.shelf import Leftover, Shelf, shelf
from envctl.planning.snapshots import Verdict, Why, Work, confirmed, heeding_work, reclaim
from envctl.snapshot import DATA, MARKER, Held, Part, Snapshot, data_volume, marker

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KNOWN = Known(NOW)
MAIN = Identity("shop", "main", "refs/heads/main")
DAY = timedelta(days=1)


def address(number: int) -> str:
    """One of many."""
    return f"{number:032x}"


def snapshot(number: int, days: float = 2, source: str = "dump catalogue", **more: object) -> Snapshot:
    """A snapshot of so many days ago, 100 bytes large."""
    held = Held(data_volume(address(number), "t", 0), path=f"/volumes/{number}")
    part = Part("db", "postgres", "postgres:17", "sha256:1", "17", "shop", "db-data", held)
    made = NOW - days * DAY
    return replace(Snapshot(address(number), source, made, "ann@laptop", (part,), "shop", size=100), **more)  # type: ignore[arg-type]


def volumes(one: Snapshot) -> tuple[Volume, ...]:
    """What the daemon has of a snapshot."""
    made = one.made.isoformat()
    data = (
        Volume(p.held.volume, {labels.ROLE: DATA, labels.SNAPSHOT: one.address}, made, p.held.path) for p in one.parts
    )
    return (*data, Volume(one.marker, one.labels(), made))


def there(*snapshots: Snapshot, images: frozenset[str] = frozenset({"sha256:1"}), **more: object) -> Shelf:
    """A daemon with these."""
    return replace(Shelf(snapshots, images=images, environments=frozenset({"shop/main"})), **more)  # type: ignore[arg-type]


def told(verdicts: tuple[Verdict, ...]) -> list[tuple[bool, str]]:
    """Of each whether it goes, and the word for why."""
    return [(v.goes, v.reason.value) for v in verdicts]


def test_a_snapshot_is_read_back_from_its_volumes() -> None:
    """Whoever asks the daemon knows all of it."""
    one = snapshot(1, name="before", about={"libc": "glibc 2.41"}, digest="abc")
    assert (one,) == shelf(volumes(one)).snapshots


@pytest.mark.parametrize(
    ("made", "known", "expected"),
    [
        pytest.param(snapshot(1, name="mine"), KNOWN, "named", id="named"),
        pytest.param(snapshot(1, days=0.01), KNOWN, "young", id="young"),
        pytest.param(snapshot(1, days=-9), KNOWN, "young", id="of the future"),
        pytest.param(snapshot(1), Known(NOW, doubt="two clocks differ"), "clock-unknown", id="doubt"),
        pytest.param(snapshot(1), KNOWN, "newest", id="newest"),
        pytest.param(snapshot(1, source="environment shop/main"), KNOWN, "newest", id="newest of an environment"),
    ],
)
def test_what_stays_whatever_the_budget(made: Snapshot, known: Known, expected: str) -> None:
    """Nothing is allowed to any of them, and they stay."""
    assert [(False, expected)] == told(reclaim(there(made), known, 0))


@pytest.mark.parametrize("budget", [0, 100, 10_000])
def test_the_base_of_a_clone_stays(budget: int) -> None:
    """An old one too, of which there is a newer one; who lives on it is named."""
    old, new = snapshot(1, days=9), snapshot(2)
    verdicts = reclaim(there(new, old, clones={old.address: ("shop/main",)}), KNOWN, budget)
    assert [(False, "newest"), (False, "cloned")] == told(verdicts)
    assert "shop/main lives on it" == verdicts[1].because


def test_over_the_budget_the_oldest_go_first() -> None:
    """As many as it asks for, and none more; within it what is over is kept for whoever asks again."""
    made = [snapshot(number, days=number) for number in (1, 2, 3, 4)]
    assert [(False, "newest"), *[(False, "within-budget")] * 3] == told(reclaim(there(*made), KNOWN, 400))
    gone = [(True, "over-snapshot-budget")]
    assert [(False, "newest"), (False, "within-budget"), *gone * 2] == told(reclaim(there(*made), KNOWN, 201))
    assert [(False, "newest"), *gone * 3] == told(reclaim(there(*made), KNOWN, 0))


def test_what_must_stay_counts_too() -> None:
    """A named one leaves less room for the others."""
    made = [snapshot(1, days=1), snapshot(2, days=2), snapshot(3, days=3, name="kept", size=1000)]
    assert [(False, "newest"), (True, "over-snapshot-budget"), (False, "named")] == told(
        reclaim(there(*made), KNOWN, 1100)
    )


def test_each_source_has_its_newest() -> None:
    """Of every project its own."""
    made = [snapshot(1), snapshot(2, source="empty kafka"), snapshot(3, project="blog"), snapshot(4, days=5)]
    assert ["newest", "newest", "newest", "over-snapshot-budget"] == [
        v.reason.value for v in reclaim(there(*made), KNOWN, 0)
    ]


def test_one_whose_image_is_gone_goes_before_all_others() -> None:
    """No environment starts on it, so the newest is one of the rest; within the budget it waits for its image."""
    part = replace(snapshot(1).parts[0], image_id="sha256:gone")
    made = [snapshot(1, days=1, parts=(part,)), snapshot(2, days=2), snapshot(3, days=3)]
    assert [(False, "within-budget"), (False, "newest"), (False, "within-budget")] == told(
        reclaim(there(*made), KNOWN, 300)
    )
    assert [(True, "image-gone"), (False, "newest"), (False, "within-budget")] == told(
        reclaim(there(*made), KNOWN, 299)
    )


def test_the_newest_of_an_environment_that_is_gone_is_not_kept_for_it() -> None:
    """Nothing newer would ever come, so each branch would leave one for ever."""
    made = snapshot(1, source="environment shop/gone")
    assert [(False, "within-budget")] == told(reclaim(there(made), KNOWN, 100))
    assert [(True, "over-snapshot-budget")] == told(reclaim(there(made), KNOWN, 0))


def test_a_size_that_is_unknown_frees_nothing() -> None:
    """It is no use to remove it for room."""
    made = [snapshot(1), snapshot(2, days=8, size=0), snapshot(3, days=5)]
    assert [False, False, True] == [v.goes for v in reclaim(there(*made), KNOWN, 100)]


@pytest.mark.parametrize(
    ("role", "more"),
    [
        ("data", {labels.CLONE: address(1)}),
        ("record", {f"{labels.FACT}clone.db": address(1)}),
        ("data", {labels.CLONE: address(1), labels.SUBPATH: "clones/x"}),
    ],
)
def test_clones_are_known_by_their_labels_and_by_records(role: str, more: dict[str, str]) -> None:
    """Either will do: half made ones have no record yet, and a volume may have lost its label."""
    own = Volume(f"{MAIN.full}_db-data", {**own_labels(MAIN), labels.ROLE: role, **more})
    found = shelf([*volumes(snapshot(1)), own])
    assert {address(1): ("shop/main",)} == found.clones
    assert {"shop/main"} == found.environments


def test_a_record_with_other_facts_is_no_clone() -> None:
    """Nor is a bundle an environment."""
    record = Volume(Record(1).name(MAIN), {**own_labels(MAIN), labels.ROLE: "record", f"{labels.FACT}data.db": "x"})
    bundle = Volume(f"{MAIN.full}__bundle-1", {**own_labels(MAIN), labels.ROLE: "bundle"})
    assert {} == shelf([record, bundle]).clones
    assert frozenset() == shelf([bundle]).environments


# What is no snapshot


def loose(number: int, days: float = 1, role: str = DATA, **more: str) -> Volume:
    """Bytes that nothing names."""
    own = {labels.ROLE: role, labels.SNAPSHOT: address(number), **more}
    return Volume(data_volume(address(number), "dead", 0), own, (NOW - days * DAY).isoformat())


def worker(number: int, role: str = "builder", image: str = "sha256:1", **more: str) -> Container:
    """A container that somebody builds with."""
    own = {labels.ROLE: role, labels.SNAPSHOT: address(number), COMPOSE_IMAGE: image, **more}
    made = (NOW - DAY).isoformat()
    name = f"{marker(address(number))}-dead-{role}"
    return Container(f"c{number}", name, own, "postgres:17", "running", image_id="sha256:1", created=made)


def test_what_a_dead_builder_left_goes_when_it_is_old() -> None:
    """Its volumes and containers together; who builds elsewhere holds a lock that nobody sees from here."""
    found = shelf([loose(1), *volumes(snapshot(2))], [worker(1)])
    (left,) = found.leftovers
    assert ([loose(1)], [worker(1)]) == (list(left.volumes), list(left.containers))
    assert (True, "abandoned") == told(reclaim(found, KNOWN, 0))[-1]
    young = shelf([loose(1), loose(1, days=0.01)], [worker(1)])
    assert [(False, "young")] == told(reclaim(young, KNOWN, 0))
    assert [(False, "clock-unknown")] == told(reclaim(shelf([loose(1)]), Known(NOW, "no clock"), 0))


def test_when_something_was_made_that_does_not_say_so_is_unknown() -> None:
    """It stays."""
    assert [(False, "young")] == told(reclaim(shelf([replace(loose(1), created="")]), KNOWN, 0))


def test_bytes_of_a_dead_builder_beside_a_snapshot_of_the_same_go() -> None:
    """Somebody built it after him; but while clones stand on any of it, nobody can tell on which."""
    one = snapshot(1, source="empty postgres")
    found = replace(shelf([*volumes(one), loose(1)]), images=frozenset({"sha256:1"}))
    assert [(False, "newest"), (True, "abandoned")] == told(reclaim(found, KNOWN, 0))
    lived = replace(found, clones={address(1): ("shop/main",)})
    assert [(False, "cloned"), (False, "cloned")] == told(reclaim(lived, KNOWN, 0))


@pytest.mark.parametrize(
    "other",
    [
        Volume("theirs", {labels.ROLE: DATA, labels.SNAPSHOT: address(1)}, "2020-01-01T00:00:00Z"),
        Volume(data_volume(address(2), "t", 0), {labels.ROLE: DATA, labels.SNAPSHOT: address(1)}),
        Volume(data_volume(address(1), "t", 0), {labels.SNAPSHOT: address(1)}),
        Volume(data_volume(address(1), "t", 0), {}),
        Volume("theirs", {labels.ROLE: MARKER, labels.SNAPSHOT: address(1)}),
    ],
)
def test_what_only_looks_like_it_is_nobodys_business(other: Volume) -> None:
    """Name and labels must belong together."""
    assert ((), (), ()) == (shelf([other]).snapshots, shelf([other]).leftovers, shelf([other]).unreadable)


@pytest.mark.parametrize(
    "other",
    [
        replace(worker(1), name="theirs"),
        replace(worker(1), image_id=""),
        worker(1, image="sha256:2"),
        worker(1, role="service"),
        replace(worker(1), labels={k: v for k, v in worker(1).labels.items() if k != COMPOSE_IMAGE}),
    ],
)
def test_an_image_can_make_no_worker(other: Container) -> None:
    """What an image says of its containers proves nothing."""
    assert () == shelf([], [other]).leftovers


@pytest.mark.parametrize("parts", ["{}", "[", "[]", '[{"held": 1}]', '[{"held": "theirs"}]', '["x"]'])
def test_a_marker_that_cannot_be_read_stays_and_all_that_may_be_its(parts: str) -> None:
    """A later version may have made it."""
    one = snapshot(1)
    said = Volume(one.marker, {**one.labels(), labels.SNAPSHOT_PARTS: parts}, one.made.isoformat())
    found = shelf([*volumes(one)[:-1], said], [worker(1)])
    assert ((), (), (said,)) == (found.snapshots, found.leftovers, found.unreadable)


WRITTEN = snapshot(1).labels()[labels.SNAPSHOT_PARTS]


@pytest.mark.parametrize(
    "other",
    [
        {labels.SNAPSHOT_ABOUT: '["libc"]'},
        {labels.SNAPSHOT_ABOUT: '{"libc": {"name": "musl"}}'},
        {labels.SNAPSHOT_PARTS: WRITTEN.replace('"facts": {}', '"facts": []')},
        {
            labels.SNAPSHOT_PARTS: snapshot(1)
            .labels()[labels.SNAPSHOT_PARTS]
            .replace('"facts": {}', '"facts": {"a": 1}')
        },
        {labels.SNAPSHOT_PARTS: WRITTEN.replace('"postgres"', "17")},
    ],
)
def test_what_a_marker_says_in_another_way_is_not_taken_for_what_we_write(other: dict[str, str]) -> None:
    """It would be known only once somebody looks at it."""
    one = snapshot(1)
    said = Volume(one.marker, {**one.labels(), **other}, one.made.isoformat())
    assert ((), (said,)) == (shelf([*volumes(one)[:-1], said]).snapshots, shelf([*volumes(one)[:-1], said]).unreadable)


def test_no_snapshot_is_made_of_what_is_somebody_elses() -> None:
    """A marker that names a volume of an environment as its bytes: that would be copied, and be in the way of gc."""
    one = snapshot(1)
    theirs = Volume("shop_main_db-data", {labels.PROJECT: "shop", labels.ENVIRONMENT: "main"})
    parts = one.labels()[labels.SNAPSHOT_PARTS].replace(one.parts[0].held.volume, theirs.name)
    said = Volume(one.marker, {**one.labels(), labels.SNAPSHOT_PARTS: parts}, one.made.isoformat())
    assert () == shelf([theirs, said]).snapshots


def test_a_marker_whose_bytes_are_gone_goes_with_the_rest_of_them() -> None:
    """Nothing can be made from it, and it would be in the way of whoever builds it anew."""
    held = [Held(data_volume(address(1), "t", n)) for n in (0, 1)]
    parts = tuple(replace(snapshot(1).parts[0], held=one) for one in held)
    first, _, said = volumes(snapshot(1, parts=parts))
    found = shelf([first, said])
    assert ((), ()) == (found.snapshots, found.unreadable)
    assert [(True, "broken")] == told(reclaim(found, KNOWN, 10**9))
    assert {first.name, said.name} == {v.name for v in found.leftovers[0].volumes}


# A second look


def test_whatever_came_meanwhile_keeps_it() -> None:
    """A clone, a name; what was made anew; what its builder goes on with."""
    one = snapshot(1)
    going = Verdict(one, True, Why.OVER_BUDGET, "over")
    assert going == confirmed(going, there(one))
    assert Why.CLONED is confirmed(going, there(one, clones={one.address: ("shop/main",)})).reason
    assert Why.NAMED is confirmed(going, there(replace(one, name="x"))).reason
    assert not confirmed(going, there(replace(one, made=NOW))).goes
    assert "somebody else" in confirmed(going, there()).because


def test_what_is_a_snapshot_by_now_is_no_leftover_any_more() -> None:
    """Its builder has just finished: nothing of it goes."""
    left = shelf([loose(1)], [worker(1)]).leftovers[0]
    going = Verdict(left, True, Why.ABANDONED, "dead")
    same = confirmed(going, Shelf(leftovers=(left,)))
    assert going == same
    done = confirmed(going, there(snapshot(1)))
    assert isinstance(done.of, Leftover)
    assert ((), ()) == (done.of.volumes, done.of.containers)
    more = replace(left, volumes=(*left.volumes, replace(loose(1), name="another")))
    changed = confirmed(going, Shelf(leftovers=(more,)))
    assert (False, Why.IN_USE) == (changed.goes, changed.reason)


@pytest.mark.parametrize(
    ("days", "ended", "busy", "stays"),
    [
        pytest.param(0.9, False, False, True, id="nothing tells"),
        pytest.param(1.1, False, False, False, id="for a day nothing told"),
        pytest.param(9, False, True, True, id="a program runs in it"),
        pytest.param(0.1, True, False, False, id="its builder is dead"),
        pytest.param(9, True, True, True, id="somebody looks into it"),
    ],
)
def test_a_server_that_data_is_built_with_stays_while_it_may_be_needed(
    days: float, ended: bool, busy: bool, stays: bool
) -> None:
    """Who builds elsewhere holds a lock that nobody sees from here, and for hours may start nothing new."""
    server = worker(1)
    (left,) = shelf([loose(1)], [server]).leftovers
    going = Verdict(replace(left, latest=NOW - days * DAY), True, Why.ABANDONED, "dead")
    work = Work((server,), {server.id} if busy else (), ended)
    found = heeding_work(going, work, KNOWN)
    assert ((False, Why.IN_USE) if stays else (True, Why.ABANDONED)) == (found.goes, found.reason)
    assert (server.name in found.because) == stays
    assert going == heeding_work(going, Work(), KNOWN)


@pytest.mark.parametrize(
    "one", [replace(worker(1, role="helper"), id="h"), Container("x", "somebody", {}, "debian", "running")]
)
def test_bytes_that_a_container_has_stay(one: Container) -> None:
    """A helper that copies, or whoever looks at them, however long that takes."""
    (left,) = shelf([loose(1)], [worker(1)]).leftovers
    going = Verdict(left, True, Why.ABANDONED, "dead")
    assert Why.IN_USE is heeding_work(going, Work((one,), ended=True), Known(NOW + 99 * DAY)).reason


def test_only_what_goes_is_kept_by_work() -> None:
    """A snapshot's bytes are read by whoever clones it, under another rule; what stays has its own reason."""
    over = Verdict(snapshot(1), True, Why.OVER_BUDGET, "over")
    young = Verdict(Leftover(address(1)), False, Why.YOUNG, "young")
    assert [over, young] == [heeding_work(v, Work((worker(1),)), KNOWN) for v in (over, young)]


# Whatever there is

SOURCES = st.sampled_from(["dump catalogue", "empty postgres", "environment shop/main", "environment shop/gone"])
IMAGES = st.sampled_from(["sha256:1", "sha256:gone", ""])


@st.composite
def shelves(draw: st.DrawFn) -> Shelf:
    """Any daemon."""
    snapshots, clones = [], {}
    for number in range(draw(st.integers(0, 8))):
        one = snapshot(
            number,
            draw(st.floats(-1, 30)),
            draw(SOURCES),
            name=draw(st.sampled_from(["", "", "kept"])),
            size=draw(st.integers(0, 300)),
            project=draw(st.sampled_from(["shop", "blog"])),
        )
        one = replace(one, parts=(replace(one.parts[0], image_id=draw(IMAGES)),))
        snapshots.append(one)
        if draw(st.booleans()):
            clones[one.address] = ("shop/main",)
    left = [
        Leftover(address(n), (loose(n),), latest=draw(st.none() | st.just(NOW - 2 * GRACE)))
        for n in draw(st.lists(st.integers(0, 12), unique=True))
    ]
    return there(*snapshots, leftovers=tuple(left), clones=clones)


@given(shelves(), st.integers(0, 3000), st.booleans())
def test_nothing_goes_that_somebody_stands_on(found: Shelf, budget: int, doubtful: bool) -> None:
    """Whatever the budget: no base of a clone, nothing named, nothing young, and of each source not the newest."""
    verdicts = reclaim(found, Known(NOW, "no clock" if doubtful else ""), budget)
    going = [v.of for v in verdicts if v.goes]
    assert len(found.snapshots) + len(found.leftovers) == len(verdicts)
    assert not [one for one in going if doubtful or found.clones.get(one.address)]
    gone = [one for one in going if isinstance(one, Snapshot)]
    assert not [one for one in gone if one.name or NOW - one.made < GRACE]
    for one in gone:
        usable = one.parts[0].image_id in ("", "sha256:1")
        alike = [s for s in found.snapshots if (s.project, s.source) == (one.project, one.source)]
        newer = [s for s in alike if s.made >= one.made and s.parts[0].image_id in ("", "sha256:1") and s != one]
        assert newer or not usable or one.source == "environment shop/gone"


@given(shelves(), st.integers(0, 3000))
def test_no_more_goes_than_the_budget_asks_for(found: Shelf, budget: int) -> None:
    """Without the last that goes all would be too much; and when all fits, none goes."""
    gone = [v.of for v in reclaim(found, KNOWN, budget) if v.goes and isinstance(v.of, Snapshot)]
    left = sum(one.size for one in found.snapshots) - sum(one.size for one in gone)
    assert not gone or left + max(one.size for one in gone) > budget
    free = [v for v in reclaim(found, KNOWN, budget) if v.reason is Why.WITHIN_BUDGET]
    assert left <= budget or not [v for v in free if isinstance(v.of, Snapshot) and v.of.size]


@given(shelves(), st.integers(0, 3000), st.integers(0, 3000))
def test_a_smaller_budget_spares_nothing_that_a_larger_one_takes(found: Shelf, one: int, other: int) -> None:
    """What goes for less room goes for more."""
    small, large = sorted((one, other))
    gone = [{v.address for v in reclaim(found, KNOWN, budget) if v.goes} for budget in (small, large)]
    assert gone[1] <= gone[0]
