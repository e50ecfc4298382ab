"""Which containers may be started now, and which never will be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from envctl.observed import Container
from envctl.planning.launch import ENDED, HEALTHY, Needs, hopeless, needs_of, next_up

STARTED = "service_started"
SHOP: Needs = {
    "db": {},
    "api-before": {"db": HEALTHY},
    "api": {"db": HEALTHY, "api-before": ENDED},
    "web": {"api": STARTED},
}


def seen(name: str, state: str = "created", **more: Any) -> Container:
    return Container(id=name, name=name, labels={}, image="", state=state, **more)


def there(**different: Container) -> dict[str, Container]:
    """The shop's containers, as they were made but for some."""
    return {name: different.get(name.replace("-", "_"), seen(name)) for name in SHOP}


def test_a_rendered_project_says_what_waits_for_what() -> None:
    """Who waits for nobody is in it too."""
    needed = {"db": {"condition": HEALTHY, "required": True}}
    project = {"services": {"db": {"image": "x"}, "cache": {"depends_on": {}}, "api": {"depends_on": needed}}}
    assert {"db": {}, "cache": {}, "api": {"db": HEALTHY}} == needs_of(project)


def test_who_waits_for_nobody_begins() -> None:
    """And nobody else, as long as nothing runs."""
    assert ["db"] == next_up(SHOP, there(), (), ())


@pytest.mark.parametrize(
    ("how", "state", "said", "met"),
    [
        (STARTED, "running", {}, True),
        (STARTED, "running", {"health": "starting"}, True),
        (STARTED, "exited", {"exit_code": 1}, True),
        (HEALTHY, "running", {"health": "healthy"}, True),
        (HEALTHY, "running", {"health": "starting"}, False),
        (HEALTHY, "running", {"health": "unhealthy"}, False),
        (HEALTHY, "running", {}, False),
        (HEALTHY, "exited", {"exit_code": 0}, False),
        (HEALTHY, "paused", {"health": "healthy"}, False),
        (ENDED, "exited", {"exit_code": 0}, True),
        (ENDED, "exited", {"exit_code": 1}, False),
        (ENDED, "running", {}, False),
        (ENDED, "created", {}, False),
        (ENDED, "dead", {}, False),
    ],
)
def test_a_condition_is_met(how: str, state: str, said: dict[str, Any], met: bool) -> None:
    """As Compose takes it: only what is asked of the other counts."""
    needs = {"one": {}, "two": {"one": how}}
    containers = {"one": seen("one", state, **said), "two": seen("two")}
    assert (["two"] if met else []) == next_up(needs, containers, ["one"], ())


@pytest.mark.parametrize(
    ("how", "state", "said", "lost"),
    [
        (STARTED, "exited", {"exit_code": 1}, False),
        (HEALTHY, "running", {"health": "starting"}, False),
        (HEALTHY, "running", {"health": "unhealthy"}, True),
        (HEALTHY, "exited", {"exit_code": 0}, True),
        (HEALTHY, "dead", {}, True),
        (ENDED, "running", {}, False),
        (ENDED, "exited", {"exit_code": 0}, False),
        (ENDED, "exited", {"exit_code": 1}, True),
        (ENDED, "dead", {}, True),
    ],
)
def test_a_condition_is_lost(how: str, state: str, said: dict[str, Any], lost: bool) -> None:
    """Once the other has begun and cannot become what it must be."""
    needs = {"one": {}, "two": {"one": how}}
    containers = {"one": seen("one", state, **said), "two": seen("two")}
    assert ({"two": "one"} if lost else {}) == hopeless(needs, containers, ["one"])


@pytest.mark.parametrize("how", [STARTED, HEALTHY, ENDED])
def test_what_another_run_began_does_not_count(how: str) -> None:
    """A one-shot that ended well before, or failed before, is begun anew: what it was says nothing."""
    needs = {"one": {}, "two": {"one": how}}
    for code in (0, 1):
        containers = {"one": seen("one", "exited", exit_code=code, health="healthy"), "two": seen("two")}
        assert ["one"] == next_up(needs, containers, (), ())
        assert {} == hopeless(needs, containers, ())


def test_all_that_it_needs_must_be_ready() -> None:
    """One of two is not enough."""
    db = seen("db", "running", health="healthy")
    assert ["api-before"] == next_up(SHOP, there(db=db), ["db"], ())
    begun = there(db=db, api_before=seen("api-before", "running"))
    assert [] == next_up(SHOP, begun, ["db", "api-before"], ())
    begun["api-before"] = replace(begun["api-before"], state="exited", exit_code=0)
    assert ["api"] == next_up(SHOP, begun, ["db", "api-before"], ())


def test_who_needs_what_is_not_filled_waits() -> None:
    """However healthy it is; who does not need it goes on, and the store itself is started."""
    needs = {"db": {}, "cache": {}, "api": {"db": STARTED}, "worker": {"cache": STARTED}}
    begun = ["db", "cache"]
    containers = {n: seen(n, "running", health="healthy") if n in begun else seen(n) for n in needs}
    assert ["worker"] == next_up(needs, containers, begun, ["db"])
    assert ["api", "worker"] == next_up(needs, containers, begun, ())
    assert ["db", "cache"] == next_up(needs, dict.fromkeys(needs, seen("x")), (), ["db"])


def test_what_vanished_is_neither_started_nor_waited_for() -> None:
    """Nor is who needs it: somebody removed it."""
    gone = there()
    del gone["db"]
    assert [] == next_up(SHOP, gone, (), ())
    assert {"db": "db", "api-before": "db", "api": "db"} == hopeless(SHOP, gone, ())
    assert {"api-before": "db", "api": "db"} == hopeless(SHOP, gone, ["db"])


def test_nothing_is_started_twice() -> None:
    """Whatever has become of it since."""
    needs: Needs = {"one": {}}
    for state in ("created", "running", "exited", "dead"):
        assert [] == next_up(needs, {"one": seen("one", state)}, ["one"], ())
        assert {} == hopeless(needs, {"one": seen("one", state)}, ["one"])


def test_with_nothing_to_start_there_is_nothing_to_do() -> None:
    """And nothing to despair of."""
    assert [] == next_up({}, {}, (), ())
    assert {} == hopeless({}, {}, ())
