"""`down` on an engine made of values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.job import Job, Output
from envctl.observed import Network, Volume
from envctl.ops.down import down
from envctl.ops.pools.programs import pool_image
from envctl.pool import Pool
from envctl.snapshot import marker
from envctl.world.alive import myself
from envctl.world.helper import ROLE
from tests.ops.fake import DEAD, FakeEngine, container, here, own

OURS = (container("db"), container("api"))
NETWORK = Network("n", "shop_main", own("", "network"))
VOLUMES = (Volume("shop_main_db-data", own("", "data")), Volume("shop_main_api", {}))


def engine(**theirs: Iterable[str]) -> FakeEngine:
    """The environment, with somebody else's container and volume beside it; `theirs` is what that container uses."""
    stranger = replace(container("web"), id="theirs", image_id="committed")
    made = FakeEngine((*OURS, stranger), (NETWORK,), VOLUMES, labelled={"committed": own("web")})
    made.mounts["theirs"], made.joined["theirs"] = (tuple(theirs.get(what, ())) for what in ("volumes", "networks"))
    return made


def left(held: FakeEngine) -> set[str]:
    """What the daemon still has, by name."""
    return {c.name for c in held.held} | {n.name for n in held.nets} | {v.name for v in held.vols}


def test_what_is_ours_goes_by_its_id_and_what_is_not_is_named(tmp_path: Path) -> None:
    """Containers first, since they use the rest."""
    held = engine()
    held.mounts[OURS[0].id], held.joined[OURS[0].id] = ("shop_main_db-data",), ("shop_main",)
    report = down(here(tmp_path, held))
    assert {"shop_main_web", "shop_main_api", report.bundle} == left(held)
    assert ["shop_main_web", "shop_main_api"] == [thing.name for thing in report.left]
    assert 4 == len(report.removed)


def test_a_dry_run_says_the_same_and_removes_nothing(tmp_path: Path) -> None:
    """Not even secret files."""
    held = engine()
    at = here(tmp_path, held)
    secret = at.world.runtime / "environments" / at.identity.full / "db"
    secret.mkdir(parents=True)
    promised = down(at, dry_run=True)
    assert 0 == held.changes
    assert secret.exists()
    assert promised == replace(down(at), dry_run=True, bundle=None, until=None)
    assert not secret.exists()


def test_what_others_use_stays_and_the_rest_goes(tmp_path: Path) -> None:
    """It is said, and the status tells that it is half done."""
    held = engine(networks=["shop_main"], volumes=["shop_main_db-data"])
    with pytest.raises(EnvctlError, match="the volume shop_main_db-data, the network shop_main could not go") as caught:
        down(here(tmp_path, held))
    assert Exit.PARTLY_DONE == caught.value.code
    assert caught.value.data is not None
    kept = caught.value.data["bundle"]
    assert {"shop_main_web", "shop_main_api", "shop_main", "shop_main_db-data", kept} == left(held)
    assert (f"container {OURS[0].name}", f"container {OURS[1].name}") == caught.value.data["removed"]


@pytest.mark.parametrize("dead", [True, False])
def test_who_died_while_he_copied_the_data_keeps_none_of_it(tmp_path: Path, dead: bool) -> None:
    """His helper goes, so that the volume can; that of somebody who lives stays, and is in the way."""
    held = engine()
    mine = {labels.ROLE: ROLE, labels.SNAPSHOT: "a1", labels.SNAPSHOT_PROJECT: "shop"}
    mark = DEAD if dead else myself()
    helper = held.run(f"{marker('a1')}-c0ffee-size", {**mine, labels.SNAPSHOT_BUILDER: mark}, state="created")
    held.mounts[helper] = ("shop_main_db-data",)
    if dead:
        assert "volume shop_main_db-data" in down(here(tmp_path, held)).removed
        assert "envctl-snapshot__a1-c0ffee-size" not in left(held)
    else:
        with pytest.raises(EnvctlError, match="the volume shop_main_db-data could not go"):
            down(here(tmp_path, held))


def test_data_in_a_pool_goes_only_once_nothing_says_that_it_is_whole(tmp_path: Path) -> None:
    """Its folder goes before its volume: an `up` after a run that died in between must not start a server on it."""
    pool, data = Pool("id"), "shop_main_db-data"
    lies = {labels.CLONE: "a" * 32, labels.POOL: pool.id, labels.SUBPATH: f"clones/{data}"}
    held = FakeEngine(images={pool_image(): "tools"})
    seen: list[set[str]] = []
    for name, said in (
        (pool.volume, pool.labels),
        (pool.store, pool.store_labels),
        (data, own("", "data", **lies)),
        ("shop_main__record-1", own("", "record", **{f"{labels.FACT}clone.db": "a" * 32})),
    ):
        held.add_volume(name, said)

    def does(_: Job) -> Output:
        seen.append(left(held))
        return Output(0, ())

    held.does = does
    down(here(tmp_path, held), keep=False)
    assert seen
    assert (True, False) == (data in seen[-1], "shop_main__record-1" in seen[-1])
    assert {pool.volume, pool.store} == left(held)
