"""A volume that the daemon left without its labels is ours if we had begun to make it, and nobody's otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.observed import Volume
from envctl.ops.down import down
from envctl.ops.observe import observe
from envctl.ops.volumes import make_volume
from envctl.world.begun import note, noted, strike_all
from tests.ops.fake import IDENTITY, FakeEngine, here, own

BARE = Volume("shop_main_db-data", {})


@dataclass
class StoppingEngine(FakeEngine):
    """Fails while it makes a volume."""

    failure: EnvctlError | None = None

    def create_volume(
        self, name: str, own: Mapping[str, str], *, driver: str | None = None, options: Mapping[str, str] | None = None
    ) -> Mapping[str, str]:
        if self.failure is not None:
            raise self.failure
        return own


def test_one_that_we_began_is_ours(tmp_path: Path) -> None:
    """It is no stranger, `down` takes it, and nothing is noted any more."""
    engine = StoppingEngine(vols=(BARE,), failure=EnvctlError(Exit.DOCKER, "gone", hint=""))
    at = here(tmp_path, engine)
    with pytest.raises(EnvctlError):
        make_volume(at.world, IDENTITY, BARE.name, {})
    seen = observe(at.world, IDENTITY)
    assert ((BARE.name,), (), True) == (seen.half_made, seen.strangers, seen.exists)
    assert (f"volume {BARE.name}",) == down(at).removed
    assert () == engine.vols
    assert frozenset() == noted(at.world.runtime, IDENTITY.full)


@pytest.mark.parametrize("failure", [None, EnvctlError(Exit.NOT_OURS, "theirs", hint="")], ids=["made", "theirs"])
def test_one_whose_making_ended_is_not(tmp_path: Path, failure: EnvctlError | None) -> None:
    """Made, or found to be somebody else's: whatever bare volume has that name afterwards is a stranger."""
    at = here(tmp_path, StoppingEngine(vols=(BARE,), failure=failure))
    try:
        make_volume(at.world, IDENTITY, BARE.name, {})
    except EnvctlError as error:
        assert failure is error
    seen = observe(at.world, IDENTITY)
    assert ((), [BARE.name]) == (seen.half_made, [s.name for s in seen.strangers])


def test_one_with_labels_never_is(tmp_path: Path) -> None:
    """Whatever is noted: what says whose it is is believed."""
    whole, theirs = Volume("shop_main_files", own("", "data")), Volume(BARE.name, {"theirs": "yes"})
    at = here(tmp_path, StoppingEngine(vols=(whole, theirs)))
    for name in (whole.name, theirs.name):
        note(at.world.runtime, IDENTITY.full, name)
    seen = observe(at.world, IDENTITY)
    assert ((), (whole,), [theirs.name]) == (seen.half_made, seen.volumes, [s.name for s in seen.strangers])


def test_notes_of_a_killed_run_are_struck(tmp_path: Path) -> None:
    """They mean nothing once somebody has looked."""
    note(tmp_path, IDENTITY.full, BARE.name)
    assert {BARE.name} == noted(tmp_path, IDENTITY.full)
    strike_all(tmp_path, IDENTITY.full)
    assert frozenset() == noted(tmp_path, IDENTITY.full)
