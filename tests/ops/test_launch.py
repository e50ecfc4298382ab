"""Starting what is there, in the order of needs, on an engine whose containers change while they are looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.observed import Container
from envctl.ops.launch import launch
from envctl.ops.provision import Content
from envctl.planning.launch import ENDED, HEALTHY, Needs
from envctl.world.client import Declined
from envctl.world.parallel import apart
from envctl.world.stir import Stir
from tests.ops.fake import FakeEngine, container, here

PATIENCE = 20.0  # seconds: after them it would go on for ever
Life = tuple[dict[str, Any], ...]
WELL: Life = ({"health": "starting"}, {"health": "healthy"})
ENDS: Life = ({}, {"state": "exited", "exit_code": 0})
CHAIN: Needs = {"db": {}, "api-before": {"db": HEALTHY}, "api": {"db": HEALTHY, "api-before": ENDED}}


@dataclass
class Living(FakeEngine):
    """Containers live on: each time they are looked at, what runs becomes what its life says next."""

    lives: Mapping[str, Life] = field(default_factory=dict)  # by Compose service, from its start
    refuses: Mapping[str, str] = field(default_factory=dict)  # why one cannot be started
    story: list[str] = field(default_factory=list)  # what was done, in order
    _left: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def start_container(self, container: str) -> None:
        name = _short(self._there(container))
        self.story.append(name)
        if name in self.refuses:
            raise Declined(Exit.DOCKER, f"container {name}: the Docker Engine refused: {self.refuses[name]}")
        super().start_container(container)
        self.become(container, health=None)
        self._left[container] = list(self.lives.get(name, ()))

    def listed(self, only: Mapping[str, str] | None = None, *, surely: bool = True) -> tuple[Container, ...]:
        for one, moments in self._left.items():
            if moments:
                self.become(one, **moments.pop(0))
        return super().listed(only, surely=surely)


def _short(one: Container) -> str:
    return one.name.removeprefix("shop_main_")


def made(*names: str, **lives: Life) -> Living:
    """An engine that has made containers for these."""
    held = [container(n.removesuffix("-before"), "created", "before" if "-before" in n else "service") for n in names]
    return Living(held=tuple(held), lives={name.replace("_", "-"): life for name, life in lives.items()})


def launched(
    folder: Path, engine: FakeEngine, needs: Needs, contents: Mapping[str, Content] | None = None
) -> list[str]:
    """What was complained about; it may not take for ever."""
    return apart(partial(launch, here(folder, engine), needs, contents or {}, Stir())).result(PATIENCE)


def filling(engine: Living, what: str, then: Callable[[], object] = lambda: None, *, patient: bool = False) -> Content:
    """What puts something in, and is seen doing so."""

    def work() -> None:
        engine.story.append(what)
        then()
        engine.story.append(f"{what} done")

    return Content(work, patient)


def test_each_is_started_once_what_it_needs_is_ready(tmp_path: Path) -> None:
    """What comes before a service ends well before that begins."""
    engine = made(*CHAIN, db=WELL, api_before=ENDS, api=WELL)
    assert [] == launched(tmp_path, engine, CHAIN)
    assert ["db", "api-before", "api"] == engine.story


def test_who_needs_nobody_waits_for_nobody(tmp_path: Path) -> None:
    """A service that takes long holds up only those that need it."""
    needs: Needs = {"db": {}, "cache": {}, "api": {"db": HEALTHY}, "worker": {"cache": HEALTHY}}
    engine = made(*needs, db=({},) * 3 + WELL, cache=WELL)
    assert [] == launched(tmp_path, engine, needs)
    assert {"db", "cache"} == set(engine.story[:2])
    assert ["worker", "api"] == engine.story[2:]


def test_what_was_stopped_is_started_like_what_is_new(tmp_path: Path) -> None:
    """That it had ended before, well or badly, says nothing of what it becomes now."""
    engine = made(*CHAIN, db=WELL, api_before=ENDS, api=WELL)
    for one, code in zip(engine.held, (137, 1, 0), strict=True):
        engine.become(one.id, state="exited", exit_code=code)
    assert [] == launched(tmp_path, engine, CHAIN)
    assert ["db", "api-before", "api"] == engine.story


def test_a_store_that_was_stopped_is_filled_once_it_runs_again(tmp_path: Path) -> None:
    """As above: only what it becomes from now on counts."""
    engine = made("db", db=WELL)
    engine.become(engine.held[0].id, state="exited", exit_code=0)
    assert [] == launched(tmp_path, engine, {"db": {}}, {"db": filling(engine, "rows")})
    assert ["db", "rows", "rows done"] == engine.story


def test_a_store_is_filled_before_those_that_need_it_begin(tmp_path: Path) -> None:
    """It must be healthy for that, and who needs it waits until all is in it."""
    engine = made(*CHAIN, db=WELL, api_before=({"state": "exited", "exit_code": 0},), api=WELL)
    looked = threading.Event()

    def look() -> None:
        assert looked.wait(PATIENCE)

    class Watched(Living):
        def listed(self, *args: Any, **more: Any) -> tuple[Container, ...]:
            if engine.story[-1:] == ["rows"]:
                looked.set()  # while it is being filled somebody looks, and starts nothing
            return Living.listed(self, *args, **more)

    engine.__class__ = Watched
    assert [] == launched(tmp_path, engine, CHAIN, {"db": filling(engine, "rows", look)})
    assert ["db", "rows", "rows done", "api-before", "api"] == engine.story


def test_a_store_without_dependents_is_filled_too(tmp_path: Path) -> None:
    """It ends only once that is done."""
    engine = made("db", db=WELL)
    assert [] == launched(tmp_path, engine, {"db": {}}, {"db": filling(engine, "rows")})
    assert ["db", "rows", "rows done"] == engine.story


def test_what_waits_by_itself_begins_as_soon_as_its_store_runs(tmp_path: Path) -> None:
    """The other waits until its store is healthy."""
    needs: Needs = {"db": {}, "events": {}}
    engine = made(*needs, events=({"health": "starting"},))
    asked = threading.Event()

    def healthy() -> None:
        for one in engine.held:
            engine.become(one.id, health="healthy")
        asked.set()

    engine.lives = {"db": ({"health": "starting"},), "events": ({"health": "starting"},)}
    contents = {"db": filling(engine, "rows"), "events": filling(engine, "topics", healthy, patient=True)}
    assert [] == launched(tmp_path, engine, needs, contents)
    assert asked.is_set()
    assert ["topics", "topics done"] == [said for said in engine.story if said.startswith("topics")]
    assert engine.story.index("topics") < engine.story.index("rows")


def test_what_runs_already_is_not_started_again(tmp_path: Path) -> None:
    """And is filled as if it had been; who needs it goes on."""
    engine = made("db", "api", api=WELL)
    engine.become(engine.held[0].id, state="running", health="healthy")
    contents = {"db": filling(engine, "rows")}
    assert [] == launched(tmp_path, engine, {"db": {}, "api": {"db": HEALTHY}}, contents)
    assert ["rows", "rows done", "api"] == engine.story


def test_a_failure_to_fill_is_raised_once_what_is_under_way_has_ended(tmp_path: Path) -> None:
    """Nothing new is started: not who needs the store, nor who needs another."""
    needs: Needs = {"db": {}, "events": {}, "api": {"db": HEALTHY}, "worker": {"events": HEALTHY}}
    engine = made(*needs, db=WELL[1:], events=WELL[1:])
    failing, both = threading.Event(), threading.Barrier(2, timeout=PATIENCE)

    def fail() -> None:
        both.wait()
        failing.set()
        raise EnvctlError(Exit.DATA_REFUSED, "these are no rows")

    def finish() -> None:
        both.wait()
        assert failing.wait(PATIENCE)

    contents = {"db": filling(engine, "rows", fail), "events": filling(engine, "topics", finish)}
    with pytest.raises(EnvctlError, match="no rows"):
        launched(tmp_path, engine, needs, contents)
    assert "topics done" in engine.story
    assert {"api", "worker"}.isdisjoint(engine.story)


def test_a_start_that_the_daemon_refuses_is_a_complaint(tmp_path: Path) -> None:
    """In its own words; who needs it is not started."""
    engine = made(*CHAIN)
    engine.refuses = {"db": "exec: no-such-program: not found"}
    (said,) = launched(tmp_path, engine, CHAIN)
    assert "no-such-program: not found" in said
    assert ["db"] == engine.story


def test_a_port_that_was_taken_meanwhile_is_no_fault_of_the_service(tmp_path: Path) -> None:
    """The next `up` chooses another."""
    engine = made("db")
    engine.refuses = {"db": "Bind for 127.0.0.1:24836 failed: port is already allocated"}
    with pytest.raises(EnvctlError, match="port was taken") as caught:
        launched(tmp_path, engine, {"db": {}})
    assert (Exit.NO_CAPACITY, True) == (caught.value.code, "envctl up" in caught.value.hint)


@pytest.mark.parametrize(
    "end",
    [{"state": "exited", "exit_code": 1}, {"state": "exited", "exit_code": 0}, {"health": "unhealthy"}],
)
def test_a_store_that_dies_before_it_is_filled_is_not_waited_for(tmp_path: Path, end: dict[str, Any]) -> None:
    """Nor is anybody who needs it."""
    engine = made("db", "api", db=({"health": "starting"}, end))
    contents = {"db": filling(engine, "rows")}
    said = launched(tmp_path, engine, {"db": {}, "api": {"db": HEALTHY}}, contents)
    assert ["api was not started: db is not ready", "db was not started: db is not ready"] == said
    assert ["db"] == engine.story


def test_a_store_may_be_too_busy_for_its_check_while_it_is_filled(tmp_path: Path) -> None:
    """Who needs it waits until it is filled, and for nothing else of one that was well before."""
    seen = threading.Event()
    engine = made("db", "api", db=(*WELL, {"health": "unhealthy"}), api=WELL)
    listed = engine.listed

    def look(only: Mapping[str, str] | None = None, *, surely: bool = True) -> tuple[Container, ...]:
        found = listed(only, surely=surely)
        if any(one.health == "unhealthy" for one in found):
            seen.set()
        return found

    engine.listed = look  # type: ignore[method-assign]  # to know when it was seen so
    contents = {"db": filling(engine, "rows", partial(seen.wait, PATIENCE))}
    assert [] == launched(tmp_path, engine, {"db": {}, "api": {"db": HEALTHY}}, contents)
    assert ["db", "rows", "rows done", "api"] == engine.story


def test_what_comes_before_and_fails_holds_back_its_service(tmp_path: Path) -> None:
    """That is said, and what runs stays."""
    engine = made(*CHAIN, db=WELL, api_before=({"state": "exited", "exit_code": 3},))
    assert ["api was not started: api-before is not ready"] == launched(tmp_path, engine, CHAIN)
    assert ["db", "api-before"] == engine.story
    assert "running" == engine.held[0].state


@pytest.mark.parametrize("name", ["db", "api"])
def test_what_somebody_removed_is_not_waited_for(tmp_path: Path, name: str) -> None:
    """Whether others need it or not."""
    engine = made("db", "api", db=({}, {}), api=WELL)
    gone = next(one for one in engine.held if _short(one) == name)
    engine.held = tuple(one for one in engine.held if one != gone)
    said = launched(tmp_path, engine, {"db": {}, "api": {"db": HEALTHY}})
    assert f"api was not started: {name} is not ready" in said


def test_what_another_made_under_such_a_name_is_never_started(tmp_path: Path) -> None:
    """Labels alone prove nothing, nor does a name alone."""
    engine = made()
    engine.run("shop_main_db", {"com.example": "theirs"}, state="created")
    assert ["db was not started: db is not ready"] == launched(tmp_path, engine, {"db": {}})
    assert [] == engine.story


def test_nothing_to_start_is_done_at_once(tmp_path: Path) -> None:
    """No error, and nothing is started."""
    engine = made("db")
    assert [] == launched(tmp_path, engine, {})
    assert [] == engine.story


def test_a_daemon_that_stops_answering_ends_it(tmp_path: Path) -> None:
    """It is not asked for ever."""
    engine = made(*CHAIN, db=WELL)
    engine.break_off(1, after=True)
    with pytest.raises(EnvctlError, match="stopped answering") as caught:
        launched(tmp_path, engine, CHAIN)
    assert Exit.DOCKER == caught.value.code
