"""Snapshots on the ground of `gc`: what may happen to them, and what must hold of them whatever `gc` did."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import invariant, rule

from envctl import labels
from envctl.observed import COMPOSE_IMAGE, Volume
from envctl.planning.snapshots import LONGEST
from envctl.snapshot import DATA, MARKER, Held, Part, Snapshot, data_volume, marker
from tests.ops.fake import DEAD
from tests.ops.gc.ground import Ground
from tests.ops.gc.truth import HOUR, is_doubtful

PREFIX, SIZE = "envctl-snapshot__", 100
ELSEWHERE = "another-machine - 1 1"
IMAGE, GONE = "sha256:shelf", "sha256:gone"
BUDGETS = st.sampled_from([0, 150, 10**9])


class Shelved:
    """Rules and invariants of snapshots, for the machine to take along."""

    ground: Ground
    built = 0

    @rule(
        source=st.sampled_from(["dump one", "dump two"]),
        project=st.sampled_from(["shop", "blog"]),
        name=st.sampled_from(["", "", "", "kept"]),
        image=st.sampled_from([IMAGE, IMAGE, GONE]),
        hours=st.sampled_from([0.5, 2]),
    )
    def build(self, source: str, project: str, name: str, image: str, hours: float) -> None:
        """Somebody builds one, and a while goes by."""
        self._build(source, project, name, image)
        self.ground.engine.move(hours=hours)

    def _build(self, source: str, project: str, name: str, image: str) -> None:
        engine, address = self.ground.engine, self._address()
        engine.images = {**engine.images, IMAGE: IMAGE}
        held = Held(data_volume(address, "t", 0))
        engine.create_volume(held.volume, {labels.ROLE: DATA, labels.SNAPSHOT: address})
        part = Part("db", "postgres", "postgres:17", image, "17", "", "db", held)
        made = Snapshot(address, source, engine.now(), "ann@laptop", (part,), project, name, size=SIZE)
        engine.create_volume(marker(address), made.labels())

    def begin_with_snapshots(self, made: int, budget: int) -> None:
        """Some are there, and the disk may be scarce; an environment lives on the first of them."""
        self.ground.snapshot_budget = budget
        for _ in range(made):
            self._build("dump one", "shop", "", IMAGE)
            self.ground.engine.move(hours=2)
        own = self._data()
        if made and own:
            self._copy(own[0], f"{1:032x}")

    @rule(image=st.sampled_from(["", IMAGE]), mark=st.sampled_from([DEAD, ELSEWHERE]))
    def a_builder_dies(self, image: str, mark: str) -> None:
        """With data only, or with its server, too, which runs on."""
        engine, address = self.ground.engine, self._address()
        own = {labels.ROLE: DATA, labels.SNAPSHOT: address, labels.SNAPSHOT_BUILDER: mark}
        engine.create_volume(data_volume(address, "dead", 0), own)
        if image:
            own |= {labels.ROLE: "builder", COMPOSE_IMAGE: image}
            engine.run(f"{marker(address)}-dead-builder", own, image=image, volumes=[data_volume(address, "dead", 0)])

    @rule(data=st.data())
    def clone(self, data: st.DataObject) -> None:
        """An environment's data becomes a copy of a snapshot: one of the oldest."""
        whole, own = sorted(whole_ones(self.ground)), self._data()
        if whole and own:
            self._copy(data.draw(st.sampled_from(own)), data.draw(st.sampled_from(whole[:2])))

    def _data(self) -> list[Volume]:
        """The environments' own."""
        names = {f"{full}_db" for full in self.ground.envs}
        return [v for v in self.ground.engine.vols if v.name in names and v not in self.ground.foreign]

    def _copy(self, chosen: Volume, address: str) -> None:
        engine = self.ground.engine
        copy = replace(chosen, labels={**chosen.labels, labels.CLONE: address})
        engine.vols = tuple(copy if v == chosen else v for v in engine.vols)

    @rule(budget=BUDGETS)
    def snapshots_may_take(self, budget: int) -> None:
        """What `gc` is told from now on."""
        self.ground.snapshot_budget = budget

    @invariant()
    def snapshots_are_whole_or_none(self) -> None:
        """Whatever was killed: what says that it is a snapshot has its bytes."""
        names = {v.name for v in self.ground.engine.vols}
        assert not {a for a in whole_ones(self.ground) if data_volume(a, "t", 0) not in names}

    def _address(self) -> str:
        self.built += 1
        return f"{self.built:032x}"


def whole_ones(ground: Ground) -> dict[str, Volume]:
    """The markers that are there, by their address."""
    return {v.labels[labels.SNAPSHOT]: v for v in ground.engine.vols if v.labels.get(labels.ROLE) == MARKER}


def bases(ground: Ground) -> set[str]:
    """Addresses that any volume lives on."""
    return {v.labels[labels.CLONE] for v in ground.engine.vols if labels.CLONE in v.labels}


def young_ones(ground: Ground) -> set[str]:
    """The volumes with bytes, of snapshots and of what somebody may be just building, made less than an hour ago."""
    now, data = ground.engine.now(), [v for v in ground.engine.vols if v.labels.get(labels.ROLE) == DATA]
    return {v.name for v in data if now - datetime.fromisoformat(v.created) < HOUR}


def check(ground: Ground, before: dict[str, Volume], report: dict[str, Any], project: str | None) -> None:
    """What must hold after a `gc`; `before` are the markers that were there."""
    after, did = (
        whole_ones(ground),
        {fate["address"]: (fate["verdict"], fate["reason"]) for fate in report["snapshots"]},
    )
    gone = set(before) - set(after)
    assert gone == {address for address, (verdict, _) in did.items() if verdict == "removed" and address in before}
    assert not gone & bases(ground)
    assert not {a for a in gone if labels.SNAPSHOT_NAME in before[a].labels or _is_young(ground, before[a])}
    assert not gone & _newest(before)
    assert not gone or not is_doubtful(ground)
    assert project is None or all(before[a].labels[labels.SNAPSHOT_PROJECT] == project for a in gone)
    mine = {a for a, m in after.items() if project in (None, m.labels[labels.SNAPSHOT_PROJECT])}
    if not is_doubtful(ground):
        free = {a for a in mine - bases(ground) - _newest(before) if labels.SNAPSHOT_NAME not in after[a].labels}
        over = {a for a in free if not _is_young(ground, after[a])}
        assert len(mine) * SIZE <= ground.snapshot_budget or not over
        assert not gone or (len(mine) + 1) * SIZE > ground.snapshot_budget
    if project is None and not is_doubtful(ground):
        dead = [v for v in ground.engine.vols if v.labels.get(labels.ROLE) == DATA and "-dead-" in v.name]
        assert not [v.name for v in dead if ground.engine.now() - _made(v) >= _patience(ground, v)]


def promised(report: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """By address what becomes of each, whether it was done or would be."""
    words = {"removed": "remove"}
    return {f["address"]: (words.get(f["verdict"], f["verdict"]), f["reason"]) for f in report["snapshots"]}


def _newest(markers: dict[str, Volume]) -> set[str]:
    """Of each source what was made last, and has its image."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for address, volume in markers.items():
        if GONE not in volume.labels[labels.SNAPSHOT_PARTS]:
            key = volume.labels[labels.SNAPSHOT_PROJECT], volume.labels[labels.SNAPSHOT_SOURCE]
            found[key] = max(found.get(key, ("", "")), (volume.labels[labels.CREATED], address))
    return {address for _, address in found.values()}


def _patience(ground: Ground, volume: Volume) -> timedelta:
    """For how long it stays that somebody may be building: elsewhere a day, as long as a server runs on it."""
    runs = any(volume.name in ground.engine.mounts.get(one.id, ()) for one in ground.engine.held)
    return LONGEST if runs and volume.labels[labels.SNAPSHOT_BUILDER] == ELSEWHERE else HOUR


def _is_young(ground: Ground, volume: Volume) -> bool:
    return ground.engine.now() - datetime.fromisoformat(volume.labels[labels.CREATED]) < HOUR


def _made(volume: Volume) -> datetime:
    return datetime.fromisoformat(volume.created) + timedelta(seconds=1)
