"""pause and resume on a made-up daemon: which services, in which order, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.ops.pause import pause, resume
from envctl.ops.restart import restart
from tests.ops.fake import FakeEngine, container, here

UP = (container("db"), container("api"), container("web"))
PAUSED = tuple(container(service, state="paused") for service in ("db", "api", "web"))


def test_who_needs_others_is_paused_first(tmp_path: Path) -> None:
    """And goes on last: nobody ever talks to somebody frozen while it need not."""
    engine = FakeEngine(UP)
    assert ("api", "db", "web") == pause(here(tmp_path, engine)).changed
    assert ["web paused", "api paused", "db paused"] == engine.did
    engine.did.clear()
    assert "running" == resume(here(tmp_path, engine)).status.state
    assert ["db running", "api running", "web running"] == engine.did


@pytest.mark.parametrize(("held", "do"), [(PAUSED, pause), (UP, resume)])
def test_what_is_so_already_stays_so(tmp_path: Path, held: tuple[object, ...], do: Callable[..., object]) -> None:
    """Twice is once."""
    engine = FakeEngine(held)  # type: ignore[arg-type]
    assert () == do(here(tmp_path, engine)).changed  # type: ignore[attr-defined]
    assert [] == engine.did


def test_only_the_named_ones_are_paused(tmp_path: Path) -> None:
    """The others run on, and what comes before a service is none."""
    engine = FakeEngine((*UP, container("api", state="exited", role="before")))
    assert "partial" == pause(here(tmp_path, engine), ["api"]).status.state
    assert ["api paused"] == engine.did


def test_what_stopped_is_passed_over_unless_named(tmp_path: Path) -> None:
    """One that exited can be neither paused nor resumed: named it is refused, and so it is where nothing else is."""
    exited = container("api", state="exited")
    engine = FakeEngine((UP[0], exited, UP[2]))
    assert ("db", "web") == pause(here(tmp_path, engine)).changed
    engine.did.clear()
    for held, named in (((UP[0], exited), ["db", "api"]), ((exited,), [])):
        engine.held = held
        with pytest.raises(EnvctlError, match=r"api \(exited\)") as caught:
            pause(here(tmp_path, engine), named)
        assert (Exit.USAGE, True) == (caught.value.code, "envctl up" in caught.value.hint)
    assert [] == engine.did


@pytest.mark.parametrize("do", [pause, resume, restart])
@pytest.mark.parametrize("name", ["wbe", "db; rm -rf /", ""])
def test_an_unknown_service_is_refused(tmp_path: Path, do: Callable[..., object], name: str) -> None:
    """With the names there are; the known ones beside it are left alone too."""
    engine = FakeEngine(UP)
    with pytest.raises(EnvctlError) as caught:
        do(here(tmp_path, engine), ["db", name])
    assert (Exit.USAGE, []) == (caught.value.code, engine.did)
    assert "There are: api, db, web." in caught.value.hint


def test_a_service_of_the_stack_file_that_is_not_there_is_said_to_come_with_up(tmp_path: Path) -> None:
    """It is not unknown, it is absent."""
    with pytest.raises(EnvctlError) as caught:
        pause(here(tmp_path, FakeEngine(UP[:2])), ["web"])
    assert "envctl up" in caught.value.hint


@pytest.mark.parametrize("do", [pause, resume, restart])
def test_an_absent_environment_is_refused(tmp_path: Path, do: Callable[..., object]) -> None:
    """Status 5."""
    with pytest.raises(EnvctlError) as caught:
        do(here(tmp_path, FakeEngine()))
    assert Exit.NOT_FOUND == caught.value.code
