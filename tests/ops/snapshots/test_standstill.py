"""Everything at rest at one moment on a made-up daemon: in which order, and that all goes on whatever happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.setting import Here
from envctl.ops.snapshots.standstill import standstill
from tests.ops.fake import FakeEngine, container, here

UP = (container("db"), container("api"), container("web"))
DB, API, WEB = UP


class Stubborn(FakeEngine):
    """A daemon whose stores have to be killed once their grace is over."""

    def stop_container(self, container: str) -> None:
        self.end_container(container)


class Slow(FakeEngine):
    """A daemon that takes its time to stop one, and is not waited for: told to start it meanwhile it does nothing."""

    stopping = False

    def stop_container(self, container: str) -> None:
        self.stopping = not self.stopping
        if self.stopping:
            raise KeyboardInterrupt
        super().stop_container(container)

    def start_container(self, container: str) -> None:
        if self.stopping:
            super().stop_container(container)
        else:
            super().start_container(container)


class Broken(FakeEngine):
    """A daemon that cannot start its stores again."""

    def start_container(self, container: str) -> None:
        raise EnvctlError(Exit.DOCKER, f"container {container}: the port is taken")


def states(engine: FakeEngine) -> list[str]:
    """How each container is."""
    return [found.state for found in engine.held]


def at_rest(place: Here, engine: FakeEngine) -> list[str]:
    """How they are while everything is at rest."""
    with standstill(place, place.blueprint(), [DB], [API, WEB]):
        return states(engine)


def test_writers_are_held_and_stores_stopped(tmp_path: Path) -> None:
    """Who needs others is held first; afterwards the store runs, and then they do."""
    engine = FakeEngine(UP)
    assert ["exited", "paused", "paused"] == at_rest(here(tmp_path, engine), engine)
    assert ["web paused", "api paused", "api running", "web running"] == engine.did
    assert ["running"] * 3 == states(engine)


def test_a_store_that_had_to_be_killed_is_refused(tmp_path: Path) -> None:
    """What it had not written yet is lost. Everything runs again all the same, and that is said."""
    engine = Stubborn(UP)
    with pytest.raises(EnvctlError, match="db did not stop") as caught:
        at_rest(here(tmp_path, engine), engine)
    assert Exit.DATA_REFUSED == caught.value.code
    assert "runs again" in caught.value.unchanged
    assert ["running"] * 3 == states(engine)


@pytest.mark.parametrize(
    "failure", [EnvctlError(Exit.NO_CAPACITY, "the disk is full"), KeyboardInterrupt(), ValueError()]
)
def test_all_go_on_whatever_happens_meanwhile(tmp_path: Path, failure: BaseException) -> None:
    """A failed copy, Ctrl-C, a fault of ours: what was raised is what comes out."""
    engine = FakeEngine(UP)
    place = here(tmp_path, engine)
    with pytest.raises(type(failure)) as caught, standstill(place, place.blueprint(), [DB], [API, WEB]):
        raise failure
    assert failure is caught.value
    assert ["running"] * 3 == states(engine)


def test_who_is_interrupted_while_a_store_stops_leaves_it_running(tmp_path: Path) -> None:
    """It has to stop first: the daemon starts none that is only about to end, and says nothing."""
    engine = Slow(UP)
    with pytest.raises(KeyboardInterrupt):
        at_rest(here(tmp_path, engine), engine)
    assert ["running"] * 3 == states(engine)


def test_writers_go_on_also_where_a_store_does_not_start_again(tmp_path: Path) -> None:
    """Whoever is interrupted leaves nobody frozen, whatever else goes wrong."""
    engine = Broken(UP)
    place = here(tmp_path, engine)
    with pytest.raises(KeyboardInterrupt), standstill(place, place.blueprint(), [DB], [API, WEB]):
        raise KeyboardInterrupt
    assert ["exited", "running", "running"] == states(engine)


def test_what_was_not_held_is_not_let_go(tmp_path: Path) -> None:
    """One that ended by itself meanwhile stays so."""
    engine = FakeEngine((DB, API, WEB))
    place = here(tmp_path, engine)
    with standstill(place, place.blueprint(), [DB], [API, WEB]):
        engine.become(WEB.id, state="exited", exit_code=1)
    assert ["running", "running", "exited"] == states(engine)
