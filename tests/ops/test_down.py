"""`down` on an engine made of values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.observed import Network, Volume
from envctl.ops.down import down
from envctl.world.client import InUse
from tests.ops.fake import FakeEngine, container, here, own

OURS = (container("db"), container("api"))
NETWORK = Network("n", "shop_main", own("", "network"))
VOLUMES = (Volume("shop_main_db-data", own("", "data")), Volume("shop_main_api", {}))


@dataclass
class RemovingEngine(FakeEngine):
    """Keeps what is removed in mind; some things are in use."""

    used: frozenset[str] = frozenset()
    gone: list[str] = field(default_factory=list)

    def _remove(self, handle: str) -> None:
        if handle in self.used:
            raise InUse(Exit.DOCKER, f"{handle} is in use")
        self.gone.append(handle)

    remove_container = remove_network = remove_volume = _remove


def engine(*used: str) -> RemovingEngine:
    """The environment, with somebody else's container and volume beside it."""
    stranger = replace(container("web"), id="theirs", image_id="committed")
    labelled = {"committed": own("web")}
    return RemovingEngine((*OURS, stranger), (NETWORK,), VOLUMES, labelled=labelled, used=frozenset(used))


def test_what_is_ours_goes_by_its_id_and_what_is_not_is_named(tmp_path: Path) -> None:
    """Containers first, since they use the rest."""
    held = engine()
    report = down(here(tmp_path, held))
    assert {c.id for c in OURS} == set(held.gone[:2])
    assert {"n", "shop_main_db-data"} == set(held.gone[2:])
    assert ["shop_main_web", "shop_main_api"] == [thing.name for thing in report.left]
    assert 4 == len(report.removed)


def test_a_dry_run_says_the_same_and_removes_nothing(tmp_path: Path) -> None:
    """Not even secret files."""
    held = engine()
    at = here(tmp_path, held)
    secret = at.world.runtime / "environments" / at.identity.full / "db"
    secret.mkdir(parents=True)
    promised = down(at, dry_run=True)
    assert [] == held.gone
    assert secret.exists()
    assert promised == replace(down(at), dry_run=True)
    assert not secret.exists()


def test_what_others_use_stays_and_the_rest_goes(tmp_path: Path) -> None:
    """It is said, and the status tells that it is half done."""
    held = engine("n", "shop_main_db-data")
    with pytest.raises(EnvctlError, match="the volume shop_main_db-data, the network shop_main could not go") as caught:
        down(here(tmp_path, held))
    assert Exit.PARTLY_DONE == caught.value.code
    assert {c.id for c in OURS} == set(held.gone)
    assert caught.value.data is not None
    assert (f"container {OURS[0].name}", f"container {OURS[1].name}") == caught.value.data["removed"]
