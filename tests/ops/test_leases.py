"""How a lease gets to the daemon, whatever stands in its way."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from envctl import labels
from envctl.errors import EnvctlError, Exit
from envctl.lease import Found, Lease, Terms, lease_of, volume_name
from envctl.ops import leases
from envctl.ops.leases import begin, in_use, turn
from envctl.planning.leases import begun
from envctl.planning.ownership import own_labels
from envctl.world.begun import note
from tests.fakes.engine import NOON
from tests.ops.fake import IDENTITY, FakeEngine, here

LEASE = replace(begun(NOON, Terms()), made=NOON, number=3)


def hold(engine: FakeEngine, lease: Lease, **damaged: str) -> None:
    """Let the engine hold a lease, some labels of it damaged."""
    more = {getattr(labels, key): value for key, value in damaged.items()}
    engine.add_volume(volume_name(IDENTITY, lease.number), {**own_labels(IDENTITY), **lease.labels(), **more})


def anew(found: Found, now: datetime) -> Lease:
    """Whatever is there: the lease, an hour later."""
    return replace(LEASE, used=now + timedelta(hours=1))


def test_what_is_no_lease_is_passed_over(tmp_path: Path) -> None:
    """A volume that has the next name and says it is of the environment, but no lease: it will not change."""
    engine = FakeEngine()
    hold(engine, LEASE)
    engine.add_volume(volume_name(IDENTITY, 4), {**own_labels(IDENTITY), labels.ROLE: "data"})
    found = turn(here(tmp_path, engine).world, IDENTITY, anew)
    assert 5 == (found.number if found else 0)
    assert [volume_name(IDENTITY, 4), volume_name(IDENTITY, 5)] == sorted(v.name for v in engine.vols)


def test_who_finds_no_name_for_a_lease_says_so(tmp_path: Path) -> None:
    """Rather than look for ever; what is there stays."""
    engine = FakeEngine()
    hold(engine, LEASE)
    world = here(tmp_path, engine).world
    for number in range(4, 20):
        note(world.runtime, IDENTITY.full, volume_name(IDENTITY, number))
    with pytest.raises(EnvctlError, match="cannot be written") as caught:
        turn(world, IDENTITY, anew)
    assert Exit.NOT_OURS == caught.value.code
    assert [volume_name(IDENTITY, 3)] == [v.name for v in engine.vols]


def test_up_mends_a_damaged_lease_and_keeps_its_pin(tmp_path: Path) -> None:
    """Who pinned it can still be read, and wanted it to stay."""
    engine = FakeEngine()
    hold(engine, replace(LEASE, pinned="ann@laptop"), EXPIRES="soon")
    begin(here(tmp_path, engine))
    found = lease_of(engine.vols)
    assert isinstance(found, Lease)
    assert ("ann@laptop", 4) == (found.pinned, found.number)


@pytest.mark.parametrize("renewed", [True, False])
def test_what_lasts_renews_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renewed: bool) -> None:
    """An `up` that fills a database for hours too: it began with a lease, and renews it beside its work."""
    monkeypatch.setattr(leases, "_AGAIN", 0.001)
    engine = FakeEngine()
    hold(engine, LEASE)
    with in_use(here(tmp_path, engine).world, IDENTITY, renewed=renewed):
        for hours in range(1, 4):
            engine.move(hours=1)
            while (found := lease_of(engine.vols)) is None or found.number < LEASE.number + hours:
                os.sched_yield()
    assert isinstance(found, Lease)
    assert NOON + timedelta(hours=3) == found.used


def test_what_is_over_at_once_renews_nothing_twice(tmp_path: Path) -> None:
    """An `up` that finds nothing to do has its lease already."""
    engine = FakeEngine()
    hold(engine, LEASE)
    engine.move(hours=1)
    with in_use(here(tmp_path, engine).world, IDENTITY, renewed=True):
        pass
    assert LEASE == lease_of(engine.vols)
