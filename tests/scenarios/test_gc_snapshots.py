"""gc on the real daemon frees what nobody stands on, bytes and all; and nothing that somebody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from envctl import labels
from envctl.decision import Rules
from envctl.job import Mounted, script
from envctl.observed import COMPOSE_IMAGE
from envctl.ops.gc.reclaim import gc, partly
from envctl.ops.pools.programs import ready_image
from envctl.ops.snapshots.find import look
from envctl.reports.gc import Reclaimed
from envctl.snapshot import DATA, MARKER, data_volume, marker
from envctl.world.helper import run
from tests.scenarios.contents import DATABASE, dump, sql
from tests.scenarios.later import later
from tests.scenarios.pools import pooled
from tests.scenarios.stage import Stage

pytestmark = pytest.mark.docker

HOUR = timedelta(hours=1)
NOT_FOUND, REFUSED = 5, 9


def reclaimed(stage: Stage, by: timedelta, **more: Any) -> Reclaimed:
    """What gc does with the stage's project so much later, when nothing may be kept that nobody needs."""
    return gc(later(stage, by), stage.project, Rules(), **{"snapshot_budget": 0, **more})


def told(report: Reclaimed) -> dict[str, tuple[str, str]]:
    """By address what became of each snapshot, and the word for why."""
    return {fate.address: (fate.verdict, fate.reason) for fate in report.snapshots}


def volumes(stage: Stage, address: str) -> set[str]:
    """What the daemon holds of a snapshot, or of one that somebody builds, by its roles."""
    found = stage.docker.volumes.list(filters={"label": f"{labels.SNAPSHOT}={address}"})
    return {volume.attrs["Labels"][labels.ROLE] for volume in found}


def built(stage: Stage, name: str, *rows: str) -> str:
    """Bring up an environment on a dump of these rows; the address of what its data was made from."""
    stage.name = name
    stage.write(DATABASE, **dump(*rows))
    stage.up()
    mine = stage.docker.volumes.get(f"{stage.full()}_db-data")
    return str(mine.attrs["Labels"][labels.CLONE])


def test_gc_must_keep_what_is_lived_on_and_free_it_with_the_environment(stage: Stage) -> None:
    """A snapshot that is superseded goes in the very run that removes the last environment on it; the newest stays,
    and the next environment starts on it.
    """
    old, new = built(stage, "one", "a"), built(stage, "two", "b")
    assert {old: ("keep", "cloned"), new: ("keep", "cloned")} == told(reclaimed(stage, 2 * HOUR))
    assert ("a",) == _rows(stage, "one")

    would = reclaimed(stage, 99 * HOUR, dry_run=True)
    assert {old: ("remove", "over-snapshot-budget"), new: ("keep", "newest")} == told(would)
    assert {MARKER, DATA} == volumes(stage, old)

    did = reclaimed(stage, 99 * HOUR)
    assert ({"removed"}, None) == ({fate.verdict for fate in did.environments}, partly(did))
    assert {old: ("removed", "over-snapshot-budget"), new: ("keep", "newest")} == told(did)
    assert (set(), {MARKER, DATA}) == (volumes(stage, old), volumes(stage, new))
    assert new == built(stage, "three", "b")
    assert ("b",) == _rows(stage, "three")


def _rows(stage: Stage, name: str) -> tuple[str, ...]:
    stage.name = name
    return tuple(sql(stage, "SELECT name FROM items ORDER BY name"))


def test_what_a_dead_builder_left_must_go_with_its_server(stage: Stage) -> None:
    """Half a snapshot's bytes, and a server that runs on: nothing names them, so a day later they are nobody's."""
    stage.write(DATABASE, **dump("a"))
    here, address = stage.here(), token_hex(16)
    engine = here.world.engine
    image = next(one for one in here.blueprint().images["db"].candidates if engine.image(one))
    volume, own = data_volume(address, "dead", 0), {labels.SNAPSHOT: address, labels.SNAPSHOT_PROJECT: stage.project}
    job = script(image, "sleep 600", mounts={"/data": Mounted(volume)})
    carried = {**own, labels.ROLE: "builder", COMPOSE_IMAGE: engine.image(image) or ""}
    try:
        engine.create_volume(volume, {**own, labels.ROLE: DATA})
        server = engine.make_helper(f"{marker(address)}-dead-builder", job, carried)
        engine.start_container(server)
        assert {address: ("keep", "young")} == told(reclaimed(stage, timedelta()))
        assert {address: ("keep", "in-use")} == told(reclaimed(stage, 2 * HOUR))  # of whom nothing is known
        assert {address: ("removed", "abandoned")} == told(reclaimed(stage, 25 * HOUR))
        assert (set(), None) == (volumes(stage, address), engine.inspect(server))
    finally:
        engine.kill_container(f"{marker(address)}-dead-builder")
        engine.remove_volume(volume)


def test_the_commands_must_show_and_remove_snapshots_from_anywhere(stage: Stage, tmp_path: Path) -> None:
    """Without a stack file: what lives on one keeps it from `rm`; one with a name goes by it, one that is not is 5."""
    base = built(stage, "one", "a")
    kept = stage.data("snapshot create", "before")["address"]
    stage.by_branch = True
    elsewhere: dict[str, Any] = {"cwd": tmp_path, "env": {"HOME": str(tmp_path)}}
    listed = stage.data("snapshot ls", "--project", stage.project, **elsewhere)["snapshots"]
    rows = {row["address"]: row for row in listed}
    assert {base, kept} == set(rows)
    assert ([f"{stage.project}/one"], "dump catalogue") == (rows[base]["clones"], rows[base]["source"])
    assert ("before", ["db"]) == (rows[kept]["name"], rows[kept]["services"])
    shown = stage.data("snapshot inspect", base[:12], **elsewhere)
    assert [f"{stage.full()}_db-data"] == [copy["volume"] for copy in shown["copies"]]
    assert (True, "postgres") == (shown["parts"][0]["image_there"], shown["parts"][0]["kind"])

    refused = stage.refused(REFUSED, "snapshot rm", kept, base, **elsewhere)
    assert f"{stage.project}/one" in str(refused["error"]["details"])
    assert {MARKER, DATA} == volumes(stage, kept)
    assert "Did you mean before?" in stage.refused(NOT_FOUND, "snapshot rm", "befor", **elsewhere)["error"]["hint"]
    assert [kept] == [row["address"] for row in stage.data("snapshot rm", "before", **elsewhere)["removed"]]
    assert (set(), {MARKER, DATA}) == (volumes(stage, kept), volumes(stage, base))


def test_what_lies_in_a_pool_must_give_its_place_back(stage: Stage) -> None:
    """Its folder goes too: the daemon's own removal of a volume would leave it."""
    with pooled() as pool:
        address = built(stage, "one", "a")
        (snapshot,) = [one for one in look(stage.here().world) if one.address == address]
        folders = _folders(stage, pool.volume)
        held = snapshot.parts[0].held
        assert held.volume in folders("snapshots")
        stage.did("down")
        stage.by_branch = True
        stage.did("snapshot rm", address)
        assert held.volume not in folders("snapshots")


def _folders(stage: Stage, volume: str) -> Callable[[str], list[str]]:
    world = stage.here().world

    def names(folder: str) -> list[str]:
        job = script(ready_image(world), 'ls "/pool/$1"', folder, mounts={"/pool": Mounted(volume, read_only=True)})
        own = {labels.ROLE: "helper", labels.POOL: "test"}
        output = run(world.engine, job, f"{stage.full()}__helper-ls", own)
        assert 0 == output.status, output.lines
        return list(output.lines)

    return names
