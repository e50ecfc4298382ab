"""What `gc` tells, and when it believes no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from envctl import labels
from envctl.bundle import Bundle
from envctl.decision import Rules
from envctl.errors import EnvctlError
from envctl.events import Event
from envctl.observed import Volume
from envctl.ops.gc.reclaim import gc, partly
from envctl.planning.ownership import own_labels
from envctl.world import World
from tests.fakes.engine import NOON, silent
from tests.ops.fake import IDENTITY, FakeEngine, here, own

BUNDLE = Bundle(
    "shop_main__bundle-1", IDENTITY, removed=NOON, until=NOON + timedelta(days=7), because="expired", size=9
)


def world_of(engine: FakeEngine, folder: Path) -> World:
    """The engine's world, whose own clock is right."""
    return replace(here(folder, engine).world, clock=lambda: engine.time)


def orphan(engine: FakeEngine) -> None:
    """Let there be a volume that belongs to nothing, for a day."""
    engine.add_volume("shop_main_db-data", own("", "data"))
    engine.move(days=1)


@pytest.mark.parametrize(
    ("word", "guess"), [("shpo", " Did you mean shop?"), ("blog", ""), ("shop", None)], ids=["typo", "other", "right"]
)
def test_a_project_that_nothing_is_of_is_told(tmp_path: Path, word: str, guess: str | None) -> None:
    """With a guess, and no failure: it may have had environments."""
    engine = FakeEngine()
    orphan(engine)
    report = gc(world_of(engine, tmp_path), word, Rules())
    said = f"There is no environment of a project {word} on this daemon.{guess}"
    assert (None if guess is None else said) == report.remark
    assert partly(report) is None


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=1)])
def test_what_is_kept_stays_while_the_clock_is_in_doubt(tmp_path: Path, ahead: timedelta) -> None:
    """Logs that would be over go only when everybody agrees on the time; for the budget they go all the same."""
    engine = FakeEngine()
    engine.add_volume(BUNDLE.name, {**own_labels(IDENTITY), **BUNDLE.labels()})
    engine.move(days=8)
    world = replace(world_of(engine, tmp_path), clock=lambda: engine.time + ahead)
    assert ([] if ahead else [BUNDLE.name]) == [b.bundle for b in gc(world, None, Rules()).bundles]
    gc(world, None, Rules(), budget=0)
    assert () == engine.vols


@dataclass
class Dying(FakeEngine):
    """Ends when it is asked for what is kept."""

    def volumes(self, *any_of: Mapping[str, str], prefix: str = "") -> tuple[Volume, ...]:
        if any(only.get(labels.ROLE) == "bundle" for only in any_of):
            raise silent()
        return super().volumes(*any_of, prefix=prefix)


def test_a_daemon_that_dies_at_the_end_takes_no_report_along(tmp_path: Path) -> None:
    """What was removed is told with the error."""
    engine = Dying()
    orphan(engine)
    with pytest.raises(EnvctlError, match="stopped answering") as caught:
        gc(world_of(engine, tmp_path), None, Rules())
    assert caught.value.data is not None
    told: Any = caught.value.data["environments"]
    assert [("removed", "orphaned")] == [(fate["verdict"], fate["reason"]) for fate in told]


def test_what_failed_is_listed_though_the_daemon_died(tmp_path: Path) -> None:
    """It is the error; that nobody could look for what is kept is none beside it."""
    engine = Dying()
    orphan(engine)
    engine.run("theirs", {}, state="exited", volumes=["shop_main_db-data"])
    told: list[Event] = []
    report = gc(replace(world_of(engine, tmp_path), tell=told.append), None, Rules())
    assert ["failed"] == [fate.verdict for fate in report.environments]
    assert ["working", "failed"] == [event.phase for event in told]
    assert partly(report) is not None
