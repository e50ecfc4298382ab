"""Whatever happens to environments, remotes, clocks and neighbours, in whatever order: `gc` is right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test as run_machine

from envctl.decision import Decision, Rules
from envctl.forge import Unknown
from envctl.lease import Lease
from envctl.ops import remove
from envctl.ops.gc import reclaim as story
from envctl.ops.gc.branches import branches
from envctl.ops.snapshots import remove as removal
from envctl.planning import ownership, reclaim, shelf, snapshots
from envctl.planning.ownership import Object
from envctl.planning.reclaim import Branches, Known
from envctl.standing import Standing
from envctl.world import World
from envctl.world.locks import Locks
from tests.ops.gc.ground import site
from tests.ops.gc.machine import Machine

TIMES = settings(max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
# Whether there is a mistake, and not the shortest way to it.
SEARCH = settings(
    TIMES, max_examples=400, phases=[Phase.generate], derandomize=True, database=None, report_multiple_bugs=False
)


def _believing(standing: Standing, known: Known, rules: Rules) -> Decision:
    """As if nobody had pinned anything."""
    lease = standing.lease
    free = replace(standing, lease=replace(lease, pinned="")) if isinstance(lease, Lease) else standing
    return JUDGED(free, known, rules)


def _silence_is_gone(world: World, urls: Iterable[str]) -> Branches:
    return dict.fromkeys(urls, frozenset({"refs/heads/main"}))


def _folded(world: World, urls: Iterable[str]) -> Branches:
    found = branches(world, urls)
    return {
        u: r if isinstance(r, Unknown) else frozenset(ref.lower().replace("feature/", "feature-") for ref in r)
        for u, r in found.items()
    }


def _labels_prove(thing: Object, inherited: object = None) -> str | None:
    return None if ownership.identity_of(thing.labels) else "it has no labels of ours"


JUDGED = reclaim._judged
# What a careless hand could do to `gc`: where, what, and what stands there instead.
MISTAKES: dict[str, list[tuple[Any, str, Any]]] = {
    "use is not heeded": [(reclaim, "_heeding_use", lambda decision: decision)],
    "pins are not heeded": [(reclaim, "_judged", _believing), (story, "confirmed", lambda decision, now: decision)],
    "nobody looks again": [(story, "confirmed", lambda decision, now: decision)],
    "a silent remote has no branch": [(story, "branches", _silence_is_gone)],
    "branches are compared by folded names": [(story, "branches", _folded)],
    "every clock is believed": [(story, "doubt", lambda *seen: "")],
    "labels prove whose a thing is": [(ownership, "why_not", _labels_prove)],
    "nobody asks who lives on a snapshot": [(where, "clones_of", lambda volumes: {}) for where in (shelf, removal)],
    "of snapshots none is the newest": [(snapshots, "_newest", lambda found: {})],
    "whoever builds a snapshot is dead": [(snapshots, "GRACE", timedelta())],
    "networks stay": [(remove, "_networks", lambda observed: ())],
    "no lock is taken": [(Locks, "hold", lambda *held, **how: nullcontext())],
}


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Machine]]:
    """The machine on a site of its own."""
    with site(tmp_path_factory.mktemp("site")) as made:
        yield type("Bound", (Machine,), {"site": made})


def test_gc_is_right_whatever_happens(machine: type[Machine]) -> None:
    """Nothing of others goes, nothing that must live, and nothing without a true reason; what has one goes wholly."""
    run_machine(machine, settings=TIMES)


@pytest.mark.parametrize("wrong", MISTAKES)
def test_the_machine_finds_what_is_wrong(machine: type[Machine], monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    """Each rule of `gc`, left out, is missed."""
    for where, name, instead in MISTAKES[wrong]:
        monkeypatch.setattr(where, name, instead)
    with pytest.raises(AssertionError):
        run_machine(machine, settings=SEARCH)
